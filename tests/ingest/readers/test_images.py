"""Pictures: their text by OCR where it is installed, and else a refusal that names the extra."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pincite.corpus.errors import (
    EmptySourceError,
    SourceError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from pincite.ingest.readers import Reading, images, read
from pincite.ingest.readers.pdf import ocr

BEGINNINGS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/gif": b"GIF89a\1\0\1\0",
    "image/tiff": b"II*\0",
    "image/webp": b"RIFF\1\2\3\4WEBPVP8 ",
    "image/bmp": b"BM\1\2\3\4\0\0\0\0",
    "image/heic": b"\0\0\0\x18ftypheic",
    "image/avif": b"\0\0\0\x18ftypavif",
}
real = pytest.mark.skipif(not ocr.available(), reason="pincite[ocr] is not installed")


@pytest.fixture
def shapes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The sizes of the pictures that were recognised, by one who reads a line where ink is."""
    seen: list[tuple[int, ...]] = []

    def recognise(picture: NDArray[np.uint8]) -> list[ocr.Writing]:
        seen.append(picture.shape)
        if np.ptp(picture, axis=(0, 1)).max() < 128:
            return []
        text = ("Gulls nest.", "Few terns fly.", "Auks dive far.")[(len(seen) - 1) % 3]
        letters = len("".join(text.split()))
        left = 20 + 20 * np.arange(letters, dtype=np.float32)
        box = np.stack([left, np.full(letters, 30), left + 20, np.full(letters, 60)], axis=1)
        return [ocr.Writing(text, box.astype(np.float32), 30, 0.99)]

    monkeypatch.setattr(ocr, "recognise", recognise)
    return seen


def picture(width: int = 300, height: int = 200, mode: str = "RGB") -> Any:
    """White with a black bar in its upper half."""
    pil = pytest.importorskip("PIL.Image")
    image = pil.new("RGB", (width, height), "white")
    image.paste((0, 0, 0), (width // 8, height // 8, width // 2, height // 4))
    return image.convert(mode)


def saved(image: Any, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def words(data: bytes, name: str = "a.png") -> Reading:
    return read(data, name)[1]


@pytest.mark.parametrize(("media_type", "data"), BEGINNINGS.items())
def test_without_the_extra_a_picture_is_refused_with_its_name(
    media_type: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    (reader,) = (reader for reader in images.IMAGES if reader.recognises(data))
    assert reader.media_type == media_type
    with pytest.raises(UnsupportedSourceError, match=r"pip install 'pincite\[ocr\]'"):
        reader.read(data, "a.png")


@real
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_the_text_in_a_picture_is_read_and_the_warning_says_how(
    kind: str, shapes: list[tuple[int, ...]]
) -> None:
    reading = words(saved(picture(), kind))
    assert reading.text == "Gulls nest.\n"
    assert "read by OCR" in reading.warnings[0]
    assert shapes == [(200, 300, 3)]


@real
def test_a_picture_of_an_iphone_goes_to_what_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pi_heif")
    heic = BEGINNINGS["image/heic"] + b"\0\0\0\0mif1heic" + b"\0" * 40
    with pytest.raises(UnreadableSourceError, match="damaged"):
        words(heic, "a.heic")
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(UnsupportedSourceError, match=r"HEIC .* pip install 'pincite\[ocr\]'"):
        words(heic, "a.heic")


@real
def test_each_picture_of_a_tiff_is_a_page(shapes: list[tuple[int, ...]]) -> None:
    more = [picture(300, 400), picture(310, 400)]
    reading = words(saved(picture(), "TIFF", save_all=True, append_images=more))
    assert [page.number for page in reading.pages] == [1, 2, 3]
    assert reading.text.split() == [
        "Gulls",
        "nest.",
        "Few",
        "terns",
        "fly.",
        "Auks",
        "dive",
        "far.",
    ]


@real
def test_of_a_moving_picture_the_first_is_read(shapes: list[tuple[int, ...]]) -> None:
    data = saved(picture(), "GIF", save_all=True, append_images=[picture(300, 200, "L")])
    assert words(data).text == "Gulls nest.\n"


@real
def test_a_photograph_that_lies_on_its_side_is_set_upright(shapes: list[tuple[int, ...]]) -> None:
    exif = pytest.importorskip("PIL.Image").Exif()
    exif[0x112] = 6
    words(saved(picture(), "JPEG", exif=exif))
    assert shapes == [(300, 200, 3)]


@real
def test_a_large_picture_is_recognised_at_the_size_that_pages_are(
    shapes: list[tuple[int, ...]],
) -> None:
    words(saved(picture(6000, 3000), "PNG"))
    assert shapes == [(ocr.LARGEST // 2, ocr.LARGEST, 3)]


@real
@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGBA", "P", "CMYK", "I;16"])
def test_pictures_of_any_colours_are_read(mode: str, shapes: list[tuple[int, ...]]) -> None:
    image = picture(mode="L").convert("I").point(lambda v: v * 200).convert("I;16")
    kind = "TIFF" if mode == "CMYK" else "PNG"
    data = saved(image if mode == "I;16" else picture(mode=mode), kind)
    assert words(data).text == "Gulls nest.\n"


@real
def test_writing_on_nothing_is_on_white(shapes: list[tuple[int, ...]]) -> None:
    ink = picture(mode="RGBA")
    ink.putalpha(picture(mode="L").point(lambda value: 255 - value))
    assert words(saved(ink, "PNG")).text == "Gulls nest.\n"


@real
def test_a_picture_without_text_is_refused_for_that(shapes: list[tuple[int, ...]]) -> None:
    blank = pytest.importorskip("PIL.Image").new("RGB", (200, 200), "blue")
    with pytest.raises(EmptySourceError, match=r"^a\.png is a picture in which OCR found no text"):
        words(saved(blank, "PNG"))


@real
@pytest.mark.parametrize("size", [(20_000, 18_000), (12_000, 8_000)])
def test_a_picture_made_to_fill_memory_is_refused(size: tuple[int, int]) -> None:
    bomb = pytest.importorskip("PIL.Image").new("1", size)
    with pytest.raises(UnsupportedSourceError, match="over the limit of 80,000,000"):
        words(saved(bomb, "PNG"))


@real
def test_pages_beyond_what_memory_holds_are_said(
    monkeypatch: pytest.MonkeyPatch, shapes: list[tuple[int, ...]]
) -> None:
    monkeypatch.setattr(images, "_MOST_BYTES", 400_000)
    more = [picture(300, 400), picture(310, 400)]
    reading = words(saved(picture(), "TIFF", save_all=True, append_images=more))
    assert "only the first 1 of its 3 pages are read" in reading.warnings[-1]


@real
def test_a_cut_picture_is_called_damaged() -> None:
    with pytest.raises(UnreadableSourceError, match="damaged"):
        words(saved(picture(), "PNG")[:80])


@real
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_picture_is_read_or_refused(
    shapes: list[tuple[int, ...]], data: st.DataObject
) -> None:
    damaged = bytearray(saved(picture(60, 40), data.draw(st.sampled_from(["PNG", "TIFF", "GIF"]))))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=6))
    try:
        assert words(bytes(damaged)).text
    except SourceError:
        return


@real
def test_words_on_a_photographed_receipt_are_recognised() -> None:
    pil = pytest.importorskip("PIL.Image")
    draw, font = pytest.importorskip("PIL.ImageDraw"), pytest.importorskip("PIL.ImageFont")
    image = pil.new("RGB", (900, 300), "white")
    draw.Draw(image).text(
        (60, 60), "Receipt 4711\nCoffee 3.50", fill="black", font=font.load_default(48), spacing=30
    )
    reading = words(saved(image, "JPEG"), "receipt.jpg")
    assert "Receipt 4711" in reading.text
    assert "Coffee 3.50" in reading.text
