"""Documents that are deleted: after ``pincite compact`` no byte of theirs is in any file."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.search.indexes import publish
from tests.retrieval.conftest import fill, make_document
from tests.torture.rows import Row, Tally

PART = "deletion"
_KEPT = 1.1  # for each one deleted; with fewer, segments are written anew anyway
_LETTERS = "bcdfghjklmnpqrstvwxz"


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """Delete so many documents and keep some, then look for what was said in them."""
    chance = random.Random(seed)
    secrets = {f"{_word(chance)}.txt": _word(chance) for _ in range(count + round(count * _KEPT))}
    place, tally = folder / "library", Tally()
    with Library.open(place, create=True) as library:
        fill(library, *(_document(name, word) for name, word in secrets.items()))
        entries = library.entries()
        library.tag([entry.id for entry in entries[:count]], add=["gone"])
        gone = {entry.source: entry.id for entry in entries[:count]}
        vectors = _vectors(library)
        for start in range(0, count, 100):  # so that the indexes have changes to remember
            library.remove(list(gone.values())[start : start + 100])
            publish(library)
    _compact(place)
    contents = {file: file.read_bytes().lower() for file in place.rglob("*") if file.is_file()}
    shared = {vector for id, vector in vectors.items() if id not in gone.values()}
    for name, id in gone.items():
        traces = [_middle(name), _middle(secrets[name]), id.encode()]
        if vectors[id] not in shared:  # two words may be hashed to one vector
            traces.append(vectors[id])
        where = {file.name for file, data in contents.items() if any(t in data for t in traces)}
        if where:
            tally.fault(f"{name}: something of it is in {', '.join(sorted(where))}")
        else:
            tally.tell("without a trace in any file")
    kept = secrets.keys() - gone.keys()
    everything = b"".join(contents.values())
    lost = [name for name in kept if _middle(secrets[name]) not in everything]
    assert not lost, "what was kept is not found either, so the search means nothing"
    return [tally.row(PART, "documents deleted, then pincite compact: their names, words, vectors")]


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_LETTERS, k=14))


def _middle(word: str) -> bytes:
    """A part of a word that stands in every file that has it: beginnings are shared, ends cut."""
    return word[4:11].encode()


def _document(name: str, word: str) -> Document:
    text = (
        f"The {word} is kept in the harbour.\n\nNobody but its owner opens the {word} at night.\n"
    )
    return make_document(text, name)


def _vectors(library: Library) -> dict[str, bytes]:
    """The first passage's vector of each document, as it is stored, in small letters."""
    found: dict[str, bytes] = {}
    for stored, _, _ in library.passage_texts():
        if stored.document not in found:
            rows = library.vectors([stored.id])[stored.id]
            found[stored.document] = rows[0].astype("<f2").tobytes().lower()
    return found


def _compact(place: Path) -> None:
    command = [sys.executable, "-m", "pincite.ui.cli", "--library", str(place), "compact"]
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ), timeout=300)
