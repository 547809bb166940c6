"""Two who write to a library and four who ask it, all at once, each in a process of its own.

Half of those who ask read slowly for their indexes, as from a slow disk: so others write meanwhile
much more often than on the machine that this runs on.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from pincite.corpus.errors import LibraryChangedError, LibraryLockedError
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.indexes import index_differences, index_problems, open_indexes
from pincite.retrieval.search.segment_builder import SegmentBuilder
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.torture.rows import Row, Tally
from tests.torture.states import Ended, Tell, ended, forked

PART = "together"
WRITERS, READERS = 2, 4
_LATE_S = 0.03  # for a document, at most: about what a transaction takes
_SIDES = ("left", "right")
_SAID = re.compile(r"The (\w+) barrel of writer (\d) holds (\d+) litres\.")


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """For ``count`` seconds. What the processes do is the same for every seed; when, is not."""
    del seed
    place = folder / "library"
    with Library.open(place, create=True) as library:
        for writer in range(WRITERS):
            _write(library, writer, 0)
    end = time.monotonic() + count
    jobs = [partial(_writes, place, writer, end, folder) for writer in range(WRITERS)]
    jobs += [partial(_reads, place, reader, end, folder) for reader in range(READERS)]
    children = [forked(job) for job in jobs]
    ends = [ended(*child) for child in children]
    return [_writers_row(place, folder, ends[:WRITERS]), _readers_row(folder, ends[WRITERS:])]


def _documents(writer: int, version: int) -> Iterable[Document]:
    for side in _SIDES:
        text = f"The {side} barrel of writer {writer} holds {version} litres.\n"
        yield make_document(text, f"{side}-{writer}.txt")


def _write(library: Library, writer: int, version: int) -> None:
    """Both documents of a writer in one transaction."""
    fill(library, *_documents(writer, version), passage_tokens=24)


def _version(folder: Path, writer: int, when: str) -> int:
    """Which version a writer began or finished to write last."""
    try:
        return int((folder / f"{when}-{writer}").read_text() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def _note(folder: Path, writer: int, when: str, version: int) -> None:
    aside = folder / f".{when}-{writer}"
    aside.write_text(str(version))
    aside.rename(folder / f"{when}-{writer}")


def _writes(place: Path, writer: int, end: float, folder: Path, _: Tell) -> None:
    version = 0
    counts: Counter[str] = Counter()
    with Library.open(place) as library:
        while time.monotonic() < end:
            version += 1
            _note(folder, writer, "begun", version)
            while True:
                try:
                    _write(library, writer, version)
                    break
                except (LibraryLockedError, LibraryChangedError):
                    counts["told to try again"] += 1
            _note(folder, writer, "done", version)
            counts["written"] += 1
    (folder / f"writer-{writer}.json").write_text(json.dumps(counts))


def _reads(place: Path, reader: int, end: float, folder: Path, _: Tell) -> None:
    counts: Counter[str] = Counter()
    faults: list[str] = []
    if reader % 2:
        _read_slowly(random.Random(reader))
    with Engine.open(place, settings=hashing_settings(), embedder=HashingEmbedder()) as engine:
        while time.monotonic() < end:
            writer = (reader + counts.total()) % WRITERS
            before = _version(folder, writer, "done")
            question = f"How many litres does each barrel of writer {writer} hold?"
            try:
                quotes = [quote.text for quote in engine.ask(question).quotes]
            except (LibraryChangedError, LibraryLockedError):
                counts["told to ask again"] += 1
                continue
            after = _version(folder, writer, "begun")
            wrong = _wrong(quotes, writer, before, after)
            faults += wrong
            counts["of one generation" if not wrong else "wrong"] += 1
    told = {"counts": counts, "faults": faults[:20]}
    (folder / f"reader-{reader}.json").write_text(json.dumps(told))


def _read_slowly(chance: random.Random) -> None:
    """From now on this process takes its time for each document that it indexes."""
    add = SegmentBuilder.add

    def late(builder: SegmentBuilder, library: Library, document: DocumentState) -> None:
        time.sleep(chance.random() * _LATE_S)
        add(builder, library, document)

    SegmentBuilder.add = late  # type: ignore[method-assign]


def _wrong(quotes: Iterable[str], writer: int, before: int, after: int) -> list[str]:
    """What is wrong with quotes that were asked for between these two versions."""
    versions: dict[int, set[int]] = {}
    for quote in quotes:
        if (said := _SAID.fullmatch(quote.strip())) is None:
            return [f"a quote that nobody wrote: {quote!r}"]
        versions.setdefault(int(said[2]), set()).add(int(said[3]))
    if any(len(seen) > 1 for seen in versions.values()):
        return [f"an answer of two generations: {versions}"]
    seen = versions.get(writer, set())
    if not seen:
        return [f"nothing of writer {writer} is quoted"]
    if not before <= min(seen) <= after:
        return [f"version {min(seen)} is quoted, asked between {before} and {after}"]
    return []


def _writers_row(place: Path, folder: Path, ends: Iterable[Ended]) -> Row:
    tally = Tally()
    for writer, end in enumerate(ends):
        if end.code:
            tally.fault(f"writer {writer}: {end}")
            continue
        counts = json.loads((folder / f"writer-{writer}.json").read_text())
        tally.count += counts["written"]
        tally.outcomes.update(counts)
    with Library.open(place) as library:
        open_indexes(library, tally.fault)
        for problem in [
            *library.problems(deep=True),
            *index_problems(library),
            *index_differences(library),
        ]:
            tally.fault(problem)
        for writer in range(WRITERS):
            version = _version(folder, writer, "done")
            for document in _documents(writer, version):
                if library.find(document.source).id != document.id:
                    tally.fault(f"version {version} of writer {writer} is lost")
    return tally.row(PART, f"changes by {WRITERS} writers, each of two documents, while 4 ask")


def _readers_row(folder: Path, ends: Iterable[Ended]) -> Row:
    tally = Tally()
    for reader, end in enumerate(ends):
        if end.code:
            tally.fault(f"reader {reader}: {end}")
            continue
        told = json.loads((folder / f"reader-{reader}.json").read_text())
        tally.count += sum(told["counts"].values()) - told["counts"].get("wrong", 0)
        tally.outcomes.update({k: n for k, n in told["counts"].items() if k != "wrong"})
        for fault in told["faults"]:
            tally.fault(fault)
    return tally.row(PART, f"questions by {READERS} readers, while {WRITERS} write")
