"""Tables as text (CSV, TSV): each record a row, under the header where the file has one.

What an export writes above its table is a title, and what it writes below a note, as on a sheet.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import PurePath

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.encodings import decoded
from pincite.ingest.readers.sheet import add_tables

_DELIMITERS = ",;\t|"
_LOOKED_AT = 100  # records from which the delimiter is told
_NAMED = re.compile(r"sep=(.)\n")  # a first line that Excel writes and reads
_END = "\0"  # not in canonical text
_LEAST = 0.2  # of the records that a delimiter cuts alike; the others may be lines above a table


class TableReader:
    """Reads ``.csv`` and ``.tsv``."""

    media_type = "text/csv"
    suffixes = frozenset({".csv", ".tsv", ".tab"})
    version = 2

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
                "a quotation mark in it is never closed, so quotation marks are read as they stand",
            )
        built = Builder()
        with _any_length(text):
            records = _records(text, delimiter, quoted)
            add_tables(built, ([cell.strip() for cell in record] for record in records))
        return built.reading(warnings=warnings)


def _delimiter(text: str, name: str) -> str:
    """The delimiter that cuts most records into the same number of fields, above one."""
    usual = "\t" if PurePath(name).suffix.lower() in (".tsv", ".tab") else ","
    best, found = (0.0, False, 0), usual
    for delimiter in _DELIMITERS:
        with _any_length(text):
            records = _records(text, delimiter, quoted=True)
            counts = Counter(len(record) for record in islice(records, _LOOKED_AT) if any(record))
        total = counts.total()
        counts.pop(1, None)
        if not counts:
            continue
        fields, records_alike = counts.most_common(1)[0]
        share = round(records_alike / total, 1)
        score = (share, delimiter == usual == "\t", fields)  # a name seldom says .tsv in vain
        if share >= _LEAST and score > best:
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
