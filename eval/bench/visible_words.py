"""The words of a text that a reader of it sees, for comparing two readings of one file.

Gold texts are mostly Markdown of another tool, and what is compared with them may be plain text,
the file's own Markdown, or that of a third tool. Words that stand in the notation alone would
count as lost by one side and as invented by the other. So on both sides alike:

- a link or an image is its label: ``[prices](/list.html)`` shows *prices*. Its target is seen by
  nobody who reads the page, and most readers leave it out;
- a character is that character however it is written: ``\\_`` and ``&#95;`` are ``_``;
- ``_`` parts words: it is Markdown's sign for emphasis and LaTeX's for a lowered digit, and
  whether it touches a word (``_loud_``, ``a_0``, ``a_{0}``) is a matter of notation;
- a place where the other tool put nothing, ``<!-- image -->``, is nothing;
- a box is a word, ticked or open, in each way to draw one: ``[x]``, ``☑``, ``☒``; ``[ ]``, ``☐``.
  So a form loses score when its ticks are lost.

What a person would see in the text stays and counts, and is a fault where the file shows no such
thing: tags (``<td>``), comments with words in them, a link's target without a link's brackets,
formulas in LaTeX. Digits stay what they are: ``10⁶`` and ``106`` are different words, and so
are words in another spelling, case or order. Nothing is stemmed, folded or left out.
"""

from __future__ import annotations

import html
import re
import unicodedata

# One word between the marks, as "image", "missing-text", "formula-not-decoded".
_PLACEHOLDER = re.compile(r"<!--\s*[\w-]+\s*-->")
# Brackets in brackets are notes' marks: "[[2]](#note-2)". An escaped bracket begins no label, or
# a row of them would be tried from each one on to the end.
_LABEL = r"(?<!\\)\[((?:[^\[\]\n\\]|\\.|\[[^\[\]\n\\]*\])*)\]"
_TARGET = r"\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)"
_IMAGE = re.compile(f"!{_LABEL}{_TARGET}")
_LINK = re.compile(_LABEL + _TARGET)
_TICKED = re.compile(r"\[[xX]\]|[☑☒]")
_OPEN = re.compile(r"\[ \]|☐")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_WORD = re.compile(r"[^\W_]+|[☑☐]")
_RAW_WORD = re.compile(r"\w+")


def visible_words(text: str) -> list[str]:
    r"""The words that a reader of the text sees, in order.

    >>> visible_words(r"**Boats** \& [moorings](/moor.html) of H_2_O &lt; [x] paid <!-- image -->")
    ['Boats', 'moorings', 'of', 'H', '2', 'O', '☑', 'paid']
    """
    text = _PLACEHOLDER.sub(" ", unicodedata.normalize("NFC", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))  # an image may be what a link shows
    text = _OPEN.sub(" ☐ ", _TICKED.sub(" ☑ ", text))
    return _WORD.findall(html.unescape(_ESCAPED.sub(r"\1", text)))


def raw_words(text: str) -> list[str]:
    """The words of the text as it stands, with those of its markup, in order.

    >>> raw_words("[moorings](/moor.html) &lt; 5")
    ['moorings', 'moor', 'html', 'lt', '5']
    """
    return _RAW_WORD.findall(text)
