"""Bare headings of plain text: minutes, contracts, questions with answers; and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.ingest.readers.plain.headings import bare_headings
from pincite.ingest.readers.plain.text import TEXT

MINUTES = """\
HARBOUR CLUB
Minutes of the meeting of Monday 3 May

Present: Ada Berg, Bo Dahl
Excused: Cy Ek

1. Fuel dock
   It stays closed until the end of the month. Bo asks the firm for a new date.

2. Moorings
   Three berths are free. The list of those who wait has eleven names:
   - two from Bergen
   - nine from here

3. Any other business
   None.

Kind regards
Ada
"""
CONTRACT = """\
Lease of a berth

Article 1
The owner lets berth 12 to the tenant.

Article 2 Term
The lease begins on 1 May. It ends on 30 September.

2.1 Notice
Either side may end the lease with four weeks' notice in writing.

§ 4 Fees

The fee is 900 euros a season and is due before it begins.
"""
ANSWERS = """\
How do I reset the meter?
Hold the red key for five seconds. The display goes dark and comes back.

Q: Who reads it?
A: The harbour office does, on the first day of each month.

What does it cost?

Nothing, unless you lose the key.
"""
TITLED = f"""\
Opening hours
=============
From eight to six.

Fees
----
They are due in May.

Waste oil

{"Waste oil goes into the drum behind the shed, never into the harbour. " * 3}

Dogs
Dogs are welcome on the piers as long as they are on a lead and nobody falls over it.

{"Nobody may swim between the piers, be it in summer or in winter. " * 3}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            MINUTES,
            ["1 HARBOUR CLUB", "1 1. Fuel dock", "1 2. Moorings", "1 3. Any other business"],
        ),
        (
            CONTRACT,
            ["1 Lease of a berth", "1 Article 1", "1 Article 2 Term", "2 2.1 Notice", "1 § 4 Fees"],
        ),
        (
            ANSWERS,
            ["1 How do I reset the meter?", "1 Who reads it?", "1 What does it cost?"],
        ),
        (TITLED, ["1 Opening hours", "2 Fees", "1 Waste oil", "1 Dogs"]),
    ],
    ids=["minutes", "contract", "questions", "titles"],
)
def test_a_line_that_people_read_as_a_heading_is_one(text: str, expected: list[str]) -> None:
    assert [f"{heading.level} {heading.words}" for heading in bare_headings(text)] == expected


LONG = "The schooner left the harbour in fog, and nobody on the quay saw her again that year."


@pytest.mark.parametrize(
    "text",
    [
        f"Dear Ms Berg\n\n{LONG}\n\nKind regards\nAda Dahl",
        f"Hello everybody\n\n{LONG}\n\nBest\n\nAda\n\nP.S. {LONG}",
        "Ada Berg\nHarbour Street 12\n5003 Bergen\nNorway",
        "Present: Ada, Bo\n\nPlace: Bergen\n\nSubject: the berths of the old harbour\n\n" + LONG,
        "1. Bread\n\n2. Butter\n\n3. Twelve eggs\n\n" + LONG,
        "- Bread\n\n- Butter\n\n- Twelve eggs\n\n" + LONG,
        "The sea is wide\nThe sea is deep\nAnd all the gulls\nAre fast asleep",
        "Roses are red\n\nViolets are blue\n\nGulls are grey\n\nAnd so are you",
        f"“Who are you?”\n\n{LONG}\n\n“Where from?”\n\n{LONG}",
        f"Can you send it?\n\n{LONG}",
        f"{LONG}\n\n{LONG} It\nwas dark.",
        f"x = f(y)\n\n{LONG}\n\nhttps://example.com\n\n{LONG}",
        "Bird  Eggs\nGull  3\n\nBird  Eggs\nOwls  4",
        "The list of the firm\n\n> He wrote this. She did not answer him for many weeks after it.",
    ],
)
def test_what_only_looks_like_a_heading_is_text(text: str) -> None:
    assert bare_headings(text) == []


def test_the_headings_of_a_wiki_are_its_only_ones() -> None:
    reading = TEXT.read(f"== Nests ==\n\nOpening hours\n\n{LONG}".encode(), "a.txt")
    assert [section.path for section in reading.sections] == [("Nests",)]


@given(
    st.lists(
        st.sampled_from(
            ["Nests", "1. Nests", "3.2 Notice", "NESTS", "Why?", "===", "---", "", "", LONG, "a b."]
        ),
        max_size=25,
    ).map("\n".join)
    | st.text(max_size=200).map(canonical)
)
def test_headings_are_in_order_apart_and_words_of_their_lines(text: str) -> None:
    end = 0
    for heading in bare_headings(text):
        assert end <= heading.span.start
        assert heading.words in text[heading.span.start : heading.span.end]
        end = heading.span.end
