"""Text that is in a page and that nobody sees is marked, and the rest of the page is as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.readers import Reading
from pincite.ingest.readers.html.html import HTML

bounded = settings(max_examples=60)


def page(body: str, style: str = "") -> Reading:
    head = f"<head><style>{style}</style></head>" if style else ""
    reading: Reading = HTML.read(f"<html>{head}<body>{body}".encode(), "a.html")
    return reading


def hidden(reading: Reading) -> list[str]:
    assert all(region.kind == "hidden" for region in reading.regions)
    return [reading.text[r.span.start : r.span.end].strip() for r in reading.regions]


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        "class=sr-only",
        *(
            f"style='{style}'"
            for style in (
                "display:none",
                "Display : NONE !important",
                "visibility:hidden",
                "opacity:0",
                "font-size:0",
                "font-size:0.1px",
                "color:#fff",
                "color: White",
                "color:rgb(255, 255, 255)",
                "color:transparent",
                "color:#fefefe;background:#ffffff",
                "color:#333;background-color:#333333",
                "position:absolute;left:-9999px",
                "text-indent:-9999px",
                "position:absolute;clip:rect(0 0 0 0)",
                "clip-path: inset(50%)",
                "width:1px;height:1px;overflow:hidden",
                "height:0;overflow:hidden",
                "mso-hide:all",
            )
        ),
    ],
)
@pytest.mark.parametrize("tag", ["p", "span", "div"])
def test_text_that_cannot_be_seen_is_marked_and_warned_of(attributes: str, tag: str) -> None:
    reading = page(f"<p>They nest <{tag} {attributes}>in <b>secret</b></{tag}> on cliffs.</p>")
    assert hidden(reading) == ["in secret"]
    assert "2 words of it cannot be seen" in reading.warnings[0]
    (region,) = reading.regions
    seen = reading.text[: region.span.start] + reading.text[region.span.end :]
    assert seen.split() == ["They", "nest", "on", "cliffs."]


@pytest.mark.parametrize(
    ("style", "attributes"),
    [
        (".x{display:none}", "class='a x'"),
        ("#x{color:#fff}", "id=x"),
        ("p.x , p.y {font-size:0}", "class=x"),
        ("/* a */ @media screen { .x{display:none} }", "class=x"),
        (".x{display:block} .x{display:none}", "class=x"),
        ("p{display:none} ", ""),
    ],
)
def test_the_pages_own_rules_hide(style: str, attributes: str) -> None:
    assert hidden(page(f"<div>Seen.</div><p {attributes}>Secret.</p>", style)) == ["Secret."]


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("", "<div style='background:#333'><p style='color:white'>Seen.</p></div>"),
        ("", "<table><tr style='color:#fff'><td style='background:navy'>Seen.<td bgcolor=red>x"),
        ("", "<div style='background:url(a.png)'><p style='color:white'>Seen.</p></div>"),
        ("", "<p style='color:white'><a href=x>Seen.</a></p>"),
        ("", "<p style='position:absolute;left:20px;color:white'>Seen.</p>"),
        ("", "<p aria-hidden=true>Seen.</p>"),
        ("", "<p style='width:1px;opacity:0.5;font-size:10px;text-indent:2em'>Seen.</p>"),
        ("@media print{p{display:none}}", "<p>Seen.</p>"),
        (".x{display:none} .x.open{display:block}", "<p class='x open'>Seen.</p>"),
        ("p{display:none}", "<p style='display:block'>Seen.</p>"),
        (".top p{background:#333}", "<div class=top><p style='color:white'>Seen.</p></div>"),
        ("p{color:#fff} body{background:black}", "<p>Seen.</p>"),
    ],
)
def test_text_that_can_be_seen_is_not_marked(style: str, body: str) -> None:
    reading = page(body, style)
    assert "Seen." in reading.text
    assert (reading.regions, reading.warnings) == ((), ())


def test_a_page_with_a_style_sheet_elsewhere_may_have_any_background() -> None:
    reading = page("<link rel=stylesheet href=a.css><p style='color:white'>Seen.</p>")
    assert hidden(reading) == []


def test_hidden_rows_and_cells_of_a_table_are_marked_after_it() -> None:
    rows = "<tr><th>Bird<th>Eggs<tr><td>Gull<td>3<tr hidden><td>Tern<td>2"
    reading = page(f"<table>{rows}<tr><td>Auk<td><span style='color:#fff'>9</span>1</table>")
    assert reading.text.startswith("| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n| Auk | 1 |\n")
    assert hidden(reading) == ["Tern 2 9"]


@bounded
@given(st.text("{}:;.#@ap/*-,x0 \n", max_size=200), st.text("a:;dispnone0-px", max_size=40))
def test_any_style_sheet_is_followed_or_passed_over(style: str, inline: str) -> None:
    assert "Seen" in page(f"<p class=x style='{inline}'>Seen</p>", style.replace("<", "")).text
