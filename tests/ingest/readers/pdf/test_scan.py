"""Pages that are pictures: read by OCR where it is installed, and else said to be unread."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EmptySourceError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Span
from pincite.ingest import deadline
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.ingest.readers import Reading
from pincite.ingest.readers.pdf import ocr
from pincite.ingest.readers.pdf.lines import Boxes
from pincite.ingest.readers.pdf.reader import PDF
from pincite.ingest.readers.pdf.scan import in_reading_order
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf, scan

GULLS = [
    "Gulls nest on cliffs above the cold sea, and they come back to the very same ledge",
    "every spring. They feed their young on fish that they catch far out. When winter",
    "comes they leave.",
]
SAID = " ".join(GULLS)
MISREAD = "has no text layer and was read by OCR, so a quote from it may have misread letters"
real = pytest.mark.skipif(not ocr.available(), reason="pincite[ocr] is not installed")


def reading(*leaves: Leaf) -> Reading:
    return PDF.read(pdf(leaves), "scan.pdf")


def on_page(found: Reading, number: int) -> str:
    span = found.pages[number - 1].span
    return found.text[span.start : span.end].strip()


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is not installed."""
    monkeypatch.setattr(ocr, "available", lambda: False)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The sizes of the pictures that were recognised, by one who reads the same line on each."""
    shapes: list[tuple[int, ...]] = []

    def recognise(picture: NDArray[np.uint8]) -> list[ocr.Writing]:
        shapes.append(picture.shape)
        text = "Gulls nest here." if picture.min() < picture.max() else ""
        letters = len("".join(text.split()))
        left = 200 + 20 * np.arange(letters, dtype=np.float32)
        box = np.stack([left, np.full(letters, 300), left + 20, np.full(letters, 330)], axis=1)
        return [ocr.Writing(text, box.astype(np.float32), 30, 0.99)] if text else []

    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "recognise", recognise)
    return shapes


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for the file at hand is nearly over."""
    monkeypatch.setattr(deadline, "_near", -math.inf)


@pytest.mark.usefixtures("missing")
def test_without_the_extra_the_warning_names_it_and_the_pages() -> None:
    found = reading(Leaf(column(["One."])), Leaf(), Leaf(column(["Three."])), Leaf())
    assert found.warnings == (
        "pages 2 and 4 have no text layer; to read them: pip install 'pincite[ocr]'",
    )


@pytest.mark.usefixtures("missing")
def test_without_the_extra_pictures_alone_are_refused_with_its_name() -> None:
    with pytest.raises(EmptySourceError, match=r"any of its 2 pages.*pip install 'pincite\[ocr\]'"):
        reading(Leaf(), Leaf())


def test_only_pages_without_a_text_layer_are_recognised(seen: list[tuple[int, ...]]) -> None:
    found = reading(Leaf(column(GULLS)), scan(Leaf(column(GULLS))), Leaf(blank=True))
    assert len(seen) == 1
    assert [on_page(found, number) for number in (1, 2, 3)] == [SAID, "Gulls nest here.", ""]
    assert found.warnings == (f"page 2 {MISREAD}",)


@pytest.mark.usefixtures("seen")
def test_the_boxes_of_recognised_words_are_in_points_on_their_page() -> None:
    found = reading(scan(Leaf(column(GULLS))))
    assert found.layout is not None
    (box,) = found.layout.boxes(Span(0, len("Gulls")))
    # It was seen at (200, 300) in a picture of 200 pixels an inch.
    assert (box.page, box.left, box.top) == (1, pytest.approx(72, abs=1), pytest.approx(108, abs=1))


def test_a_page_as_large_as_a_wall_is_drawn_no_larger_than_others(
    seen: list[tuple[int, ...]],
) -> None:
    reading(scan(Leaf([Text(100, 100, "Gulls", 500)], width=14_000, height=7_000), scale=0.05))
    assert seen == [(ocr.LARGEST // 2, ocr.LARGEST, 3)]


@pytest.mark.usefixtures("seen")
def test_a_picture_without_writing_is_said_to_have_none() -> None:
    found = reading(Leaf(column(GULLS)), Leaf())
    assert found.warnings == ("page 2 has no text layer, and OCR found no text on it",)
    with pytest.raises(EmptySourceError, match="OCR found no text on them"):
        reading(Leaf(), Leaf())


@pytest.mark.usefixtures("hurry")
def test_pages_that_there_is_no_time_for_are_left_out_and_named(
    seen: list[tuple[int, ...]],
) -> None:
    page = scan(Leaf(column(GULLS)))
    found = reading(Leaf(column(GULLS)), page, page, page)
    assert (seen, on_page(found, 1), on_page(found, 2)) == ([], SAID, "")
    (said,) = found.warnings
    assert said.startswith("pages 2–4 have no text layer, and there was no time left to read them")
    assert "PINCITE_READING_SECONDS" in said


@pytest.mark.usefixtures("hurry", "seen")
def test_a_scan_that_there_is_no_time_for_is_refused_with_what_to_do() -> None:
    with pytest.raises(EmptySourceError, match=r"no time .* PINCITE_READING_SECONDS"):
        reading(scan(Leaf(column(GULLS))))


def test_a_file_is_to_be_finished_when_a_quarter_of_its_time_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now)
    with deadline.within(100):
        now += 74
        assert not deadline.is_near()
        now += 2
        assert deadline.is_near()
    assert not deadline.is_near()


def block(x: float, y: float, rows: int, width: float = 200, step: float = 12) -> list[list[float]]:
    """Boxes of lines below each other, ten points high."""
    return [[x, y + step * i, x + width, y + step * i + 10] for i in range(rows)]


def order(*boxes: list[list[float]]) -> list[int]:
    return in_reading_order(np.array([box for some in boxes for box in some], np.float32))


def test_columns_are_read_one_after_the_other() -> None:
    left, right = block(50, 100, 6), block(300, 100, 6)
    assert order(left, right) == list(range(12))
    assert order(right, left) == [*range(6, 12), *range(6)]


def test_three_columns_are_read_one_after_the_other() -> None:
    parts = [block(50 + 190 * i, 100, 6, width=170) for i in range(3)]
    assert order(*parts) == list(range(18))


def test_a_heading_across_both_columns_parts_what_is_above_it_from_what_is_below() -> None:
    above = block(50, 100, 5), block(300, 100, 5)
    heading = [[50, 180, 500, 195]]
    below = block(50, 210, 5), block(300, 210, 5)
    assert order(*above, heading, *below) == list(range(21))


def test_rows_of_short_cells_are_read_from_left_to_right() -> None:
    cells = [
        [x, 100 + 12 * row, x + 40, 110 + 12 * row] for row in range(6) for x in (50, 200, 350)
    ]
    assert order(cells) == list(range(18))


def test_words_that_stand_a_little_askew_on_one_line_stay_on_it() -> None:
    assert order([[300, 101, 400, 111], [50, 100, 150, 110], [50, 120, 150, 130]]) == [1, 0, 2]


@given(
    st.lists(
        st.tuples(*[st.floats(0, 500, width=32)] * 2, *[st.floats(1, 200, width=32)] * 2),
        min_size=1,
        max_size=40,
    )
)
def test_every_line_is_read_once_wherever_it_stands(
    places: list[tuple[float, float, float, float]],
) -> None:
    boxes: Boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in places], np.float32)
    assert sorted(in_reading_order(boxes)) == list(range(len(boxes)))


@real
def test_a_scanned_page_is_read_back_with_each_word_in_its_place() -> None:
    found = reading(scan(Leaf(column(GULLS))))
    assert found.text == canonical(found.text) == f"{SAID}\n"
    assert found.warnings == (f"page 1 {MISREAD}",)
    typed = reading(Leaf(column(GULLS)))
    assert found.layout is not None
    assert typed.layout is not None
    for words in ("Gulls nest", "every spring", "winter"):
        span = Span(SAID.index(words), SAID.index(words) + len(words))
        (drawn,), (expected,) = found.layout.boxes(span), typed.layout.boxes(span)
        assert (drawn.left, drawn.top, drawn.right, drawn.bottom) == pytest.approx(
            (expected.left, expected.top, expected.right, expected.bottom), abs=6
        )


@real
def test_scanned_columns_are_read_one_after_the_other() -> None:
    left = ["Gulls nest on cliffs above the", "cold sea, and each comes back", "to the same ledge"]
    right = ["Owls hunt mice at night. Their", "wings are silent as they fly", "over the hedges"]
    text = reading(scan(Leaf([*column(left * 2), *column(right * 2, x=330)]))).text
    assert "Owls" not in text[: text.rindex("same ledge")]


@real
@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_scan_that_the_file_turns_upright_is_read(rotate: int) -> None:
    upright = scan(Leaf(column(GULLS))).picture
    picture = np.rot90(upright, rotate // 90)
    height, width = (side // 2 for side in picture.shape)
    found = reading(Leaf(width=width, height=height, rotate=rotate, picture=picture))
    assert found.text == f"{SAID}\n"


@real
def test_a_damaged_model_is_an_error_and_none_is_fetched_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rapidocr

    models = [tmp_path / "models" / f"any_{part}_small.onnx" for part in ("det", "rec")]
    models[0].parent.mkdir()
    for model in models:
        model.write_bytes(b"\0" * 99)
    monkeypatch.setattr(ocr, "_engine", ocr._engine.__wrapped__)  # none made before
    monkeypatch.setattr(rapidocr, "__path__", [str(tmp_path)])
    with pytest.raises(Exception, match="any_det_small"):
        ocr.recognise(np.full((99, 99, 3), 255, np.uint8))
    assert [model.stat().st_size for model in models] == [99, 99]


@real
def test_a_scan_is_taken_in_within_the_limits_of_a_reading_process(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(pdf([scan(Leaf(column(GULLS)))]))
    with Library.open(tmp_path / "library", create=True) as library:
        summary = ingest_sources(
            [Source(file)], library, HashingEmbedder(), options=Options(workers=1)
        )
        (entry,) = library.entries()
        assert library.document(entry.id).text == f"{SAID}\n"
    assert [event.warnings for event in summary.events] == [(f"page 1 {MISREAD}",)]


STAMPED = Leaf(
    [Text(72, 740, "Received 3 May")],
    behind="q 612 0 0 792 0 0 cm /I Do Q",
    picture=np.tile(np.array([[128, 255]], np.uint8), (4, 8)),
)


@pytest.mark.usefixtures("missing")
def test_a_picture_with_a_stamp_on_it_is_said_to_be_unread() -> None:
    found = reading(Leaf(column(GULLS)), STAMPED)
    assert on_page(found, 2) == "Received 3 May"
    assert found.warnings == (
        "page 2 is mostly a picture, and text in it is not read; to read it: "
        "pip install 'pincite[ocr]'",
    )


@pytest.mark.usefixtures("seen")
def test_a_picture_with_a_stamp_on_it_is_recognised_and_the_stamp_stays() -> None:
    found = reading(Leaf(column(GULLS)), STAMPED)
    assert on_page(found, 2).split("\n\n") == ["Gulls nest here.", "Received 3 May"]
    assert found.warnings == (
        "page 2 is mostly a picture and was read by OCR, so a quote from it may have misread "
        "letters",
    )


@pytest.mark.usefixtures("missing")
def test_a_page_of_text_on_a_picture_is_no_scan() -> None:
    page = Leaf(column(GULLS * 2), behind=STAMPED.behind, picture=STAMPED.picture)
    assert reading(page).warnings == ()
