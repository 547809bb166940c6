"""PDF: what is typed and ticked in forms stands at its label, and comments beside the text."""

from __future__ import annotations

import pytest

from pincite.corpus.types import Span
from pincite.ingest.readers import Reading
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf, widget

PAGE = Leaf()
PROSE = ["Gulls nest on cliffs above the cold sea, and they come back to", "them in spring."]


def reading(page: Leaf, form: str = "", attached: str = "") -> Reading:
    return PDF.read(pdf([page], form=form, attached=attached), "a.pdf")


def text(lines: list[Text], *fields: str) -> str:
    return reading(Leaf(lines, annotations=fields)).text


def typed(left: float, top: float, value: str, entries: str = "", height: float = 18) -> str:
    own = f"/FT /Tx /T (f{left:g}-{top:g}) /V ({value}) {entries}"
    return widget(PAGE, left, top, left + 200, top + height, own)


def tick(left: float, top: float, on: bool, entries: str = "") -> str:
    state = "/AS /Yes /V /Yes" if on else "/AS /Off /V /Off"
    own = f"/FT /Btn /T (t{left:g}-{top:g}) {state} {entries}"
    return widget(PAGE, left, top, left + 10, top + 10, own)


def test_a_value_stands_behind_its_label() -> None:
    lines = [Text(72, 100, "Name:"), Text(72, 140, "Berth wanted:"), Text(72, 180, "Signed.")]
    said = text(lines, typed(260, 90, "Wilhelmina Oduya"), typed(260, 130, "Pontoon C, berth 27"))
    assert [line for line in said.split("\n") if line] == [
        "| Name: | Wilhelmina Oduya |",
        "| Berth wanted: | Pontoon C, berth 27 |",
        "Signed.",
    ]


def test_a_value_below_its_label_stands_below_it() -> None:
    lines = [Text(72, 100, "Name"), Text(300, 100, "Berth"), Text(72, 160, "Signed.")]
    said = text(lines, typed(72, 104, "Wilhelmina Oduya"), typed(300, 104, "Pontoon C"))
    assert said == "| Name | Berth |\n| Wilhelmina Oduya | Pontoon C |\n\nSigned.\n"


def test_a_value_in_the_midst_of_a_sentence() -> None:
    lines = [Text(72, 100, "I,"), Text(300, 100, "of this town, agree.")]
    assert text(lines, typed(85, 90, "Wilhelmina")).replace("|", "").split() == (
        ["I,", "Wilhelmina", "of", "this", "town,", "agree."]
    )


@pytest.mark.parametrize(
    ("on", "said"), [(True, "☒ Yes ☐ No"), (False, "☐ Yes ☐ No")], ids=["ticked", "not ticked"]
)
def test_a_ticked_box_is_said_before_its_label(on: bool, said: str) -> None:
    lines = [Text(72, 100, "Insured?"), Text(150, 100, "Yes"), Text(190, 100, "No")]
    found = text(lines, tick(138, 92, on), tick(178, 92, False))
    assert " ".join(found.replace("|", "").split()) == f"Insured? {said}"


def test_a_ticked_box_behind_its_label() -> None:
    assert text([Text(72, 100, "Insured"), Text(72, 130, "Signed.")], tick(115, 92, True)) == (
        "Insured ☒\n\nSigned.\n"
    )


def test_a_box_in_which_the_page_has_drawn_a_cross_is_not_said_to_be_empty() -> None:
    lines = [Text(100, 100, "Yes"), Text(84, 100, "x")]
    assert text(lines, tick(82, 92, False)) == "x Yes\n"


def test_a_radio_button_says_which_is_chosen() -> None:
    radio = "/Ff 32768"
    lines = [Text(90, 100, "Sail"), Text(190, 100, "Motor")]
    found = text(lines, tick(76, 92, False, radio), tick(176, 92, True, radio))
    assert " ".join(found.replace("|", "").split()) == "☐ Sail ☒ Motor"


def test_a_choice_shows_what_is_displayed() -> None:
    own = "/FT /Ch /Ff 131072 /T (c) /Opt [[(SE) (Sweden)] [(NO) (Norway)]] /V (NO)"
    field = widget(PAGE, 260, 90, 460, 108, own)
    assert "Norway" in text([Text(72, 100, "Flag:")], field)


def test_all_that_is_chosen_in_a_list_is_read() -> None:
    own = "/FT /Ch /Ff 2097152 /T (c) /Opt [(Sail) (Motor) (Oars)] /V [(Sail) (Oars)]"
    found = text([Text(72, 100, "Boat:")], widget(PAGE, 260, 90, 460, 140, own))
    assert ("Sail" in found, "Motor" in found, "Oars" in found) == (True, False, True)


def test_a_value_of_several_lines_is_read_whole() -> None:
    value = "Gulls and terns\\rnest here\\nin spring"
    found = text([Text(72, 100, "Seen:")], typed(260, 90, value, "/Ff 4096", height=60))
    assert found.replace("|", "").split() == [
        "Seen:",
        "Gulls",
        "and",
        "terns",
        "nest",
        "here",
        "in",
        "spring",
    ]


def test_a_value_that_the_page_has_drawn_is_not_repeated() -> None:
    lines = [Text(72, 100, "Name:"), Text(262, 100, "Wilhelmina Oduya")]
    found = text(lines, typed(260, 90, "Wilhelmina Oduya"))
    assert found.count("Wilhelmina") == 1


def test_a_form_without_letters_of_its_own_is_read() -> None:
    found = reading(Leaf(blank=True, annotations=[typed(72, 90, "Wilhelmina")]))
    assert found.text == "Wilhelmina\n"


def test_a_password_is_not_read() -> None:
    assert "secret" not in text([Text(72, 100, "Word:")], typed(260, 90, "secret", "/Ff 8192"))


def test_a_field_that_is_not_shown_is_hidden() -> None:
    page = Leaf([Text(72, 100, "Name:")], annotations=[typed(260, 90, "Unshown value", "/F 2")])
    found = reading(page)
    (region,) = found.regions
    assert (region.kind, found.text[region.span.start : region.span.end]) == (
        "hidden",
        "Unshown value",
    )


def test_the_box_of_a_value_lies_in_its_field() -> None:
    page = Leaf([Text(72, 100, "Name:")], annotations=[typed(260, 90, "Wilhelmina")])
    found = reading(page)
    assert found.layout is not None
    start = found.text.index("Wilhelmina")
    (box,) = found.layout.boxes(Span(start, start + 10))
    assert box.left == pytest.approx(260, abs=1)
    assert 300 < box.right <= 460
    assert 85 <= box.top < box.bottom <= 112


def test_a_form_that_pdfium_does_not_lay_out_is_said() -> None:
    found = reading(Leaf(column(PROSE)), form="/XFA (<xdp/>)")
    assert found.warnings == (
        "its form (XFA) is not read; print the filled form to a PDF and ingest that",
    )


def test_a_form_of_both_kinds_is_read() -> None:
    page = Leaf([Text(72, 100, "Name:")], annotations=[typed(260, 90, "Wilhelmina")])
    found = reading(page, form="/XFA (<xdp/>)")
    assert ("Wilhelmina" in found.text, found.warnings) == (True, ())


@pytest.mark.parametrize("kind", ["Text", "FreeText", "Highlight", "StrikeOut", "Stamp"])
def test_a_comment_is_a_note_below_its_page(kind: str) -> None:
    comment = f"/Type /Annot /Subtype /{kind} /Rect [400 600 420 620] /Contents (Is that so?)"
    found = reading(Leaf(column(PROSE), annotations=[comment]))
    (region,) = found.regions
    assert found.text == f"{' '.join(PROSE)}\n\nIs that so?\n"
    assert (region.kind, found.text[region.span.start :].strip()) == ("note", "Is that so?")


def test_words_typed_onto_a_page_stand_at_their_place() -> None:
    own = "/IT /FreeTextTypewriter /Contents (Wilhelmina)"
    words = f"/Type /Annot /Subtype /FreeText /Rect [120 690 300 705] {own}"
    found = reading(Leaf([Text(72, 100, "Name:"), Text(72, 140, "Signed.")], annotations=[words]))
    assert found.text.replace("|", "").split() == ["Name:", "Wilhelmina", "Signed."]
    assert found.regions == ()


def test_attached_files_are_said() -> None:
    found = reading(Leaf(column(PROSE)), attached="prices.xlsx")
    assert found.warnings == (
        "1 attached file is not read: prices.xlsx; save what you need and ingest it",
    )
