"""A document as one line of JSON, and back to the letter."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import RecordError, UsageError
from pincite.corpus.export_format import Record, from_line, record_of, records, to_line
from pincite.corpus.exporting import export, new_file
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from tests.corpus.store.test_library import MAKER, Item, items, make, put
from tests.corpus.store.test_library_keeping import ORIGIN, full

Line = dict[str, Any]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of a document that has everything, a plain one and a file that was not read."""
    with Library.open(tmp_path / "library", create=True) as opened:
        full(opened)
        put(opened, make("Plain.", "b"))
        opened.record_failures([Refusal("c", "c is encrypted; decrypt it", ORIGIN)])
        yield opened


def line_of(library: Library, source: str = "a") -> Line:
    entry = library.find(source)
    line: Line = json.loads(to_line(record_of(library, entry, vectors=True)))
    return line


def read(line: Line) -> Record | Refusal:
    return from_line(json.dumps(line).encode())


@settings(max_examples=25)
@given(st.lists(items(), max_size=3, unique_by=lambda item: item[0].source), st.booleans())
def test_a_line_is_read_back_as_it_was_written(stored: list[Item], vectors: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as opened:
        put(opened, *stored)
        by_source = {document.source: (document, passages) for document, passages in stored}
        for record in records(opened, vectors=vectors):
            line = to_line(record)
            again = from_line(line.encode("ascii"))
            assert to_line(again) == line
            assert isinstance(again, Record)
            document, passages = by_source[again.document.source]
            assert again.document == document
            assert (again.cut is not None) == vectors
            if again.cut is not None:
                assert (again.cut.fingerprint, again.cut.passages) == (MAKER, passages)


def test_a_line_has_all_that_the_library_keeps(library: Library) -> None:
    record = read(line_of(library))
    assert isinstance(record, Record)
    document = record.document
    assert document == library.document(library.find("a").id)
    assert document.layout is not None
    assert (record.tags, record.original, document.origin) == (("law", "old"), b"One.", ORIGIN)
    assert (record.added_at, document.warnings) == (
        library.find("a").added_at,
        ("page 2 has no text",),
    )
    assert record.cut is not None
    ids = library.passage_ids([document.id])
    for rows, (_, stored) in zip(
        record.cut.vectors, sorted(library.vectors(ids).items()), strict=True
    ):
        np.testing.assert_array_equal(rows, stored)


def test_a_file_that_was_not_read_has_a_line_too(library: Library) -> None:
    (refusal,) = library.refusals()
    assert from_line(to_line(refusal).encode()) == refusal


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "One.\nTwo!"}, "its text is not the text that was ingested"),
        ({"source": "z"}, "its id is not that of this text under this name"),
        ({"sections": []}, "its sections do not tile it"),
        ({"sections": [{"start": 0, "end": 9, "body": 10, "path": []}]}, "begins outside"),
        ({"sections": [{"start": 9, "end": 0, "body": 0, "path": []}]}, "0 <= start <= end"),
        ({"pages": [{"start": 0, "end": 10, "number": 1}]}, "its pages are out of place"),
        ({"pages": [{"start": 0, "end": 9, "number": 0}]}, "its pages are out of place"),
        ({"pages": []}, "the places of its words on the pages"),
        ({"layout": "AAAA"}, "a layout is damaged"),
        ({"layout": "é"}, "ASCII"),
        ({"original": "no base64"}, "base64"),
        ({"tags": ["a,b"]}, "a comma"),
        ({"tags": [" a"]}, "is not in the form 'a'"),
        ({"added_at": "yesterday"}, "isoformat"),
        ({"metadata": []}, "metadata"),
        ({"origin": {"sha256": 1}}, "origin"),
        ({"pincite": 3}, "pincite"),
        ({"state": "refused"}, "reason: Field required"),
        ({"state": "new"}, "state"),
        ({"extra": 1}, "extra: Extra inputs"),
    ],
)
def test_a_line_that_was_changed_is_refused_with_what_is_wrong(
    library: Library, change: Line, said: str
) -> None:
    with pytest.raises(RecordError) as error:
        read({**line_of(library), **change})
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": 1, "sentences": [[0, 4]]}, "the sentences of 1 of its passages"),
        ({"sentences": [], "vectors": "ADwAAAAAAAA="}, "the sentences of 1 of its passages"),
        ({"end": 99}, "1 of its passages are out of place"),
        ({"vectors": "AAAA"}, "not as many as it has sentences"),
        ({"vectors": "AAAAAAAAAAA="}, "several dimensions"),
        ({"vectors": "ADwAPAA8ADwAPAA8ADwAPA=="}, "a vector is not of unit length"),
    ],
)
def test_a_passage_that_was_changed_is_refused_with_what_is_wrong(
    library: Library, change: Line, said: str
) -> None:
    line = line_of(library)
    line["cut"]["passages"][0] |= change
    with pytest.raises(RecordError) as error:
        read(line)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "line",
    [b"", b"\xff", b"[]", b"null", b"{", b'{"pincite": 1}', b"[" * 100_000, b'{"state": "read"}'],
)
def test_what_is_no_line_of_an_export_is_refused(line: bytes) -> None:
    with pytest.raises(RecordError):
        from_line(line)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The line of a document that has everything."""
    with Library.open(tmp_path_factory.mktemp("good"), create=True) as opened:
        full(opened)
        return to_line(record_of(opened, opened.find("a"), vectors=True)).encode()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0), st.integers(32, 126)), min_size=1, max_size=3))
def test_a_line_with_any_bytes_changed_is_refused_or_is_sound(
    good: bytes, changes: list[tuple[int, int]]
) -> None:
    line = bytearray(good)
    for place, byte in changes:
        line[place % len(line)] = byte
    try:
        record = from_line(bytes(line))
    except RecordError:
        return
    assert isinstance(record, Record)
    assert record.document.text == "One.\nTwo."


def test_an_export_is_of_one_moment(library: Library, tmp_path: Path) -> None:
    with Library.open(library.folder) as other, library.snapshot():
        assert len(library.entries()) == 2
        other.remove([other.find("a").id])
        assert export(library, tmp_path / "all.jsonl") == 2
    assert export(library, tmp_path / "later.jsonl") == 1


def test_an_export_leaves_a_file_that_is_there_alone(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="already exists and was not changed; name a new file"):
        export(library, file)
    assert file.read_text("utf-8") == "mine"


def test_a_file_whose_writing_fails_is_not_there_and_nothing_is_left(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "new") as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []
