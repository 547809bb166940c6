"""Which files are stored themselves, beside the text that was read from them."""

from __future__ import annotations

from enum import StrEnum

from pincite.ingest.readers.images import IMAGES
from pincite.ingest.readers.pdf.reader import PDF

DRAWABLE = frozenset([PDF.media_type, *(reader.media_type for reader in IMAGES)])
"""The media types whose pages can be drawn."""

LARGEST_DRAWABLE = 200_000_000  # bytes of a file that is stored so that its pages can be drawn


class Originals(StrEnum):
    """The files that are stored: none, those whose pages can be drawn, or all.

    >>> Originals.DRAWABLE.keeps("application/pdf", 1000), Originals.ALL.keeps("text/plain", 1000)
    (True, True)
    >>> Originals.DRAWABLE.keeps("text/plain", 1000)
    False
    """

    NONE = "none"
    DRAWABLE = "drawable"
    ALL = "all"

    def keeps(self, media_type: str, size: int) -> bool:
        """Whether a file of this media type and of ``size`` bytes is stored."""
        if self is Originals.DRAWABLE:
            return media_type in DRAWABLE and size <= LARGEST_DRAWABLE
        return self is Originals.ALL
