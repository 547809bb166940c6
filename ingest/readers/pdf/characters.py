"""The characters of a word as PDFium gives them, and as they are to stand in the text."""

from __future__ import annotations

import re
import unicodedata

WRAP = "\x02"  # what PDFium puts for a hyphen at the end of a line
# Control characters, zero-width blanks, direction marks, soft hyphens and what is no character.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BULLETS = frozenset("\uf0b7\uf0a7\uf0a8\uf076\uf0d8\uf0fc\uf06e\uf071\uf02d\u25cf\u25aa\u25a0")
# Ligatures, and the forms that letters of Arabic and Hebrew have beside others.
_FORM = re.compile("[\ufb00-\ufb06\ufb1d-\ufdf9\ufdfc\ufe70-\ufefc]")


def clean(word: str) -> str:
    """A word as it is to stand in the text: what cannot be seen is left out."""
    if word.isascii() and word.isprintable():
        return word
    if len(word) == 1 and (word in _BULLETS or "\x80" <= word <= "\x9f"):
        return "•"  # from a font of symbols, as lists have them
    word = word.replace(WRAP, "-")
    word = word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    word = _SURROGATE.sub("\ufffd", _UNSEEN.sub("", word))
    word = _FORM.sub(lambda match: unicodedata.normalize("NFKC", match[0]), word)
    return "".join(unicodedata.normalize("NFC", word).split())
