"""Which originals are kept: those of no format, of formats with pages, or of all."""

from __future__ import annotations

import pytest

from pincite.ingest.files.originals import LARGEST_DRAWABLE, Originals

PDF, PICTURE, TEXT = "application/pdf", "image/png", "text/plain"


@pytest.mark.parametrize(
    ("originals", "kept"),
    [
        (Originals.NONE, []),
        (Originals.DRAWABLE, [PDF, PICTURE]),
        (Originals.ALL, [PDF, PICTURE, TEXT]),
    ],
)
def test_a_files_format_says_whether_its_original_is_kept(
    originals: Originals, kept: list[str]
) -> None:
    assert [kind for kind in (PDF, PICTURE, TEXT) if originals.keeps(kind, 1000)] == kept


def test_a_file_too_large_to_draw_from_is_kept_only_where_all_are() -> None:
    assert Originals.DRAWABLE.keeps(PDF, LARGEST_DRAWABLE)
    assert not Originals.DRAWABLE.keeps(PDF, LARGEST_DRAWABLE + 1)
    assert Originals.ALL.keeps(PDF, LARGEST_DRAWABLE + 1)
