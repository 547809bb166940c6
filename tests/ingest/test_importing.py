"""An exported library taken in again: the same library, whatever it is taken into."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import EmbedderMismatchError, RecordError, SourceNotFoundError
from pincite.corpus.exporting import export
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.ingest.importing import import_library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.indexes import index_problems
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents


class Silent(HashingEmbedder):
    """An embedder that must not be asked for anything."""

    def embed_documents(self, texts: Any) -> Any:
        raise AssertionError("something was embedded")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Three documents, one of them tagged, and a file that was not read."""
    with Library.open(tmp_path / "library", create=True) as opened:
        fill(opened, *small_documents(), passage_tokens=96)
        opened.tag([opened.find("birds.txt").id], add=["sea", "old"])
        opened.record_failures([Refusal("locked.pdf", "locked.pdf is encrypted; decrypt it")])
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "other", create=True) as opened:
        yield opened


def holdings(library: Library, folder: Path) -> str:
    """Everything in the library, vectors and all."""
    file = folder / f"{library.generation}-{library.folder.name}.jsonl"
    export(library, file, vectors=True)
    text = file.read_text("ascii")
    file.unlink()
    return text


@pytest.mark.parametrize("vectors", [True, False])
def test_a_library_that_was_exported_and_imported_is_the_same(
    library: Library, other: Library, tmp_path: Path, vectors: bool
) -> None:
    file = tmp_path / "all.jsonl"
    assert export(library, file, vectors=vectors) == 3
    embedder = Silent() if vectors else HashingEmbedder()
    summary = import_library(file, other, embedder, trust_vectors=vectors)
    assert (summary.count("added"), summary.embedded == 0) == (3, vectors)
    assert holdings(other, tmp_path) == holdings(library, tmp_path)
    assert other.problems() == index_problems(other) == []


def test_importing_again_changes_nothing(library: Library, other: Library, tmp_path: Path) -> None:
    export(library, tmp_path / "all.jsonl")
    import_library(tmp_path / "all.jsonl", other, HashingEmbedder())
    generation = other.generation
    summary = import_library(tmp_path / "all.jsonl", other, Silent())
    assert (summary.count("unchanged"), other.generation) == (3, generation)


def test_a_document_of_the_same_name_is_replaced_with_its_tags_and_others_stay(
    library: Library, other: Library, tmp_path: Path
) -> None:
    fill(other, make_document("A tern.", "birds.txt"), make_document("A lamp.", "lamp.txt"))
    other.tag([entry.id for entry in other.entries()], add=["mine"])
    export(library, tmp_path / "all.jsonl")
    summary = import_library(tmp_path / "all.jsonl", other, HashingEmbedder())
    assert (summary.count("added"), summary.count("replaced")) == (2, 1)
    assert other.find("birds.txt") == library.find("birds.txt")
    assert other.find("lamp.txt").tags == ("mine",)


def test_vectors_in_a_file_that_nobody_vouches_for_are_made_anew(
    library: Library, other: Library, tmp_path: Path
) -> None:
    """Exchanged vectors are of unit length and of the right number: nothing shows what they are."""
    file = tmp_path / "all.jsonl"
    export(library, file, vectors=True)
    lines = [json.loads(line) for line in file.read_text("ascii").splitlines()]
    one, two = (line["cut"]["passages"][0] for line in lines[:2])
    as_many = sorted([one, two], key=lambda passage: len(passage["vectors"]))
    data = [base64.b64decode(passage["vectors"]) for passage in as_many]
    own = len(data[0])
    data = [data[1][:own], data[0] + data[1][own:]]
    for passage, rows in zip(as_many, data, strict=True):
        passage["vectors"] = base64.b64encode(rows).decode()
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "ascii")
    summary = import_library(file, other, HashingEmbedder())
    assert summary.untrusted == summary.count("added") == 3
    assert holdings(other, tmp_path) == holdings(library, tmp_path)


def test_vectors_of_another_embedder_are_made_anew(
    library: Library, other: Library, tmp_path: Path
) -> None:
    export(library, tmp_path / "all.jsonl", vectors=True)
    small = HashingEmbedder(32)
    assert import_library(tmp_path / "all.jsonl", other, small).embedded > 0
    assert other.fingerprint == small.fingerprint
    assert other.problems() == []
    engine = Engine(other, small, hashing_settings())
    assert "rudder because it leaked" in engine.ask("Why repair the rudder?").quotes[0].text


def test_a_large_import_is_stored_in_batches_and_comes_out_the_same(
    tmp_path: Path, other: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.ingest.storing._BATCH_PASSAGES", 3)
    with Library.open(tmp_path / "many", create=True) as many:
        fill(many, *(make_document(f"Gull {n} nests. " * 3, f"{n}.txt") for n in range(20)))
        export(many, tmp_path / "all.jsonl", vectors=True)
        import_library(tmp_path / "all.jsonl", other, Silent(), trust_vectors=True)
        assert other.generation > 3
        assert holdings(other, tmp_path) == holdings(many, tmp_path)


def broken(file: Path, number: int, **change: Any) -> None:
    lines = file.read_text("ascii").splitlines()
    lines[number - 1] = json.dumps({**json.loads(lines[number - 1]), **change})
    file.write_text("\n".join(lines) + "\n", "ascii")


@pytest.mark.parametrize("number", [1, 3])
def test_a_line_that_is_not_sound_is_named_and_nothing_is_taken_in(
    library: Library, other: Library, tmp_path: Path, number: int
) -> None:
    file = tmp_path / "all.jsonl"
    export(library, file)
    broken(file, number, text="Another text.")
    with pytest.raises(RecordError, match=rf"all\.jsonl, line {number}: .*not the text"):
        import_library(file, other, HashingEmbedder())
    assert (other.entries(), other.refusals(), other.generation) == ([], [], 0)


def test_a_name_that_stands_in_two_lines_is_refused(
    library: Library, other: Library, tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl"
    export(library, file)
    file.write_text(file.read_text("ascii") * 2, "ascii")
    with pytest.raises(RecordError, match=r"line 5: the document 'birds\.txt' stands in line 1"):
        import_library(file, other, HashingEmbedder())
    assert other.entries() == []


def test_vectors_of_several_dimensions_are_refused(
    library: Library, other: Library, tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl"
    export(library, file, vectors=True)
    line = json.loads(file.read_text("ascii").splitlines()[1])
    row = np.zeros(4, "<f2").tobytes()
    for passage in line["cut"]["passages"]:
        data = row * (1 + len(passage["sentences"]))
        passage["vectors"] = base64.b64encode(data).decode()
    broken(file, 2, cut=line["cut"])
    with pytest.raises(RecordError, match=r"line 2: its vectors have 4 numbers, and others .* 256"):
        import_library(file, other, HashingEmbedder(), trust_vectors=True)
    assert other.entries() == []


def test_a_file_that_is_not_there_or_of_another_kind_is_refused(
    other: Library, tmp_path: Path
) -> None:
    with pytest.raises(SourceNotFoundError, match=r"gone\.jsonl does not exist"):
        import_library(tmp_path / "gone.jsonl", other, HashingEmbedder())
    (tmp_path / "notes.txt").write_text("Notes.\n", "utf-8")
    with pytest.raises(RecordError, match=r"notes\.txt, line 1"):
        import_library(tmp_path / "notes.txt", other, HashingEmbedder())


def test_a_library_of_another_embedder_refuses_an_import(library: Library, tmp_path: Path) -> None:
    export(library, tmp_path / "all.jsonl")
    with pytest.raises(EmbedderMismatchError, match="pincite reembed"):
        import_library(tmp_path / "all.jsonl", library, HashingEmbedder(32))
