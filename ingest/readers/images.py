"""Pictures with text in them, photographs and scans: read by OCR, as pages of a PDF that have none.

Without the extra ``pincite[ocr]``, which also brings what opens pictures, they are refused with
its name.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

from pincite.corpus.errors import (
    EmptySourceError,
    SourceError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from pincite.corpus.extras import install
from pincite.ingest import deadline
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.pdf import ocr
from pincite.ingest.readers.pdf.reader import PDF

_LOOKED_AT = 32  # bytes in which a picture says what it is
_MOST_PIXELS = 80_000_000  # of one picture; the sharpest phones have 50, and memory is 2 GB
_MOST_BYTES = 700_000_000  # of the pages of one file together, as they are recognised
_DPI = 200  # that a picture is taken to have; the page is then recognised pixel for pixel
_QUALITY = 95  # of the JPEG that a page becomes; at 95, OCR reads what it reads of the original
_SEVERAL = frozenset({"TIFF"})  # formats whose pictures are pages; others hold moving pictures
_HEIF = re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)


class ImageReader:
    """Reads the text in pictures of one format."""

    version = 3 + ocr.available()  # raise it by two

    def __init__(self, media_type: str, suffixes: str, beginning: bytes) -> None:
        self.media_type = media_type
        # A folder's pictures are documents only where they can be read.
        self.suffixes = frozenset(suffixes.split()) if ocr.available() else frozenset[str]()
        self._beginning = re.compile(beginning, re.DOTALL)

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes begin as pictures of this format do."""
        return self._beginning.match(data[:_LOOKED_AT]) is not None

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; each picture of a TIFF is a page.

        Raises:
            UnsupportedSourceError: the extra is not installed, or the picture is too large.
            UnreadableSourceError: it is damaged.
            EmptySourceError: no text could be recognised in it.
        """
        if not ocr.available():
            raise UnsupportedSourceError(
                f"{name} is a picture, and reading it needs the extra ocr: {install('ocr')}; "
                "then ingest it again"
            )
        pages, count = as_pdf(data, name)
        try:
            reading = PDF.read(pages, name)
        except EmptySourceError as error:
            if deadline.is_near():
                raise
            raise EmptySourceError(
                f"{name} is a picture in which OCR found no text; if there is some, make one that "
                "is sharper and upright"
            ) from error
        read = len(reading.pages)
        left = f"only the first {read:,} of its {count:,} pages are read; split the file"
        sentences = (*reading.warnings, *([left] if count > read else []))
        return replace(reading, title=None, warnings=sentences)


def as_pdf(data: bytes, name: str) -> tuple[bytes, int]:
    """A PDF whose pages are the pictures in a file, upright, and how many the file has.

    Raises:
        SourceError: it is damaged, or too large.
    """
    images = import_module("PIL.Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own on large pictures; what is too large, we say
            _open_heif(data, name)
            with images.open(io.BytesIO(data)) as image:
                count = getattr(image, "n_frames", 1) if image.format in _SEVERAL else 1
                first, *rest = _pages(image, count, name)
                pdf = io.BytesIO()
                first.save(
                    pdf, "PDF", save_all=True, append_images=rest, resolution=_DPI, quality=_QUALITY
                )
                return pdf.getvalue(), count
    except (SourceError, MemoryError):
        raise
    except images.DecompressionBombError as error:
        raise _too_large(name, f"over {2 * images.MAX_IMAGE_PIXELS:,}") from error
    # Pillow's decoders promise nothing about what they raise on damaged files.
    except Exception as error:
        raise UnreadableSourceError(
            f"{name} is a picture that cannot be opened ({type(error).__name__}): it is damaged, "
            "or of a kind that is not read; save it as PNG and ingest that"
        ) from error


def _pages(image: Any, count: int, name: str) -> Iterator[Any]:
    """The pictures in a file, no larger than they are recognised."""
    ops = import_module("PIL.ImageOps")
    left = _MOST_BYTES
    for number in range(count):
        image.seek(number)
        width, height = image.size
        if width * height > _MOST_PIXELS:
            raise _too_large(name, f"{width * height:,}")
        # A JPEG is decoded as small as it may be.
        image.draft("RGB", (ocr.LARGEST, ocr.LARGEST))
        page = image.copy()
        page.thumbnail((ocr.LARGEST, ocr.LARGEST), reducing_gap=2.0)
        page = _on_white(ops.exif_transpose(page))
        left -= page.width * page.height * len(page.getbands())
        if left < 0:
            return
        yield page


def _on_white(page: Any) -> Any:
    """The picture in colour or grey; where it is transparent, white is seen."""
    if page.mode in ("1", "L", "RGB"):
        return page.convert("L" if page.mode == "1" else page.mode)
    if page.mode.startswith("I") or page.mode == "F":  # 16 bits and more, of grey
        low, high = page.getextrema()
        scale = 255 / (high - low) if high > low else 1
        return page.convert("F").point(lambda value: (value - low) * scale).convert("L")
    if "A" in page.mode or "transparency" in page.info:
        page = page.convert("RGBA")
        white = import_module("PIL.Image").new("RGBA", page.size, "white")
        page = import_module("PIL.Image").alpha_composite(white, page)
    return page.convert("RGB")


def _open_heif(data: bytes, name: str) -> None:
    """Let Pillow open what iPhones take.

    Raises:
        UnsupportedSourceError: that part of the extra is missing.
    """
    if not _HEIF.match(data[:_LOOKED_AT]):
        return
    try:
        import_module("pi_heif").register_heif_opener()
    except ImportError as error:
        raise UnsupportedSourceError(
            f"{name} is a HEIC picture, which needs all of the extra ocr: {install('ocr')}; "
            "or save it as JPEG and ingest that"
        ) from error


def _too_large(name: str, pixels: str) -> UnsupportedSourceError:
    return UnsupportedSourceError(
        f"{name} is a picture of {pixels} pixels, over the limit of {_MOST_PIXELS:,}; save a "
        "smaller one and ingest that"
    )


IMAGES = (
    ImageReader("image/png", ".png", rb"\x89PNG\r\n\x1a\n"),
    ImageReader("image/jpeg", ".jpg .jpeg .jpe", rb"\xff\xd8\xff"),
    ImageReader("image/tiff", ".tif .tiff", rb"II[\*+]\0|MM\0[\*+]"),
    ImageReader("image/heic", ".heic .heif", _HEIF.pattern),
    ImageReader("image/avif", ".avif", rb".{4}ftypavi[fs]"),
    ImageReader("image/webp", ".webp", rb"RIFF....WEBP"),
    ImageReader("image/bmp", ".bmp", rb"BM.{4}\0{4}"),
    ImageReader("image/gif", ".gif", rb"GIF8[79]a"),
)
