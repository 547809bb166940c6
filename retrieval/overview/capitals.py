"""Headings in the middle of a sentence: with small letters, but for names."""

from __future__ import annotations

import re

_LOOKED_AT = 200_000  # code points of the text
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def as_in_text(heading: str, text: str) -> str:
    """A heading's words, each with a small letter where the text mostly writes it so.

    >>> as_in_text("Lost Keys in Bergen", "Who finds lost keys, takes them to Bergen. Keys rust.")
    'lost keys in Bergen'
    """
    text = text[:_LOOKED_AT]
    return _WORD.sub(lambda word: _as_in_text(word[0], text), heading)


def _as_in_text(word: str, text: str) -> str:
    small = word[:1].lower() + word[1:]
    if word == small or small != word.lower():  # nor "AI" and "McKay"
        return word
    # Only inside a sentence does a capital say that it is a name.
    name = len(re.findall(rf"(?<=[a-z,;] ){re.escape(word)}(?!\w)", text))
    common = len(re.findall(rf"(?<!\w){re.escape(small)}(?!\w)", text))
    if name == common == 0:
        return small if word.endswith("ing") else word
    return small if common >= name else word
