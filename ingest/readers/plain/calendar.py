"""Calendars (``.ics``): each event a section with when, where and what, as a calendar shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.encodings import decoded

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,9}BEGIN:VCALENDAR\b", re.IGNORECASE)
_SHOWN = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_FIELDS = {  # in the order that they are shown in
    "LOCATION": "Where",
    "RRULE": "Repeats",
    "EXDATE": "Except",
    "RDATE": "Also on",
    "STATUS": "Status",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendees",
    "CONTACT": "Contact",
    "CATEGORIES": "Categories",
    "RESOURCES": "Resources",
    "URL": "Link",
    "ATTACH": "Attached",
}
_NOTES = ("DESCRIPTION", "COMMENT")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAYS = {
    **{"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"},
    **{"SA": "Saturday", "SU": "Sunday"},
}
_FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?.{0,6})?"
)
_ESCAPE = re.compile(r"\\([nN,;:\\])")
_LONGEST_FIELD = 20_000  # characters of a line; longer are pictures packed into the file


class CalendarReader:
    """Reads iCalendar files; days are named in English, with the file's own numbers beside them."""

    media_type = "text/calendar"
    suffixes = frozenset({".ics", ".ical"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it begins as a calendar."""
        return _BEGINS.match(data) is not None

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is the calendar's name."""
        text, warnings = decoded(data, name)
        built = Builder()
        return built.reading(add_events(text, built), warnings)


def add_events(text: str, built: Builder) -> str | None:
    """Add the events of the calendar ``text`` to ``built``; the calendar's name, if it has one."""
    title = None
    event: _Event | None = None
    inside: list[str] = []
    for name, parameters, value in _properties(text):
        if name == "BEGIN":
            inside.append(value.upper())
            if inside[-1] in _SHOWN:
                if event is not None:  # one that nobody ended
                    event.add_to(built)
                event = _Event()
        elif name == "END":
            if inside and inside.pop() in _SHOWN and event is not None:
                event.add_to(built)
                event = None
        elif event is not None and inside[-1] in _SHOWN:
            event.add(name, parameters, value)
        elif name == "X-WR-CALNAME" and len(inside) == 1:
            title = _unescaped(value)
    if event is not None:
        event.add_to(built)
    return title


@dataclass(slots=True)
class _Event:
    """An event, a task or a note, property by property."""

    values: dict[str, list[str]] = field(default_factory=dict)
    zone: str = ""

    def add(self, name: str, parameters: str, value: str) -> None:
        shown = value
        if name == "DTSTART" and (zone := re.search(r"TZID=\"?([^;:\"]{1,80})", parameters)):
            self.zone = zone[1]
        elif name in ("ORGANIZER", "ATTENDEE"):
            address = re.sub("^mailto:", "", value, flags=re.IGNORECASE)
            person = re.search(r"CN=(\"[^\"]{1,200}\"|[^;:]{1,200})", parameters)
            shown = f"{person[1].strip(chr(34))} <{address}>" if person else address
        self.values.setdefault(name, []).append(shown)

    def add_to(self, built: Builder) -> None:
        built.heading(1, _unescaped(self._first("SUMMARY")) or "Event without a title")
        fields = [("When", self._when()), ("Due", _moment(self._first("DUE")))]
        for name, label in _FIELDS.items():
            values = [_value(name, value) for value in self.values.get(name, [])]
            fields.append((label, ", ".join(filter(None, values))))
        built.lines("\n".join(f"{label}: {value}" for label, value in fields if value))
        for name in _NOTES:
            for value in self.values.get(name, []):
                built.lines(_unescaped(value))

    def _first(self, name: str) -> str:
        return self.values.get(name, [""])[0]

    def _when(self) -> str:
        start, end = self._first("DTSTART"), self._first("DTEND")
        match, until = _STAMP.fullmatch(start), _STAMP.fullmatch(end)
        if match is None:
            return start
        numbers = start[:8]
        shown = _moment(start)
        if until is None:
            duration = _duration(self._first("DURATION"))
            shown += f", for {duration}" if duration else ""
        elif match[4] is None:  # the end is the day after the last
            last = _last_day(until)
            if last > numbers:
                shown += f" to {_moment(last)}"
                numbers += f" to {last}"
        elif until.groups()[:3] == match.groups()[:3]:
            shown += f" to {until[4]}:{until[5]}"
        else:
            shown += f" to {_moment(end)}"
            numbers += f" to {end[:8]}"
        zone = f", {self.zone}" if self.zone else ", UTC" if match[6] else ""
        return f"{shown} ({numbers}{zone})"


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    """The name, the parameters and the value of each property, its folded lines joined."""
    parts: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        whole = "".join(parts)
        parts = [line]
        match = re.match(r"([\w-]{1,60})((?:;[^:\";]{0,500}(?:\"[^\"]{0,500}\")?)*):", whole)
        if match and len(whole) <= _LONGEST_FIELD:
            yield match[1].upper(), match[2], whole[match.end() :].strip()


def _value(name: str, value: str) -> str:
    if name == "RRULE":
        return _rule(value)
    if name in ("EXDATE", "RDATE"):
        return ", ".join(map(_moment, value.split(",")))
    return _unescaped(value)


def _moment(stamp: str) -> str:
    """A date, with its time if it has one, as a person reads it; as it is if it is none.

    >>> _moment("20260627T120000Z")
    'Saturday 27 June 2026, 12:00'
    """
    match = _STAMP.fullmatch(stamp)
    try:
        day = datetime.strptime(stamp[:8], "%Y%m%d").date() if match else None
    except ValueError:
        day = None
    if match is None or day is None:
        return stamp
    weekday = list(_DAYS.values())[day.weekday()]
    shown = f"{weekday} {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{shown}, {match[4]}:{match[5]}" if match[4] else shown


def _last_day(until: re.Match[str]) -> str:
    try:
        end = date(int(until[1]), int(until[2]), int(until[3]))
        return f"{end - timedelta(days=1):%Y%m%d}"
    except (ValueError, OverflowError):
        return ""


def _rule(rule: str) -> str:
    """How an event repeats, in words so far as they are simple, else as it stands."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    unit = _FREQUENCIES.get(parts.pop("FREQ", ""))
    interval = parts.pop("INTERVAL", "1")
    days = [day for day in parts.pop("BYDAY", "").split(",") if day]
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    parts.pop("WKST", None)
    if unit is None or parts or not _DAYS.keys() >= set(days):
        return rule
    shown = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    shown += f" on {', '.join(_DAYS[day] for day in days)}" if days else ""
    shown += f" until {_moment(until)}" if until else ""
    return f"{shown}, {count} times" if count else shown


def _duration(written: str) -> str:
    match = _DURATION.fullmatch(written)
    if match is None:
        return written
    units = ("weeks", "days", "h", "min")
    return " ".join(f"{n} {unit}" for n, unit in zip(match.groups(), units, strict=True) if n)


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


CALENDAR = CalendarReader()
