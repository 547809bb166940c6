"""JSON lines, whose faults are said with their file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError

Lines = Iterator[tuple[str, dict[str, Any]]]  # each with its file and line, for messages


def numbered(file: Path, values: Iterable[Any]) -> Lines:
    """The values of lines that are not written yet, as `json_lines` will give them."""
    return ((f"{file}:{number}", value) for number, value in enumerate(values, start=1))


def json_lines(file: Path, form: str) -> Lines:
    """Each line's JSON object, with ``file:line`` for messages; blank lines are skipped.

    Args:
        form: what the folder should hold, for the message that the file is missing.

    Raises:
        GoldSetError: the file is missing or not text, or a line is not a JSON object.
    """
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise GoldSetError(f"{file} is missing; {form}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GoldSetError(f"{file} cannot be read: {error}") from error
    # Not splitlines(), which also splits at U+2028 and its like, and JSON may hold those.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise GoldSetError(
                f"{where}: not a JSON object ({error.msg} at column {error.colno})"
            ) from error
        if not isinstance(value, dict):
            raise GoldSetError(f"{where}: not a JSON object, but a {type(value).__name__}")
        yield where, value


def write_lines(file: Path, values: Iterable[Any]) -> None:
    """Write the values, a line each: all of them, or nothing.

    Raises:
        GoldSetError: the folder cannot be made or written to.
    """
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    aside = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, "utf-8")
        aside.replace(file)
    except OSError as error:
        raise GoldSetError(
            f"the folder {file.parent} cannot be written: {error.strerror}"
        ) from error


def get(value: Mapping[str, Any], key: str, kind: type, where: str, default: Any = None) -> Any:
    """What stands under ``key``; the ``default``, if there is one, where nothing stands there.

    Raises:
        GoldSetError: it is missing, or not of this ``kind``.
    """
    found = value.get(key)
    if found is None and default is not None:
        return default
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        said = "is missing" if found is None else f"is {found!r}"
        raise GoldSetError(f"{where}: {key!r} {said}, and should be a {kind.__name__}")
    return found


def strings(value: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """The strings under ``key``, none where nothing stands there.

    Raises:
        GoldSetError: it is no list of strings.
    """
    found = get(value, key, list, where, default=[])
    if not all(isinstance(item, str) for item in found):
        raise GoldSetError(f"{where}: {key!r} should hold strings only")
    return tuple(found)


def one_of(choices: Iterable[str], value: Mapping[str, Any], key: str, where: str) -> str:
    """The string under ``key``, which is one of the choices.

    Raises:
        GoldSetError: it is missing, or another.
    """
    found: str = get(value, key, str, where)
    if found not in choices:
        raise GoldSetError(f"{where}: {key!r} is {found!r}, and should be {', '.join(choices)}")
    return found
