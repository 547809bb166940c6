"""Pages drawn apart, and the boxes of words on them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pincite.corpus.errors import PageNotDrawnError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Box, Document, Span
from pincite.ingest.files.originals import LARGEST_DRAWABLE, Originals
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.ingest.processes import page_images as drawing
from pincite.ingest.processes.page_images import NO_PICTURES, Drawings, PagePictures, page_pictures
from pincite.ingest.readers.pdf import ocr
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

LINES = ["Gulls nest on cliffs above the sea.", "", "Owls hunt mice in the fields at night."]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as library:
        yield library


@pytest.fixture
def drawings(library: Library) -> Iterator[Drawings]:
    with Drawings(library) as drawings:
        yield drawings


def taken(library: Library, file: Path, data: bytes, keep: bool = False) -> Document:
    file.write_bytes(data)
    summary = ingest_sources(
        [Source(file)],
        library,
        HashingEmbedder(),
        options=Options(originals=Originals.ALL if keep else Originals.NONE),
    )
    assert not summary.refused
    return library.document(library.find(str(file)).id)


def line(document: Document, words: str) -> Span:
    start = document.text.index(words)
    return Span(start, start + len(words))


def ink(picture: bytes) -> np.ndarray:
    """Which pixels are not white, ``(height, width)``."""
    assert picture.startswith(b"\x89PNG")
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L")) < 200


def inside(boxes: Sequence[Box], shape: tuple[int, ...]) -> np.ndarray:
    """The pixels that are in one of the boxes, or just beside it."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width]
    x, y, more = (columns + 0.5) / width, (rows + 0.5) / height, 0.005
    found = np.zeros(shape, bool)
    for box in boxes:
        across = (x > box.left - more) & (x < box.right + more)
        found |= across & (y > box.top - more) & (y < box.bottom + more)
    return found


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 500, 500, 750)])
def test_the_boxes_lie_on_the_words_however_the_page_is_turned_and_cropped(
    library: Library,
    drawings: Drawings,
    tmp_path: Path,
    rotate: int,
    crop: tuple[int, int, int, int] | None,
) -> None:
    leaf = Leaf(column(LINES, y=150, size=14, step=40), rotate=rotate, crop=crop)
    document = taken(library, tmp_path / "a.pdf", pdf([Leaf(column(["Terns."])), leaf]))
    found = drawings.boxes(document, line(document, LINES[2]))
    dark = ink(drawings.page(document, 2))
    assert {box.page for box in found.boxes} == {2}
    marked = inside(found.boxes, dark.shape)
    other = inside(drawings.boxes(document, line(document, LINES[0])).boxes, dark.shape)
    # Each line's ink is in its own boxes, and there is no other on the page.
    assert not (marked & other).any()
    assert (dark & other).sum() > 300
    assert (dark & marked).sum() > 300
    assert (dark & ~marked & ~other).sum() == 0
    width, height = found.sizes[2]
    assert abs(width / height - dark.shape[1] / dark.shape[0]) < 0.01


def test_a_page_is_drawn_from_what_was_kept_or_from_the_very_file(
    library: Library, drawings: Drawings, tmp_path: Path
) -> None:
    data = pdf([Leaf(column(LINES))])
    kept = taken(library, tmp_path / "kept.pdf", data, keep=True)
    there = taken(library, tmp_path / "there.pdf", data + b"\n")
    changed = taken(library, tmp_path / "changed.pdf", data + b"\n\n")
    (tmp_path / "kept.pdf").unlink()
    (tmp_path / "changed.pdf").write_bytes(data + b"\n ")
    assert page_pictures(library, kept) == PagePictures(True)
    assert page_pictures(library, there) == PagePictures(True)
    assert ink(drawings.page(kept, 1)).any()
    assert ink(drawings.page(there, 1)).any()
    for drawn in (lambda: drawings.page(changed, 1), lambda: drawings.boxes(changed, Span(0, 5))):
        with pytest.raises(PageNotDrawnError, match=r"has changed since it was read; add it"):
            drawn()
    (tmp_path / "changed.pdf").unlink()
    assert "was moved or deleted" in page_pictures(library, changed).why_not
    with pytest.raises(PageNotDrawnError, match="was moved or deleted"):
        drawings.page(changed, 1)


def test_a_name_that_is_no_path_leads_to_no_file(
    library: Library, drawings: Drawings, tmp_path: Path
) -> None:
    data = pdf([Leaf(column(LINES))])
    (tmp_path / "lying").write_bytes(data)
    (tmp_path / "a.pdf").write_bytes(data)  # where the process stands
    source = Source(tmp_path / "lying", called="a.pdf")
    ingest_sources([source], library, HashingEmbedder())
    document = library.document(library.find("a.pdf").id)
    assert "was not kept; add it again" in page_pictures(library, document).why_not
    with pytest.raises(PageNotDrawnError, match="was not kept"):
        drawings.page(document, 1)


def test_what_has_no_such_page_says_so(
    library: Library, drawings: Drawings, tmp_path: Path
) -> None:
    document = taken(library, tmp_path / "a.pdf", pdf([Leaf(column(LINES))]))
    for number in (0, 2, 10**9):
        with pytest.raises(PageNotDrawnError, match=f"has no page {number}; its pages are 1 to 1"):
            drawings.page(document, number)
    text = taken(library, tmp_path / "a.txt", b"Gulls nest on cliffs.")
    assert page_pictures(library, text) == NO_PICTURES
    with pytest.raises(PageNotDrawnError, match="is neither a PDF"):
        drawings.page(text, 1)
    with pytest.raises(PageNotDrawnError, match="is neither a PDF nor a picture"):
        drawings.boxes(text, Span(0, 3))


def test_a_page_that_takes_too_long_or_crashes_ends_only_the_process_that_draws(
    library: Library, tmp_path: Path
) -> None:
    document = taken(library, tmp_path / "a.pdf", pdf([Leaf(column(LINES))]))
    with Drawings(library, seconds=0) as hurried:
        with pytest.raises(
            PageNotDrawnError, match=r"page 1 of .* cannot be drawn: it took over 0"
        ):
            hurried.page(document, 1)
        hurried._seconds = 30
        assert ink(hurried.page(document, 1)).any()
        assert hurried._child is not None
        hurried._child._process.kill()
        hurried._pictures.clear()
        with pytest.raises(PageNotDrawnError, match="what draws it crashed"):
            hurried.page(document, 1)
        assert ink(hurried.page(document, 1)).any()


def test_a_file_that_cannot_be_opened_any_more_is_a_sentence(
    library: Library, drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = taken(library, tmp_path / "a.pdf", pdf([Leaf(column(LINES))]), keep=True)
    monkeypatch.setattr(library, "original", lambda id: b"no PDF at all")
    with pytest.raises(PageNotDrawnError, match=r"page 1 of .* cannot be drawn: Failed to load"):
        drawings.page(document, 1)
    monkeypatch.undo()
    assert ink(drawings.page(document, 1)).any()


def test_only_the_last_pictures_are_kept(
    library: Library, drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = [Leaf(column([f"Page {number} of gulls."])) for number in range(1, 4)]
    document = taken(library, tmp_path / "a.pdf", pdf(leaves))
    monkeypatch.setattr(drawing, "_KEPT_PICTURES", 2)
    first = drawings.page(document, 1)
    assert drawings.page(document, 2) != first
    assert drawings.page(document, 1) == first
    drawings.page(document, 3)
    assert [number for _, number in drawings._pictures] == [1, 3]
    drawings.close()  # what is kept needs no process
    assert drawings.page(replace(document), 1) == first
    assert drawings._child is None


def test_a_file_of_another_size_and_one_that_is_too_large_to_keep_are_told_apart(
    library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "a.pdf"
    document = taken(library, file, pdf([Leaf(column(LINES))]))
    file.write_bytes(b"%PDF- another")
    assert "has changed since it was read" in page_pictures(library, document).why_not
    assert document.origin is not None
    large = replace(document.origin, size=LARGEST_DRAWABLE + 1)
    uploaded = replace(document, source="a.pdf", origin=large)
    why = page_pictures(library, uploaded).why_not
    assert "has 200.0 MB, and one over 200 MB is not kept" in why


@pytest.mark.skipif(not ocr.available(), reason="pincite[ocr] is not installed")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_is_a_page_with_boxes_on_its_words(
    library: Library, drawings: Drawings, tmp_path: Path, kind: str
) -> None:
    image = Image.new("RGB", (900, 300), "white")
    font = ImageFont.load_default(60)
    ImageDraw.Draw(image).text((60, 100), "Gulls nest on cliffs", "black", font)
    out = io.BytesIO()
    image.save(out, kind)
    document = taken(library, tmp_path / f"a.{kind.lower()}", out.getvalue(), keep=True)
    assert page_pictures(library, document) == PagePictures(True)
    dark = ink(drawings.page(document, 1))
    found = drawings.boxes(document, line(document, document.text.strip()))
    assert list(found.sizes) == [1]
    marked = inside(found.boxes, dark.shape)
    assert (dark & marked).sum() > 0.95 * dark.sum()
    assert marked.mean() < 0.5


def test_a_picture_that_cannot_be_opened_any_more_is_a_sentence(
    library: Library, drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = taken(library, tmp_path / "a.pdf", pdf([Leaf(column(LINES))]), keep=True)
    monkeypatch.setattr(library, "original", lambda id: b"no picture at all")
    with pytest.raises(PageNotDrawnError, match="is a picture that cannot be opened"):
        drawings.page(replace(document, media_type="image/png"), 1)


def test_a_span_without_boxes_still_has_its_page(
    library: Library, drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = [Leaf(column(["Terns."])), Leaf(column(["Gulls nest."]))]
    document = taken(library, tmp_path / "a.pdf", pdf(leaves))
    monkeypatch.setattr(library, "layout", lambda id: None)
    found = drawings.boxes(document, line(document, "Gulls"))
    assert (found.boxes, list(found.sizes)) == ((), [2])
