"""Quotes as citations: BibTeX, RIS, and APA (7th edition) as plain text.

Pure functions. A text from outside becomes one line and is escaped for its format, so it can
neither end its field nor begin another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from pincite.corpus.types import Document
from pincite.retrieval.reading.quote import Quote
from pincite.ui.text.control_characters import harmless
from pincite.ui.text.hidden_notice import hidden_notice
from pincite.ui.text.place_path import headings_below

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?![0-9])")
_DATE_KEYS = ("date", "published", "created", "year")  # of metadata, the surest first
_MAIL = "message/rfc822"
# After the subject, a mail's own head is these lines, without a blank one between them.
_MAIL_DATE = re.compile(r"\n?From: .*\n(?:To: .*\n)?(?:Cc: .*\n)?Date: (.{1,100})(?:\n|\Z)")

# A backslash before a brace does not help: BibTeX counts it all the same. So no brace of a text
# stays a brace. Two hyphens, apostrophes, commas or signs would be set as another character.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
_LATEX_SIGNS = re.compile("|".join(re.escape(sign) for sign in _LATEX) + r"|(?<=([-',]))\1")


@dataclass(frozen=True, slots=True)
class Citation:
    """One quote with what a reader needs to find it; every text is one line.

    ``date`` is in ISO 8601, of a day, a month or a year; it is empty for a document without one.
    ``notice`` says what of the quote the file does not show.
    """

    key: str
    title: str
    section: str
    page: int | None
    file: str
    date: str
    quote: str
    notice: str = ""

    @classmethod
    def of(cls, quote: Quote, document: Document) -> Citation:
        """The citation of a quote of this document."""
        return cls(
            key=f"pincite-{quote.document[:12]}-{quote.start}-{quote.end}",
            title=one_line(quote.title),
            section=one_line(" › ".join(headings_below(quote.title, quote.section))),
            page=quote.page,
            file=one_line(re.split(r"[\\/]", document.source)[-1]),
            date=date_of(document),
            quote=one_line(quote.text),
            notice=one_line(hidden_notice(quote)),
        )


def citations(quotes: Sequence[Quote], document_of: Callable[[str], Document]) -> list[Citation]:
    """The citations of quotes, whose documents ``document_of`` has by their ids."""
    return [Citation.of(quote, document_of(quote.document)) for quote in quotes]


def one_line(text: str) -> str:
    r"""The words of a text on one line; characters that act on a screen become U+FFFD.

    >>> one_line("a\n\n b")
    'a b'
    """
    return harmless(" ".join(text.split()))


def date_of(document: Document) -> str:
    """The document's own date in ISO 8601: that of its metadata, or that of the mail that it is.

    The file's date is not the document's: a copy has a new one.
    """
    for key in _DATE_KEYS:
        found = _ISO_DATE.match(str(document.metadata.get(key, "")))
        if found and _is_date(found):
            return found[0]
    if document.media_type != _MAIL:
        return ""
    sent = _MAIL_DATE.match(document.text, document.section_at(0).body)
    try:
        return parsedate_to_datetime(sent[1]).date().isoformat() if sent else ""
    except (ValueError, OverflowError):
        return ""


def latex(text: str) -> str:
    r"""The text as LaTeX and BibTeX show it; its braces always balance.

    >>> latex("100 % of {x}")
    '100 \\% of \\textbraceleft{}x\\textbraceright{}'
    """
    return _LATEX_SIGNS.sub(lambda sign: _LATEX.get(sign[0]) or f"{{}}{sign[0]}", text)


def bibtex(citations: Sequence[Citation]) -> str:
    """An entry ``@misc`` for each citation; the quote is its annotation."""
    return "\n\n".join(map(_bibtex_entry, citations))


def ris(citations: Sequence[Citation]) -> str:
    """A record for each citation, in the tags that Zotero, EndNote and Mendeley read."""
    return "\n\n".join(map(_ris_record, citations))


def apa(citations: Sequence[Citation]) -> str:
    """Each quote with its place in the text, then the references, each once."""
    quotes = [
        f"“{one.quote}” ({', '.join([f'“{one.title}”', _apa_year(one), *_apa_place(one)])})."
        + (f" [{one.notice}]" if one.notice else "")
        for one in citations
    ]
    references = [f"{one.title}. ({_apa_date(one)}). {one.file}." for one in citations]
    return "\n\n".join([*quotes, *dict.fromkeys(references)])


FORMATS: Mapping[str, Callable[[Sequence[Citation]], str]] = MappingProxyType(
    {"bibtex": bibtex, "ris": ris, "apa": apa}
)
"""Each format by its name."""


def _is_date(found: re.Match[str]) -> bool:
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def _bibtex_entry(one: Citation) -> str:
    fields = {
        "title": f"{{{latex(one.title)}}}",  # twice in braces, so that capitals stay
        "howpublished": latex(one.file),
        "year": one.date[:4],
        "date": one.date,
        "pages": "" if one.page is None else str(one.page),
        "note": "; ".join(
            [*([f"Section: {latex(one.section)}"] if one.section else []), latex(one.notice)]
        ).removesuffix("; "),
        "annote": latex(one.quote),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{one.key},", *lines, "}"])


def _ris_record(one: Citation) -> str:
    fields = {
        "TY": "GEN",
        "ID": one.key,
        "TI": one.title,
        "AV": one.file,
        "PY": one.date[:4],
        "DA": "/".join([*one.date.split("-"), "", "", ""][:4]) if one.date else "",
        "SE": one.section,
        "SP": "" if one.page is None else str(one.page),
        "N1": one.quote,
    }
    lines = [f"{tag}  - {value}" for tag, value in fields.items() if value]
    if one.notice:
        lines.append(f"N1  - {one.notice}")
    return "\n".join([*lines, "ER  - "])


def _apa_year(one: Citation) -> str:
    return one.date[:4] or "n.d."


def _apa_date(one: Citation) -> str:
    """A date as APA writes it: ``2023, May 1``."""
    year, month, day = [*one.date.split("-"), "", ""][:3]
    if not month:
        return year or "n.d."
    return f"{year}, {_MONTHS[int(month) - 1]}{f' {int(day)}' if day else ''}"


def _apa_place(one: Citation) -> list[str]:
    page = [] if one.page is None else [f"p. {one.page}"]
    return [*page, *([f"“{one.section}” section"] if one.section else [])]
