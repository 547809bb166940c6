"""Whether what a caller sends to the pages' own interface is a call at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

WORD = "[A-Za-z0-9_-]{1,64}"
_IS_WORD = re.compile(WORD)
_DEEPEST = 64  # lists and objects in each other


class CallRefusedError(Exception):
    """A call that is not passed on, and why."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a call.

    Raises:
        CallRefusedError: it is none, or one that text cannot be made of again.
    """
    try:
        call = json.loads(body, parse_constant=_no_number)
        _check_depth(call, _DEEPEST)
        json.dumps(call, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # UnicodeError, too, is a ValueError
        raise refused("it is no JSON, or is nested too deeply") from None
    if not isinstance(call, dict):
        raise refused("it is no JSON object")
    return call


def check_words(call: dict[str, Any]) -> None:
    """Look at what is the same in all calls.

    Raises:
        CallRefusedError: something of it has another form.
    """
    for field in ("session_hash", "event_id", "oauth_token"):
        word = call.get(field)
        if word is not None and not (isinstance(word, str) and _IS_WORD.fullmatch(word)):
            raise refused(f"{field} is no word of at most 64 letters and digits")
    for field in ("fn_index", "trigger_id"):
        number = call.get(field)
        if number is not None and not (type(number) is int and abs(number) < 2**31):
            raise refused(f"{field} is no number")
    if call.get("simple_format") not in (None, True, False):
        raise refused("simple_format is neither true nor false")


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _check_depth(inner, left - 1)


def _no_number(text: str) -> float:
    raise ValueError(text)


def refused(why: str) -> CallRefusedError:
    return CallRefusedError(
        HTTPStatus.BAD_REQUEST, f"Pincite's pages do not take this call: {why}."
    )


def check_data(data: Any, components: Sequence[Any]) -> None:
    """Look at the values for the components that a function reads.

    Raises:
        CallRefusedError: there are more or fewer, or one is of another kind.
    """
    if not isinstance(data, list) or len(data) != len(components):
        raise refused(f"data is no list of {len(components)}")
    for number, (value, component) in enumerate(zip(data, components, strict=True)):
        if not _TAKES.get(type(component).__name__, _anything)(value):
            raise refused(f"data has something else at {number} than is asked for there")


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_number(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and abs(value) < 2**53)


def _is_choice(value: Any) -> bool:
    return _is_text(value) or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _anything(value: Any) -> bool:
    return True


_TAKES: dict[str, Callable[[Any], bool]] = {
    "Textbox": _is_text,
    "Number": _is_number,
    "Dropdown": _is_choice,
    "Checkbox": lambda value: isinstance(value, bool),
    "Api": lambda value: isinstance(value, str),
}
