"""Tab: names of documents and tags, quickly, and in silence where there are none."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pincite.corpus.store import name_completion
from tests.conftest import Pincite


@pytest.fixture
def tab(pincite: Pincite, monkeypatch: pytest.MonkeyPatch) -> object:
    """What bash is offered for a line that somebody has begun."""

    def offer(line: str) -> list[str]:
        words = line.split(" ")
        with monkeypatch.context() as patch:
            patch.setenv("_PINCITE_COMPLETE", "complete_bash")
            patch.setenv("COMP_WORDS", line)
            patch.setenv("COMP_CWORD", str(len(words) - 1))
            run = pincite()
        assert run.stderr == ""
        return run.stdout.split()

    return offer


@pytest.mark.parametrize(
    "line", ["show no", "remove no", "rename no", "tag no", "ask x --document no"]
)
def test_the_name_of_a_document_is_completed(tab: object, notes: Path, line: str) -> None:
    assert callable(tab)
    assert tab(f"pincite {line}") == ["notes.txt"]
    assert tab(f"pincite {line.removesuffix('no')}{notes.parent}/n") == [str(notes)]
    assert tab(f"pincite {line}zzz") == []


@pytest.mark.parametrize("line", ["documents --tag s", "tag x --add s", "ask x --tag s"])
def test_a_tag_is_completed(pincite: Pincite, tab: object, notes: Path, line: str) -> None:
    assert callable(tab)
    pincite("tag", notes, "--add", "sea", "--add", "air", "--add", "so long")
    assert tab(f"pincite {line}") == ["sea"]


def test_the_library_that_the_line_names_is_looked_at(
    pincite: Pincite, tab: object, tmp_path: Path
) -> None:
    assert callable(tab)
    (tmp_path / "owls.txt").write_text("Owls hunt.", "utf-8")
    pincite("--library", "other", "ingest", "owls.txt")
    assert tab("pincite --library other show o") == ["owls.txt"]
    assert tab("pincite --library nowhere show o") == []
    assert not (tmp_path / "nowhere").exists()


def test_a_name_that_a_shell_would_take_apart_is_offered_as_its_id(
    pincite: Pincite, tmp_path: Path
) -> None:
    (tmp_path / "two words.txt").write_text("Owls hunt.", "utf-8")
    pincite("ingest", "two words.txt")
    (entry,) = json.loads(pincite("documents", "--json").stdout)
    assert name_completion.documents(Path(".pincite"), "") == [(entry["id"][:12], entry["title"])]


def test_whatever_is_wrong_with_the_library_is_met_with_silence(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert name_completion.documents(library, "") == name_completion.tags(library, "") == []
    library.mkdir()
    (library / "library.sqlite").write_bytes(b"no database, but some bytes" * 99)
    assert name_completion.documents(library, "") == name_completion.tags(library, "") == []
    (library / "library.sqlite").unlink()
    with closing(sqlite3.connect(library / "library.sqlite")) as connection:
        connection.execute("CREATE TABLE other (x)")
    assert name_completion.documents(library, "") == name_completion.tags(library, "") == []
