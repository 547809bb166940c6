"""PDFs that cannot be read, or not whole: each is refused or said, none stops the program."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import (
    EmptySourceError,
    SourceError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from pincite.ingest.readers import Reading
from pincite.ingest.readers.pdf import rows
from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf

GULLS = ["Gulls nest on cliffs above the sea.", "They feed their young."]


def test_an_encrypted_file_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"gulls\.pdf .* needs a password"):
        PDF.read(pdf([Leaf(column(GULLS))], encrypted=True), "gulls.pdf")


def test_a_file_without_pages_is_refused() -> None:
    with pytest.raises(UnreadableSourceError, match="without pages"):
        PDF.read(pdf([]), "a.pdf")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\0" * 5000, b"Gulls nest."])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSourceError, match="damaged or cut short"):
        PDF.read(data, "a.pdf")


def refused_or_read(data: bytes) -> Reading | None:
    """The reading, or None where the file was refused with its name."""
    try:
        return PDF.read(data, "a.pdf")
    except SourceError as error:
        if "a.pdf" not in str(error):
            raise
        return None


def test_a_file_cut_at_any_place_is_refused_or_read_with_a_warning() -> None:
    whole = pdf([Leaf(column(GULLS)), Leaf(column(GULLS, y=300))])
    found = [refused_or_read(whole[:end]) for end in range(0, len(whole) - 10, 10)]
    read = [reading for reading in found if reading]
    assert 0 < len(read) < len(found)
    assert all("cut short" in reading.warnings[-1] for reading in read)


@pytest.mark.parametrize("step", range(0, 3000, 61))
def test_a_file_with_a_byte_changed_is_refused_or_read(step: int) -> None:
    whole = bytearray(pdf([Leaf(column(GULLS)), Leaf(column(GULLS, y=300))]))
    whole[step % len(whole)] ^= 0x15
    found = refused_or_read(bytes(whole))
    assert found is None or found.text == canonical(found.text)


def test_a_file_without_pages_is_not_taken_for_an_encrypted_one_read_before() -> None:
    with pytest.raises(UnsupportedSourceError):
        PDF.read(pdf([Leaf(column(GULLS))], encrypted=True), "a.pdf")
    with pytest.raises(UnreadableSourceError, match="without pages"):
        PDF.read(pdf([]), "b.pdf")


def test_blank_pages_alone_are_refused_as_empty() -> None:
    with pytest.raises(EmptySourceError, match="blank"):
        PDF.read(pdf([Leaf(blank=True)]), "a.pdf")


def test_a_damaged_page_among_others_is_named() -> None:
    data = pdf([Leaf(column([line])) for line in ("One gull.", "Two gulls.", "Three gulls.")])
    kids = data.index(b"/Kids [")
    second = data[kids:].split()[4]
    broken = data.replace(
        b"\n" + second + b" 0 obj\n<< /Type /Page ", b"\n" + second + b" 0 obj\n[] "
    )
    found = PDF.read(broken, "a.pdf")
    assert "One gull." in found.text
    assert "Three gulls." in found.text
    assert found.warnings == ("page 2 is damaged and could not be read",)


def test_a_title_that_is_no_text_is_none() -> None:
    lone_surrogate = b"\xfe\xff" + "Gulls".encode("utf-16-be") + b"\xd8\x00\x00A"
    found = PDF.read(pdf([Leaf(column(GULLS))], title=lone_surrogate), "a.pdf")
    assert found.title is None


def test_a_page_of_thousands_of_lines_is_read() -> None:
    lines = [Text(10 + 40 * (n % 14), 10 + n / 6, f"w{n}", size=4) for n in range(4_000)]
    assert len(PDF.read(pdf([Leaf(lines)]), "a.pdf").text) > 4_000


def test_the_letters_of_a_line_are_looked_at_once_however_many_cells_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def spy(texts: Iterable[str]) -> bool:
        looked_at.extend(texts)
        return False

    monkeypatch.setattr(rows, "right_to_left", spy)
    lines = [Text(10 + 40 * (n % 14), 10 + n / 6, f"w{n}", size=4) for n in range(400)]
    text = PDF.read(pdf([Leaf(lines)]), "a.pdf").text

    assert looked_at
    assert sum(map(len, looked_at)) <= len(text)


def test_characters_that_cannot_be_seen_are_not_in_the_text() -> None:
    found = PDF.read(pdf([Leaf(column(["Gu\x01lls\xad ne\x7fst."]))]), "a.pdf")
    assert found.text.isprintable() or found.text.strip().isprintable()
    assert "Gu" in found.text
