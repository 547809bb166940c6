"""The lines of page heads and feet without the numbers of the pages, which differ on each."""

from __future__ import annotations

PAGE_NUMBER = "\0"  # stands for the number of a page; XML cannot hold it
# What stands around a page's number, in the languages that office programs are used in most.
_PAGE_WORDS = frozenset(
    {
        *("page", "pages", "pg", "p", "of", "seite", "s", "von", "side", "sid", "sida", "av", "af"),
        *("pagina", "página", "pág", "pag", "de", "di", "da", "van", "sur", "strona", "str", "z"),
        *("strana", "stránka", "ze", "oldal", "sivu", "страница", "стр", "из"),
        *("第", "页", "頁", "共", "ページ"),
    }
)


def without_numbers(text: str) -> str:
    """A line without its page number and the words for it; tabs set its parts apart.

    >>> without_numbers(f"Lease 7\\tPage {PAGE_NUMBER} of {PAGE_NUMBER}")
    'Lease 7'
    """
    parts = []
    for part in text.split("\t"):
        words = part.replace(PAGE_NUMBER, " ")
        bare = "".join(sign if sign.isalpha() else " " for sign in words.casefold())
        if PAGE_NUMBER not in part or not _PAGE_WORDS.issuperset(bare.split()):
            parts.append(" ".join(words.split()))
    return " ".join(filter(None, parts))
