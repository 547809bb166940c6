"""Another embedder for a library: all of it or nothing, whatever happens on the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import EmbedderMismatchError, LibraryChangedError, LibraryDamagedError
from pincite.corpus.store.library import Library
from pincite.ingest import pipeline
from pincite.ingest.reembedding import FOLDER, reembed
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.indexes import index_problems
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents

QUESTION = "Why did the captain repair the rudder?"
# Dies at the second batch of texts; each batch before it is stored.
_DIES = """
import os, signal, sys
from pincite.corpus.store.library import Library
from pincite.ingest import storing
from pincite.ingest.reembedding import reembed
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder

class Dies(HashingEmbedder):
    calls = 0
    def embed_documents(self, texts):
        self.calls += 1
        if self.calls > int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_documents(texts)

storing._BATCH_PASSAGES = 1
with Library.open(sys.argv[1]) as library:
    reembed(library, Dies(32))
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        fill(opened, *small_documents(), passage_tokens=96)
        opened.tag([opened.find("birds.txt").id], add=["sea"])
        yield opened


class Interrupting(HashingEmbedder):
    """Does something else before each batch of texts."""

    def __init__(self, act: Any) -> None:
        super().__init__(32)
        self._act = act

    def embed_documents(self, texts: Sequence[str]) -> Any:
        self._act()
        return super().embed_documents(texts)


def held(library: Library) -> dict[str, list[list[float]]]:
    """The passages' vectors, by their text."""
    ids = [stored.id for stored, _, _ in library.passage_texts()]
    texts = {stored.id: text for stored, _, text in library.passage_texts()}
    return {texts[id]: rows.tolist() for id, rows in library.vectors(ids).items()}


def check_whole(library: Library, embedder: HashingEmbedder) -> None:
    assert library.fingerprint == embedder.fingerprint
    assert library.problems() == []
    dimensions = {len(row) for rows in held(library).values() for row in rows}
    assert dimensions == {embedder.dimension}
    with Engine.open(library.folder, settings=hashing_settings(), embedder=embedder) as engine:
        assert "rudder because it leaked" in engine.ask(QUESTION).quotes[0].text


def test_everything_but_passages_and_vectors_stays(library: Library) -> None:
    before, generation = library.entries(), library.generation
    old = [stored.id for stored, _, _ in library.passage_texts()]
    summary = reembed(library, HashingEmbedder(32))
    assert library.entries() == before
    assert library.find("birds.txt").tags == ("sea",)
    assert min(stored.id for stored, _, _ in library.passage_texts()) > max(old)
    assert library.generation == generation + 1
    assert summary.embedded > 0
    assert not (library.folder / FOLDER).exists()
    check_whole(library, HashingEmbedder(32))
    assert index_problems(library) == []


def test_it_is_the_library_that_the_embedder_would_have_made(
    library: Library, tmp_path: Path
) -> None:
    reembed(library, HashingEmbedder(32))
    with Library.open(tmp_path / "fresh", create=True) as fresh:
        pipeline.ingest_documents(small_documents(), fresh, HashingEmbedder(32))
        assert held(library) == held(fresh)


def test_the_present_embedder_cuts_and_embeds_anew(library: Library) -> None:
    fill(library, make_document("One owl. Two owls. Three owls.", "owls.txt"), passage_tokens=2)
    assert library.find("owls.txt").passages > 1
    reembed(library, HashingEmbedder())
    assert library.find("owls.txt").passages == 1
    check_whole(library, HashingEmbedder())


def test_a_warning_about_the_language_goes_with_the_embedder_that_caused_it(
    library: Library,
) -> None:
    german = "Die Möwe frisst Fische und Muscheln, und sie nistet auf den Klippen. " * 9
    fill(library, make_document(german, "möwe.txt"))
    for languages, warnings in ((frozenset({"en"}), 1), (None, 0)):
        embedder = HashingEmbedder(32)
        embedder.languages = languages
        reembed(library, embedder)
        assert len(library.find("möwe.txt").warnings) == warnings
        assert library.find("birds.txt").warnings == ()


def test_a_library_without_documents_takes_the_embedder(tmp_path: Path) -> None:
    with Library.open(tmp_path, create=True) as library:
        reembed(library, HashingEmbedder(32))
        assert library.fingerprint == HashingEmbedder(32).fingerprint
        assert library.problems() == []


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_kill_leaves_the_old_library_whole_and_the_next_run_goes_on(
    library: Library, calls: int
) -> None:
    before = held(library)
    command = [sys.executable, "-c", _DIES, str(library.folder), str(calls)]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], timeout=60).returncode == -9
    assert held(library) == before
    check_whole(library, HashingEmbedder())
    summary = reembed(library, HashingEmbedder(32))
    assert summary.count("unchanged") == calls
    check_whole(library, HashingEmbedder(32))


def test_what_a_run_with_a_third_embedder_left_is_not_mixed_in(library: Library) -> None:
    with Library.open(library.folder / FOLDER, create=True) as left:
        fill(left, *small_documents())
    reembed(library, HashingEmbedder(32))
    check_whole(library, HashingEmbedder(32))


def test_damage_to_what_was_left_is_no_hindrance(library: Library) -> None:
    (library.folder / FOLDER).mkdir()
    (library.folder / FOLDER / "library.sqlite").write_bytes(b"noise " * 999)
    reembed(library, HashingEmbedder(32))
    check_whole(library, HashingEmbedder(32))


def test_documents_that_come_and_go_meanwhile_are_right_in_the_end(library: Library) -> None:
    turn = iter(range(9))

    def write() -> None:
        if next(turn) == 0:
            with Library.open(library.folder) as other:
                other.remove([other.find("bread.md").id])
                other.rename(other.find("birds.txt").id, "gulls.txt")
                fill(other, make_document("A new lamp burns.", "lamp.txt"))

    reembed(library, Interrupting(write))
    assert [entry.source for entry in library.entries()] == ["gulls.txt", "lamp.txt", "ships.txt"]
    check_whole(library, HashingEmbedder(32))


def test_a_library_that_never_holds_still_stays_as_it_is(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_vectors(*_: object) -> bool:
        return False

    before = held(library)
    monkeypatch.setattr(Library, "replace_vectors", replace_vectors)
    with pytest.raises(LibraryChangedError, match="run it again when"):
        reembed(library, HashingEmbedder(32))
    assert held(library) == before


def test_a_document_that_is_damaged_stops_it_before_anything_changes(library: Library) -> None:
    with library._database.writing() as run:
        run("UPDATE contents SET text = 'x'")
    with pytest.raises(LibraryDamagedError, match="not the text"):
        reembed(library, HashingEmbedder(32))
    assert library.fingerprint == HashingEmbedder().fingerprint


def test_an_engine_that_is_open_says_that_the_embedder_is_another(library: Library) -> None:
    with Engine.open(
        library.folder, settings=hashing_settings(), embedder=HashingEmbedder()
    ) as engine:
        engine.ask(QUESTION)
        reembed(library, HashingEmbedder(32))
        with pytest.raises(
            EmbedderMismatchError, match=r"hashing@32.*hashing@256.*pincite reembed"
        ):
            engine.ask(QUESTION)


def test_rows_keep_the_header_that_they_need(library: Library) -> None:
    table = "# Rates\n\n| City | Lunch |\n| --- | --- |\n| Bern | 25 CHF |\n"
    fill(library, make_document(table, "rates.md"), passage_tokens=96)
    before = [stored.passage.context for stored, _, _ in library.passage_texts()]
    reembed(library, HashingEmbedder())
    after = [stored.passage.context for stored, _, _ in library.passage_texts()]
    assert list(filter(None, after)) == list(filter(None, before)) != []
    assert library.problems(deep=True) == []


def test_neighbours_in_a_document_keep_neighbouring_ids(library: Library) -> None:
    long = " ".join(f"The gull number {n} nests on the cliff in spring." for n in range(60))
    fill(library, make_document(long, "long.txt"), passage_tokens=96)
    reembed(library, HashingEmbedder(32))
    for entry in library.entries():
        ids = library.passage_ids([entry.id])
        starts = [library.passages([id])[id].passage.span.start for id in ids]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        assert starts == sorted(starts)
    assert np.diff([stored.id for stored, _, _ in library.passage_texts()]).min() == 1
