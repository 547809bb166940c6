"""What opening a shared library refuses, in one sentence, and what it does not import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lance
import pytest

from pincite.corpus.errors import (
    EmbedderMismatchError,
    LibraryDamagedError,
    LibraryError,
    LibraryNotFoundError,
    LibraryReadOnlyError,
    LibraryVersionError,
    MissingExtraError,
    PinciteError,
    UsageError,
)
from pincite.corpus.shared import head as heads
from pincite.corpus.store.library import Library
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import publish
from tests.corpus.shared.stores import shared
from tests.corpus.shared.test_bucket import assert_is_one_sentence
from tests.retrieval.conftest import fill, make_document


def refused(address: str, kind: type[PinciteError], words: str, *, create: bool = False) -> None:
    with pytest.raises(kind, match=words) as error:
        open_library(address, create=create)
    assert_is_one_sentence(error.value)


def write_head(library: Library, **values: Any) -> None:
    """As another Pincite may have left it."""
    table = lance.dataset(str(library.folder / "head"))
    said = json.loads(table.config()["pincite.head"]) | values
    table.update_config({"pincite.head": json.dumps(said)})


def test_a_library_of_a_newer_pincite_is_refused(library: Library, address: str) -> None:
    write_head(library, format=99)
    refused(address, LibraryVersionError, "format 99.*newer Pincite")


def test_a_library_of_an_older_format_is_refused(library: Library, address: str) -> None:
    write_head(library, format=0)
    refused(address, LibraryVersionError, "format 0.*older Pincite")


def test_terms_of_an_older_pincite_are_refused_and_it_is_said_who_does_what(
    library: Library, address: str
) -> None:
    write_head(library, analysis="pincite_0")
    refused(address, LibraryVersionError, "somebody who may write.*pincite rebuild")


def test_terms_of_a_newer_pincite_are_refused_and_not_taken_back(
    library: Library, address: str
) -> None:
    write_head(library, analysis="9 pincite_9")
    refused(address, LibraryVersionError, "newer Pincite.*install")
    with (
        open_library(address, rebuilding=True) as opened,
        pytest.raises(LibraryVersionError, match=r"newer Pincite.*install"),
    ):
        publish(opened, anew=True)


def test_a_head_that_is_none_is_damage(library: Library, address: str) -> None:
    lance.dataset(str(library.folder / "head")).update_config({"pincite.head": "{"})
    refused(address, LibraryDamagedError, "head of the library")


def test_a_table_that_is_gone_is_said(library: Library, address: str) -> None:
    path = shared(library).tables().head.tables["contents"].path
    (library.folder / path).rename(library.folder / "elsewhere")
    refused(address, LibraryError, "a part of the library")


def test_nobody_writes_whose_clock_is_far_behind(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(heads, "_now", lambda: hour_ago)
    with pytest.raises(LibraryError, match=r"60 minutes in the future.*clock") as error:
        fill(library, make_document("A whale sings.", "whale.txt"))
    assert_is_one_sentence(error.value)
    assert library.counts()[0] == 3  # it can be read
    monkeypatch.undo()
    fill(library, make_document("A whale sings.", "whale.txt"))


def test_nothing_there_says_how_to_make_a_library(tmp_path: Path) -> None:
    refused(f"lance://{tmp_path}/none", LibraryNotFoundError, "pincite ingest")


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    refused(f"lance://{tmp_path}/file", LibraryError, "is a file", create=True)


def test_the_two_kinds_of_library_are_not_mixed_up(library: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="name it lance://") as error:
        open_library(library.folder, create=True)
    assert_is_one_sentence(error.value)
    Library.open(tmp_path / "own", create=True).close()
    refused(f"lance://{tmp_path}/own", LibraryError, "without lance://", create=True)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_can_be_asked(library: Library, address: str) -> None:
    for file in [library.folder, *library.folder.rglob("*")]:
        file.chmod(0o555 if file.is_dir() else 0o444)
    with open_library(address) as opened, pytest.raises(LibraryReadOnlyError):
        fill(opened, make_document("A whale sings.", "whale.txt"))


def test_another_embedder_is_refused_naming_both(library: Library) -> None:
    with pytest.raises(EmbedderMismatchError, match="other@1") as error:
        library.put([], {}, "other@1")
    assert_is_one_sentence(error.value)


def test_vectors_of_a_library_in_a_folder_are_refused(library: Library, tmp_path: Path) -> None:
    with (
        Library.open(tmp_path / "other", create=True) as other,
        pytest.raises(UsageError, match="pincite reembed") as error,
    ):
        library.replace_vectors(other, "other@1")
    assert_is_one_sentence(error.value)


def test_without_the_extra_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("pincite.corpus.extras.available", lambda extra: False)
    with pytest.raises(MissingExtraError, match=r"pip install 'pincite\[shared\]'"):
        open_library(address)


def test_a_library_in_a_folder_imports_nothing_of_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pincite.ui.cli import app; from pincite.retrieval.engine import Engine;"
        "from pincite.retrieval.libraries import open_library;"
        f"open_library({str(tmp_path / 'own')!r}, create=True).close();"
        "print([m for m in sys.modules if m.split('.')[0] in ('lance', 'pyarrow')"
        " or m.startswith('pincite.corpus.shared')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_head_that_others_moved_is_seen_at_once(library: Library, address: str) -> None:
    with open_library(address) as other:
        fill(other, make_document("A whale sings.", "whale.txt"))
        assert library.generation == other.generation == 2
        assert replace(shared(library).tables().head) == shared(other).tables().head
