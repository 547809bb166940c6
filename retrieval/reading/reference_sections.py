"""Apparatus: lists of references and notes, which name much and say little.

They are indexed like all else; the reader counts their sentences for less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

APPARATUS_SHARE = 0.7  # what the score of a sentence of the apparatus is multiplied by

_NAMES = frozenset(  # in casefolded letters
    {
        *("bibliography", "citations", "endnotes", "external links", "footnotes"),
        *("further reading", "literature", "notes", "reference list", "references"),
        *("see also", "sources", "works cited", "literature cited", "references cited"),
        # German
        *("literatur", "literaturverzeichnis", "literaturangaben", "quellen", "quellenverzeichnis"),
        *("quellenangaben", "einzelnachweise", "anmerkungen", "fussnoten", "endnoten", "weblinks"),
        *("referenzen", "weiterführende literatur", "siehe auch"),
        # French
        *("références", "références bibliographiques", "bibliographie", "notes de bas de page"),
        *("liens externes", "voir aussi", "ouvrages cités", "lectures complémentaires"),
        # Spanish
        *("referencias", "referencias bibliográficas", "bibliografía", "notas", "notas al pie"),
        *("notas a pie de página", "enlaces externos", "véase también", "fuentes", "obras citadas"),
    }
)
_NUMBER = re.compile(r"(?:appendix\s+)?(?:\d+(?:\.\d+)*|[ivxlc]+|[a-z])(?:[.):]\s*|\s+[-–—]?\s*)")
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_QUALIFIED = re.compile(r"^(?:(?:selected|additional|general|list of)\s+)+")
_JOINED = re.compile(r"(?:\s*[&/,]|\s+(?:and|und|et|y|e)(?=\s))+\s*")


def is_apparatus(path: Sequence[str]) -> bool:
    """Whether one of the headings over a passage announces references, notes or the like.

    >>> is_apparatus(["7. References and Notes"]), is_apparatus(["Notes on gulls"])
    (True, False)
    """
    return any(_announces(heading) for heading in path)


@lru_cache(maxsize=1024)  # the same few headings stand over most of what is read
def _announces(heading: str) -> bool:
    words = _plain(heading.casefold())
    return any(
        all(_plain(_QUALIFIED.sub("", part)) in _NAMES for part in _JOINED.split(name))
        for name in (words, _NUMBER.sub("", words, count=1) if _NUMBER.match(words) else words)
    )


def _plain(words: str) -> str:
    return " ".join(_IN_BRACKETS.sub(" ", words).split()).strip(" .:*_–—-")
