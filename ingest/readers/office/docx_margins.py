"""The heads and feet of a Word file's pages, each line once, without the numbers of pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pincite.ingest.readers.office.docx_numbering import W
from pincite.ingest.readers.office.docx_runs import PAGE_NUMBER, Runs

# What stands around a page's number, in the languages that Word is used in most.
_PAGE_WORDS = frozenset(
    {
        *("page", "pages", "pg", "p", "of", "seite", "s", "von", "side", "sid", "sida", "av", "af"),
        *("pagina", "página", "pág", "pag", "de", "di", "da", "van", "sur", "strona", "str", "z"),
        *(
            "strana",
            "stránka",
            "ze",
            "oldal",
            "sivu",
            "страница",
            "стр",
            "из",
            "第",
            "页",
            "頁",
            "共",
        ),
        "ページ",
    }
)


def margin_lines(parts: Iterable[Any], runs: Runs) -> list[str]:
    """The distinct lines of heads or feet, in order.

    Args:
        parts: the roots of their parts.
        runs: reads the paragraphs; with ``in_margin``.
    """
    lines: dict[str, None] = {}
    for part in parts:
        for paragraph in part.iter(f"{W}p"):
            if not any(
                str(around.tag).endswith("}Fallback") for around in paragraph.iterancestors()
            ):
                line = runs.line(paragraph)
                lines[_without_numbers(line.text)] = None
                lines |= dict.fromkeys(f"Image: {words}" for words in line.beside)
    return [line for line in lines if line]


def _without_numbers(text: str) -> str:
    """A line without its page number and the words for it; tabs set its parts apart."""
    parts = []
    for part in text.split("\t"):
        words = part.replace(PAGE_NUMBER, " ")
        bare = "".join(sign if sign.isalpha() else " " for sign in words.casefold())
        if PAGE_NUMBER not in part or not _PAGE_WORDS.issuperset(bare.split()):
            parts.append(" ".join(words.split()))
    return " ".join(filter(None, parts))
