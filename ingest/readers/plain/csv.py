"""Tables as text (CSV, TSV): each record a row, under the header where the file has one."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import PurePath

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.encodings import decoded

_DELIMITERS = ",;\t|"
_LOOKED_AT = 100  # records from which the delimiter is told
_NAMED = re.compile(r"sep=(.)\n")  # a first line that Excel writes and reads
_END = "\0"  # not in canonical text
_NUMBER = re.compile(r"[-+(]?[$€£¥]? ?[\d.,' ]*\d[\d.,]*(?:[eE][-+]?\d+)?\)? ?[%$€£¥]?")
_YEAR = re.compile(r"(?:1[89]|20|21)\d\d")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d.*)?")
_LONG = 100  # characters: a column has a shorter name


class TableReader:
    """Reads ``.csv`` and ``.tsv``."""

    media_type = "text/csv"
    suffixes = frozenset({".csv", ".tsv", ".tab"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; a quotation mark that is never closed is taken for a character."""
        text, warnings = decoded(data, name)
        if named := _NAMED.match(text):
            text = text[named.end() :]
        delimiter = named[1] if named else _delimiter(text, name)
        quoted = _quotes_are_closed(text, delimiter)
        if not quoted:
            warnings += (
                "a quotation mark in it is never closed, so quotation marks were read as they are",
            )
        built = Builder()
        with _any_length(text):
            records = (record for record in _records(text, delimiter, quoted) if any(record))
            add_rows(built, records)
        return built.reading(warnings=warnings)


def add_rows(built: Builder, rows: Iterator[Sequence[str]]) -> None:
    """Add ``rows`` as one table; its first is the header if it looks like one."""
    first = next(rows, None)
    if first is None:
        return
    built.row(first, header=is_header(first))
    for row in rows:
        built.row(row)
    built.end_table()


def is_header(cells: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: short words, all different, no values.

    >>> is_header(["Region", "2019", "2020"]), is_header(["North", "12.5", "2020"])
    (True, False)
    """
    words = [cell.strip() for cell in cells if cell.strip()]
    if not words or len(words) * 2 < len(cells) or len(set(words)) < len(words):
        return False
    if all(_YEAR.fullmatch(word) for word in words):
        return False
    return not any(
        len(word) > _LONG
        or _DATE.fullmatch(word)
        or (_NUMBER.fullmatch(word) and not _YEAR.fullmatch(word))
        for word in words
    )


def _delimiter(text: str, name: str) -> str:
    """The delimiter that cuts most records into the same number of fields, above one."""
    usual = "\t" if PurePath(name).suffix.lower() in (".tsv", ".tab") else ","
    best, found = (0.0, False, 0), usual
    for delimiter in _DELIMITERS:
        with _any_length(text):
            records = _records(text, delimiter, quoted=True)
            counts = Counter(len(record) for record in islice(records, _LOOKED_AT) if any(record))
        if not counts:
            continue
        fields, records_alike = counts.most_common(1)[0]
        share = round(records_alike / counts.total(), 1)
        score = (share, delimiter == usual == "\t", fields)  # a name seldom says .tsv in vain
        if fields > 1 and score > best:
            best, found = score, delimiter
    return found


def _quotes_are_closed(text: str, delimiter: str) -> bool:
    """Whether a mark put after the end is a record of its own, not inside quotation marks."""
    if '"' not in text:
        return True
    last: list[str] = []
    with _any_length(text):
        for record in csv.reader(chain(_lines(text), [_END]), delimiter=delimiter):
            last = record
    return last == [_END]


def _records(text: str, delimiter: str, quoted: bool) -> Iterator[list[str]]:
    return csv.reader(
        _lines(text),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        skipinitialspace=True,
    )


def _lines(text: str) -> Iterator[str]:
    return io.StringIO(text if text.endswith("\n") else f"{text}\n", newline="\n")


@contextmanager
def _any_length(text: str) -> Iterator[None]:
    """Let a field be as long as the file; the limit is the process's, so it is put back."""
    limit = csv.field_size_limit(len(text) + 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


TABLE = TableReader()
