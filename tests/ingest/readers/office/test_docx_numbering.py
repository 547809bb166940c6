"""Word's numbers, which are nowhere in the file and are counted as Word counts them."""

from __future__ import annotations

import pytest

from tests.ingest.readers.office.test_docx import STYLES, par, text

LEVELS = (
    ("decimal", "%1."),
    ("decimal", "%1.%2"),
    ("lowerLetter", "(%3)"),
    ("bullet", ""),
    ("lowerRoman", "%5)"),
    ("none", ""),
)
DEFINITION = "".join(
    f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
    f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    for n, (style, pattern) in enumerate(LEVELS)
)
ANEW = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
LISTS = f"""<w:abstractNum w:abstractNumId="7">{DEFINITION}</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="Linked"/></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/>{ANEW}</w:num>
<w:num w:numId="3"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="99"/></w:num>"""
NUMBERED = "<w:numPr><w:numId w:val='1'/></w:numPr>"
LISTED = f"""{STYLES}<w:style w:styleId="Clause"><w:name w:val="Clause"/>
<w:pPr>{NUMBERED}</w:pPr></w:style><w:style w:styleId="H1n"><w:name w:val="Numbered"/>
<w:basedOn w:val="H1"/><w:pPr>{NUMBERED}</w:pPr></w:style>
<w:style w:styleId="Linked"><w:name w:val="Linked"/><w:pPr>{NUMBERED}</w:pPr></w:style>"""


def item(words: str, depth: int = 0, number: int = 1, style: str = "") -> str:
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return par(words, style, place)


def lines(*paragraphs: str) -> list[str]:
    found = text("".join(paragraphs), styles=LISTED, numbering=LISTS).split("\n")
    return [line for line in found if line]


def test_numbers_are_counted_by_level_and_begin_anew_under_the_next() -> None:
    found = lines(
        item("a"), item("b", 1), item("c", 1), item("d", 2), item("e"), item("f", 1), item("g", 3)
    )
    assert found == ["1. a", "  1.1 b", "  1.2 c", "    (a) d", "2. e", "  2.1 f", "      - g"]


def test_a_list_goes_on_after_other_paragraphs() -> None:
    assert lines(item("a"), par("Between."), item("b")) == ["1. a", "Between.", "2. b"]


def test_a_list_that_is_told_to_begins_anew() -> None:
    assert lines(item("a"), item("b", 0, 2), item("c", 0, 2)) == ["1. a", "5. b", "6. c"]


def test_the_number_may_come_from_the_style() -> None:
    assert lines(par("a", "Clause"), item("b", 1, style="Clause")) == ["1. a", "  1.1 b"]


def test_zero_takes_a_paragraph_out_of_its_styles_list() -> None:
    assert lines(item("a", 0, 0, "Clause")) == ["a"]


def test_a_list_defined_by_a_style_is_that_styles() -> None:
    assert lines(item("a", 0, 3)) == ["1. a"]


def test_a_level_above_that_was_never_counted_is_at_its_start() -> None:
    assert lines(item("a", 1)) == ["  1.1 a"]


def test_a_numbered_heading_keeps_its_number() -> None:
    assert lines(par("Gulls", "H1n"), par("Terns", "H1n")) == ["1. Gulls", "2. Terns"]


@pytest.mark.parametrize(("depth", "number"), [(0, 4), (8, 1), (99, 1)])
def test_a_list_without_a_definition_has_bullets(depth: int, number: int) -> None:
    assert lines(item("a", depth, number))[0].strip() == "- a"


def test_a_list_that_does_not_exist_is_no_list() -> None:
    assert lines(item("a", 0, 55)) == ["a"]


def test_roman_numbers_and_levels_without_a_number() -> None:
    assert [line.strip() for line in lines(item("a", 4), item("b", 4), item("c", 5))] == [
        *("i) a", "ii) b", "c")
    ]
