"""Whatever is done to the bytes of a library, all that is shown is right, or nothing is."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import LibraryDamagedError, PinciteError
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Box, Document, Layout, Origin, Page, Section, Span
from pincite.ingest.cutting.passages import segment
from pincite.ingest.reembedding import repair
from pincite.ingest.storing import Item, Storing
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.corpus.store.test_integrity import EXCHANGE
from tests.corpus.store.test_library_faults import behind_our_back
from tests.retrieval.conftest import hashing_settings

EMBEDDER = HashingEmbedder(32)
TEXTS = (
    "The herring gull eats fish and mussels. Gulls nest on cliffs in spring.",
    "The barn owl hunts mice at night. Its face is shaped like a heart.",
    "The rudder was repaired because it leaked. The mast is of oak.",
)
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("What does the herring gull eat?", {}),
    ("Why was the rudder repaired?", {"tags": ["old"]}),
    ("What does the owl hunt?", {"documents": ["1.txt", "4.txt"]}),
)


def item(number: int) -> Item:
    """A document that has all that a document may have."""
    text = f"{TEXTS[number % len(TEXTS)]} It is number {number}."
    whole = Span(0, len(text))
    document = Document(
        f"{number}.txt",
        f"Notes {number}",
        text,
        (Section(whole, ("Notes",)),),
        (Page(whole, 1),),
        metadata={"date": "2024"},
        origin=Origin("0" * 64, 1, 2, "text 1"),
        warnings=("page 2 has no text",),
        layout=Layout.of([(Span(0, 3), Box(1, 1, 2, 3, 4))]),
    )
    tags = ["law"] if number % 3 == 0 else ["old"]
    return Item(document, segment(document, EMBEDDER), b"bytes of the file", tags)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed library with its indexes, to be copied."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    with Library.open(folder, create=True) as library:
        Storing(library, EMBEDDER).store([item(number) for number in range(9)])
        library.record_failures([Refusal("c.pdf", "c.pdf is encrypted; decrypt it")])
    seen(folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "library"))


def seen(folder: Path) -> dict[str, Any]:
    """What a person sees of the library: answers, lists, and what belongs to a document."""
    with Engine.open(folder, settings=hashing_settings(), embedder=EMBEDDER) as engine:
        library = engine.library
        shown: dict[str, Any] = {}
        for question, scope in QUESTIONS:
            shown[question] = engine.ask(question, **scope).to_json()
            del shown[question]["trace"]
        shown["documents"] = [entry.to_json() for entry in library.entries()]
        shown["refused"] = [refusal.to_json() for refusal in library.refusals()]
        shown["tags"] = library.tags()
        id = library.find("3.txt").id
        layout = library.layout(id)
        shown["boxes"] = layout and layout.boxes(Span(0, 3))
        shown["file"] = library.original(id)
    return shown


def check_true(folder: Path, right: dict[str, Any]) -> None:
    """Look at a library of which something may be left out: what is shown stood there before.

    Raises:
        PinciteError: it is refused.
    """
    shown = seen(folder)
    texts = {document.id: document for document in (item(number).document for number in range(9))}
    for question, _ in QUESTIONS:
        for quote in shown[question]["quotes"]:
            document = texts[quote["document"]]
            assert quote["text"] == document.text[quote["start"] : quote["end"]]
            facts = (quote["title"], quote["section"], quote["page"])
            assert facts == (document.title, ["Notes"], 1)
    for listed in ("documents", "refused"):
        assert [one for one in shown[listed] if one not in right[listed]] == []
    assert all(count <= right["tags"][tag] for tag, count in shown["tags"].items())
    assert (shown["boxes"], shown["file"]) == (right["boxes"], right["file"])
    if shown != right:
        with Library.open(folder) as library:
            assert library.problems(deep=True), "something is left out, and nobody can know"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A bit turned, a byte changed or some bytes of noise, mostly where there is something."""
    place = chance.randrange(len(data))
    while not data[place] and chance.random() < 0.9:
        place = chance.randrange(len(data))
    noise = (
        bytes([data[place] ^ 1 << chance.randrange(8)]),
        chance.randbytes(1),
        chance.randbytes(chance.randrange(1, 40)),
    )[chance.randrange(3)]
    return (data[:place] + noise + data[place + len(noise) :])[: len(data)]


def check_damage(sound: Path, work: Path, seed: int, times: int) -> None:
    """Damage a copy so often, and look at all of it; the indexes are there or not."""
    right, data = seen(sound), (sound / FILE_NAME).read_bytes()
    chance = random.Random(seed)
    refused = 0
    for _ in range(times):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(sound, work)
        (work / FILE_NAME).write_bytes(damaged(data, chance))
        if chance.random() < 0.3:
            shutil.rmtree(work / "indexes")
        try:
            check_true(work, right)
        except PinciteError:
            refused += 1
        try:
            with Library.open(work) as library:
                library.problems(deep=True)
        except PinciteError:
            pass
    assert 0 < refused < times  # it was damage, and of some of it nothing is told


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_byte_never_changes_an_answer(sound: Path, tmp_path: Path, seed: int) -> None:
    check_damage(sound, tmp_path / "library", seed, 50)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_thousand_damaged_bytes_never_change_an_answer(
    sound: Path, tmp_path: Path, seed: int
) -> None:
    check_damage(sound, tmp_path / "library", seed, 1000)


def test_exchanged_vectors_are_left_out_and_made_anew(folder: Path) -> None:
    right = seen(folder)
    behind_our_back(folder, *EXCHANGE)
    check_true(folder, right)
    said = r"a vector of its passage .*doctor --repair"
    with Library.open(folder) as library, pytest.raises(LibraryDamagedError, match=said):
        list(library.passage_vectors())
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).passages == 2
        assert repair(library, EMBEDDER).passages == 0
        assert library.problems() == []
    assert seen(folder) == right


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET title = 'Another' WHERE source = '0.txt'",
        "UPDATE documents SET media_type = 'text/html' WHERE source = '0.txt'",
        "UPDATE documents SET metadata = '{\"date\": \"1999\"}' WHERE source = '0.txt'",
        "UPDATE documents SET added_at = '1999-01-01' WHERE source = '0.txt'",
        "UPDATE tags SET tag = 'old' WHERE tag = 'law'",
        "DELETE FROM tags WHERE tag = 'old'",
        "DELETE FROM passages WHERE id = 1",
    ],
)
def test_what_was_changed_behind_our_back_is_never_shown(folder: Path, change: str) -> None:
    right = seen(folder)
    behind_our_back(folder, change)
    with contextlib.suppress(PinciteError):
        check_true(folder, right)
    with Library.open(folder) as library:
        assert library.problems(deep=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE contents SET sections = replace(sections, 'Notes', 'Lies')", "where its sections"),
        ("UPDATE contents SET pages = replace(pages, '1]]', '7]]')", "where its sections, pages"),
        ("UPDATE passages SET end = end - 1", "the row of its passage"),
        ("UPDATE passages SET path = '[]'", "the row of its passage"),
        ("UPDATE passages SET id = id + 100", "changed"),
        ("DELETE FROM documents WHERE source = '8.txt'", "it holds 8 documents|has no document"),
        ("DELETE FROM originals", "its file, which is lost"),
        ("DELETE FROM layouts", "where its words stand, which is lost"),
    ],
)
def test_where_nothing_is_left_or_something_is_lost_the_library_is_refused(
    folder: Path, change: str, said: str
) -> None:
    behind_our_back(folder, change)
    with pytest.raises(PinciteError, match=said):
        seen(folder)
    with Library.open(folder) as library:
        assert library.problems(deep=True)


def test_a_damaged_document_is_mended_by_the_next_ingest_of_its_file(folder: Path) -> None:
    right = seen(folder)
    behind_our_back(folder, "UPDATE contents SET pages = '[]' WHERE rowid = 1")
    with Library.open(folder) as library:
        assert repair(library, EMBEDDER).documents == ("0.txt",)
        assert "0.txt" not in library.taken()
        Storing(library, EMBEDDER).store([item(0)])
        assert library.problems() == []
        entries = {entry.source: entry.tags for entry in library.entries()}
    assert entries["0.txt"] == ("law",)
    question = QUESTIONS[1][0]
    assert seen(folder)[question]["quotes"] == right[question]["quotes"]
