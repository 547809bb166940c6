"""Calendars: each event with its days, place and notes, as a calendar shows it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.plain.calendar import CALENDAR
from tests.ingest.readers.damage import read_or_refused

bounded = settings(max_examples=60)


def calendar(*events: str, head: str = "") -> bytes:
    inside = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{inside}END:VCALENDAR\r\n".encode()


def events(data: bytes) -> Reading:
    reader, reading = read(data, "a.ics")
    assert reader is CALENDAR
    return reading


def test_an_event_is_a_section_with_when_where_and_what() -> None:
    event = """UID:1\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:Count of nests\\, all
DTSTART;TZID=Europe/London:20260627T120000\r\nDTEND;TZID=Europe/London:20260627T160000\r
LOCATION:North pier\r\nDESCRIPTION:Bring a pencil\\nand a hat. Wear bo\r\n ots."""
    reading = events(calendar(event, head="X-WR-CALNAME:Gulls 2026\r\n"))
    assert reading.title == "Gulls 2026"
    assert [section.path for section in reading.sections] == [("Count of nests, all",)]
    assert reading.text == (
        "Count of nests, all\n\n"
        "When: Saturday 27 June 2026, 12:00 to 16:00 (20260627, Europe/London)\n"
        "Where: North pier\n\nBring a pencil\nand a hat. Wear boots.\n"
    )


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("DTSTART;VALUE=DATE:20250901", "Monday 1 September 2025 (20250901)"),
        (
            "DTSTART;VALUE=DATE:20250901\nDTEND;VALUE=DATE:20250902",
            "Monday 1 September 2025 (20250901)",
        ),
        (
            "DTSTART;VALUE=DATE:20251027\nDTEND;VALUE=DATE:20251101",
            "Monday 27 October 2025 to Friday 31 October 2025 (20251027 to 20251031)",
        ),
        (
            "DTSTART:20251231T220000Z\nDTEND:20260101T010000Z",
            "Wednesday 31 December 2025, 22:00 to Thursday 1 January 2026, 01:00 "
            "(20251231 to 20260101, UTC)",
        ),
        (
            "DTSTART:20250901T090000\nDURATION:PT1H30M",
            "Monday 1 September 2025, 09:00, for 1 h 30 min (20250901)",
        ),
        ("DTSTART:someday", "someday"),
        ("DTSTART:20259999", "20259999 (20259999)"),
    ],
)
def test_days_are_named_as_the_calendar_means_them(written: str, when: str) -> None:
    assert f"When: {when}\n" in events(calendar(f"SUMMARY:x\n{written}")).text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every week on Monday, Thursday"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=5", "every 2 days, 5 times"),
        ("FREQ=YEARLY;UNTIL=20300101", "every year until Tuesday 1 January 2030"),
        ("FREQ=MONTHLY;BYDAY=2MO", "FREQ=MONTHLY;BYDAY=2MO"),
    ],
)
def test_a_rule_is_said_in_words_or_as_it_stands(rule: str, words: str) -> None:
    assert f"Repeats: {words}\n" in events(calendar(f"SUMMARY:x\nRRULE:{rule}")).text


def test_people_are_named_with_their_addresses() -> None:
    event = 'SUMMARY:x\nORGANIZER;CN="Finch, Ada":mailto:ada@example.org\nATTENDEE:MAILTO:bo@b.org'
    text = events(calendar(event)).text
    assert "Organizer: Finch, Ada <ada@example.org>\nAttendees: bo@b.org\n" in text


def test_reminders_and_time_zones_are_no_events() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:1970\nEND:STANDARD\nEND:VTIMEZONE\n"
    alarm = "SUMMARY:Nests\nBEGIN:VALARM\nDESCRIPTION:Reminder\nEND:VALARM"
    assert events(calendar(alarm, head=zone)).text == "Nests\n"


def test_an_event_that_nobody_ended_is_read() -> None:
    cut = calendar("SUMMARY:Nests").partition(b"END:VEVENT")[0]
    assert events(cut + b"BEGIN:VEVENT\nSUMMARY:Eggs").text == "Nests\n\nEggs\n"


@bounded
@given(st.data())
def test_a_damaged_calendar_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(calendar("SUMMARY:Größe\nDTSTART:20250901\nRRULE:FREQ=DAILY"))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    assert read_or_refused(bytes(damaged), "a.ics")
