"""Passages that wait in a file are those that were put there, however often one looks."""

from __future__ import annotations

import errno
import gc
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus import codec
from pincite.corpus.errors import DiskFullError, LibraryError
from pincite.corpus.types import Passage, Span
from pincite.ingest.cutting import passage_file
from pincite.ingest.cutting.passage_file import PassageFile

SPAN = st.tuples(st.integers(0, 99), st.integers(0, 9)).map(lambda at: Span(at[0], at[0] + at[1]))
PASSAGES = st.lists(
    st.builds(
        Passage,
        SPAN,
        st.lists(SPAN, max_size=3).map(tuple),
        st.lists(st.text(max_size=5), max_size=2).map(tuple),
        kind=st.sampled_from(["prose", "row"]),
        hidden=st.booleans(),
    ),
    max_size=20,
)


def kept(passages: Sequence[Passage]) -> PassageFile:
    file = PassageFile()
    file.add(codec.passage_values(passage) for passage in passages)
    return file


@settings(max_examples=25)
@given(PASSAGES, PASSAGES)
def test_passages_come_back_in_order_and_as_often_as_one_asks(
    first: list[Passage], more: list[Passage]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passage_file, "_AT_ONCE", 40)
        patch.setattr(passage_file, "_IN_MEMORY", 100)
        file = kept(first)
        file.add(map(codec.passage_values, more))
        assert len(file) == len(first + more)
        assert list(file) == list(file) == first + more
        one, other = iter(file), iter(file)
        begun = list(islice(one, 3))
        assert list(other) == [*begun, *one] == [*first, *more]
        assert all(passage in file for passage in first)


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.ENOSPC, DiskFullError, "is full; free some space and try again"),
        (errno.EACCES, LibraryError, "cannot be used .*TMPDIR"),
    ],
)
def test_a_full_disk_and_a_closed_folder_are_told_with_what_to_do(
    number: int, kind: type[Exception], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = PassageFile()

    class Refusing:
        def write(self, data: bytes) -> int:
            return len(data)

        def flush(self) -> None:
            raise OSError(number, "no")

    monkeypatch.setattr(file, "_file", Refusing())
    with pytest.raises(kind, match=says):
        file.add([codec.passage_values(Passage(Span(0, 1), (Span(0, 1),)))])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="it takes a disk that is always full")
def test_a_full_disk_is_told_when_passages_come_and_not_again_when_they_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = PassageFile()
    monkeypatch.setattr(file._file, "_file", open("/dev/full", "r+b"))  # noqa: SIM115
    with pytest.raises(DiskFullError):
        file.add([codec.passage_values(Passage(Span(0, 1), (Span(0, 1),)))])
    del file
    gc.collect()
    assert capsys.readouterr().err == ""


def test_no_folder_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", none)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(passage_file, "_IN_MEMORY", 1)
    with pytest.raises(LibraryError, match=r"folder for temporary files.*TMPDIR"):
        PassageFile().add([codec.passage_values(Passage(Span(0, 1), (Span(0, 1),)))])
