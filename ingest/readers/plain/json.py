"""JSON Lines and JSON: each object a block of ``key: value`` lines, nested keys with dots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers.base import Reading, sections
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.encodings import decoded
from pincite.ingest.readers.warnings import listed

_GROWTH = 20  # times the file's size that its lines may come to, long keys being said each time
_SMALL = 1 << 20  # characters that they may come to in any case


class JsonLinesReader:
    """Reads ``.jsonl`` and ``.ndjson``: one JSON value a line."""

    media_type = "application/jsonl"
    suffixes = frozenset({".jsonl", ".ndjson"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; lines that are not JSON are left out with a warning.

        Raises:
            UnsupportedSourceError: no line is JSON.
        """
        text, warnings = decoded(data, name)
        built = _Blocks(len(text))
        bad: list[int] = []
        good = 0
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                value = _parsed(line)
            except ValueError:
                bad.append(number)
            else:
                good += 1
                built.add(value)
        if bad and not good:
            raise UnsupportedSourceError(
                f"{name} has no line that is JSON ({len(bad):,} were tried); give it the suffix "
                "of what it is, or write one JSON value a line"
            )
        if built.swollen:
            return _as_it_is(text, warnings, "its keys are too long to be said with each value")
        if bad:
            warnings += (f"{_lines(bad)} not JSON, and left out",)
        return built.reading(warnings)


class JsonReader:
    """Reads ``.json``: an array of objects item by item, anything else field by field."""

    media_type = "application/json"
    suffixes = frozenset({".json", ".geojson"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Never: it is text like any other."""
        return False

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; what is JSON Lines or no JSON after all is read as what it is."""
        text, warnings = decoded(data, name)
        if not text.strip():
            return Reading(text, sections(text, ()))
        try:
            value = _parsed(text)
        except ValueError as error:
            if _is_object(text.lstrip().split("\n", 1)[0]):
                return JSON_LINES.read(data, name)
            return _as_it_is(text, warnings, f"it is not valid JSON ({error})")
        built = _Blocks(len(text))
        built.add(value)
        if built.swollen:
            return _as_it_is(text, warnings, "its keys are too long to be said with each value")
        return built.reading(warnings)


class _Blocks:
    """Values as blocks of lines, as long as that does not swell them beyond measure."""

    def __init__(self, size: int) -> None:
        self._built = Builder()
        self._left = _GROWTH * size + _SMALL
        self.swollen = False

    def add(self, value: Any) -> None:
        fields: list[str] = []
        for field in _fields(value):
            self._left -= len(field) + 1
            if self._left < 0:
                self.swollen = True
                return
            if field:
                fields.append(field)
            else:
                self._built.lines("\n".join(fields))
                fields.clear()
        self._built.lines("\n".join(fields))

    def reading(self, warnings: tuple[str, ...]) -> Reading:
        return self._built.reading(warnings=warnings)


def _fields(value: Any, keys: tuple[str, ...] = ()) -> Iterator[str]:
    """A line for each value, and an empty one around each object in an array."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, (*keys, str(name)))
    elif isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        if shown := ", ".join(filter(None, map(_shown, value))):
            yield _line(keys, shown)
    elif isinstance(value, list):
        for item in value:
            around = [""] if isinstance(item, dict) else []
            yield from around
            yield from _fields(item, keys)
            yield from around
    elif shown := _shown(value):
        yield _line(keys, shown)


def _line(keys: tuple[str, ...], shown: str) -> str:
    """``key.inner: value``, the keys on one line."""
    key = " ".join(".".join(keys).split())
    return f"{key}: {shown}" if key else shown


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(value).split())


def _parsed(text: str) -> Any:
    """The value that ``text`` is, its numbers as they are written.

    Raises:
        ValueError: it is not JSON, or nested deeper than can be followed.
    """
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        _measured(value)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parsed(line), dict)
    except ValueError:
        return False


def _measured(value: Any, depth: int = 0) -> None:
    if depth > 100:
        raise ValueError("nested over 100 levels deep")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list):
                _measured(inner, depth + 1)


def _as_it_is(text: str, warnings: tuple[str, ...], why: str) -> Reading:
    return Reading(text, sections(text, ()), warnings=(*warnings, f"{why}, so it is read as text"))


def _lines(bad: list[int]) -> str:
    lines = listed(f"{number:,}" for number in bad)
    return f"lines {lines} are" if len(bad) > 1 else f"line {lines} is"


JSON_LINES = JsonLinesReader()
JSON = JsonReader()
