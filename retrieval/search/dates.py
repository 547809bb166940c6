"""Dates in the forms that people write, as one term each.

``d20240303`` is a day, ``m202403`` a month, ``d0303`` a day of no year. Day and month come in both
orders where the slash leaves it open; with dots the day is first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
_CENTURY_TURNS = 70  # 3/3/69 is of 2069, 3/3/70 of 1970: as in POSIX, about

MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![^\W_])\.?"
)
_YEAR, _TWO = r"[12][0-9]{3}", r"[0-9]{1,2}"
_ORDINAL = r"(?i:st|nd|rd|th|\.)?"
_GAP = r"[ \u00a0\u202f-]"
_FORMS = {
    "iso": rf"(?P<y>{_YEAR})(?:-(?P<m>{_TWO})-|/(?P<m2>{_TWO})/|\.(?P<m3>{_TWO})\.)(?P<d>{_TWO})",
    "compact": r"(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])",
    "dots": rf"(?P<d>{_TWO})\. ?(?P<m>{_TWO})\. ?(?P<y>{_YEAR}|[0-9]{{2}})",
    "slashes": rf"(?P<d>{_TWO})(?:/(?P<m>{_TWO})/|-(?P<m2>{_TWO})-)(?P<y>{_YEAR}|[0-9]{{2}})",
    "day first": rf"(?P<d>{_TWO}){_ORDINAL}(?: of)?{_GAP}(?P<name>{MONTH})"
    rf"(?:(?:, ?|{_GAP})(?P<y>{_YEAR})(?![0-9]))?",
    "month first": rf"(?P<name>{MONTH}){_GAP}(?P<d>{_TWO}){_ORDINAL}(?![0-9])"
    rf"(?:,? (?P<y>{_YEAR})(?![0-9]))?",
    "month": rf"(?P<name>{MONTH})(?:, ?|{_GAP})(?P<y>{_YEAR})",
    "iso month": rf"(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])",
}
_COMPILED = {name: re.compile(form) for name, form in _FORMS.items()}
_BARE = re.compile(r"\?P<\w+>")
PATTERN = (
    r"(?<![0-9][.,/-])(?:"
    + "|".join(_BARE.sub("?:", form) for form in _FORMS.values())
    + r")(?![0-9]|[-/][0-9]|[.,][0-9])(?=T[0-9]|(?![^\W_]))"
)


@dataclass(frozen=True, slots=True)
class DateTerms:
    """The terms of a date: ``wholes`` for itself, any of them; ``broader`` for its month."""

    wholes: tuple[str, ...]
    broader: tuple[str, ...]


def read(said: str) -> DateTerms | None:
    """The terms of what ``PATTERN`` matched; None where there is no such day.

    >>> read("3 March 2024") == read("2024-03-03") == read("03.03.2024") == read("3/3/24")
    True
    >>> read("3/4/2024").wholes, read("March 2024").wholes, read("31.2.2024")
    (('d20240403', 'd20240304'), ('m202403',), None)
    """
    form, match = next(
        ((name, m) for name, form in _COMPILED.items() if (m := form.fullmatch(said))), ("", None)
    )
    if match is None:
        return None
    fields = match.groupdict()
    month = _month(fields)
    year = _full_year(fields.get("y"))
    if not fields.get("d"):
        return DateTerms((f"m{year}{month:02}",), ()) if 1 <= month <= 12 else None
    day = int(fields["d"])
    days = [(day, month)]
    if form == "slashes" and day != month:
        days.append((month, day))
    days = [(d, m) for d, m in days if 1 <= m <= 12 and 1 <= d <= _LONGEST_MONTH[m - 1]]
    if not days:
        return None
    yearless = tuple(f"d{m:02}{d:02}" for d, m in days)
    if not year:
        return DateTerms(yearless, ())
    # 2.1.10 may be a day of 2010, or a version.
    version = (said.replace(".", "p"),) if form == "dots" and len(fields["y"]) == 2 else ()
    return DateTerms(
        (*(f"d{year}{m:02}{d:02}" for d, m in days), *version),
        (*dict.fromkeys(f"m{year}{m:02}" for _, m in days), *yearless),
    )


def _month(fields: dict[str, str]) -> int:
    name = fields.get("name")
    if name:
        return _MONTHS.index(name[:3].lower()) + 1
    return int(fields.get("m") or fields.get("m2") or fields.get("m3") or 0)


def _full_year(said: str | None) -> str:
    if said is None or len(said) == 4:
        return said or ""
    return f"{20 if int(said) < _CENTURY_TURNS else 19}{said}"
