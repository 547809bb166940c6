"""A library that has all that a library may have, to be damaged, and what is seen of it then."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Box, Document, Layout, Origin, Page, Section, Span
from pincite.ingest.cutting.passages import segment
from pincite.ingest.storing import Item, Storing
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
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


def make_sound(folder: Path) -> None:
    """A closed library with its indexes, to be copied."""
    with Library.open(folder, create=True) as library:
        Storing(library, EMBEDDER).store([item(number) for number in range(9)])
        library.record_failures([Refusal("c.pdf", "c.pdf is encrypted; decrypt it")])
    seen(folder)


def seen(folder: Path, say: Callable[[str], None] = lambda sentence: None) -> dict[str, Any]:
    """What a person sees of the library: answers, lists, and what belongs to a document."""
    settings = hashing_settings()
    with Engine.open(folder, settings=settings, embedder=EMBEDDER, say=say) as engine:
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


def check_true(
    folder: Path,
    right: dict[str, Any],
    say: Callable[[str], None] = lambda sentence: None,
) -> bool:
    """Look at a library: what is shown stood there before. Whether all of it is shown.

    Raises:
        AssertionError: what is shown is not true, or something is left out and nothing tells it.
        PinciteError: it is refused.
    """
    shown = seen(folder, say)
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
    if shown == right:
        return True
    with Library.open(folder) as library:
        assert library.problems(deep=True), "something is left out, and nobody can know"
    return False


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
