"""Which reader a file gets, by its content and its name; what is said where it gets none."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import READERS, read, reader_for
from pincite.ingest.readers.unsupported import UNREAD
from tests.ingest.readers.damage import read_or_refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for member in members:
            written.writestr(member, "x")
    return out.getvalue()


def ole(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + bytes(100)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a", "text/plain"),
        ("a.LOG", "text/plain"),
        ("a.md", "text/markdown"),
        ("a.rst", "text/x-rst"),
        ("a.adoc", "text/asciidoc"),
        ("a.org", "text/org"),
        ("a.tex", "text/x-tex"),
        ("a.csv", "text/csv"),
        ("a.tsv", "text/csv"),
        ("a.json", "application/json"),
        ("a.jsonl", "application/jsonl"),
        ("a.eml", "message/rfc822"),
        ("a.py", "text/x-python"),
        ("a.js", "text/javascript"),
        ("a.h", "text/x-c"),
        ("a.rs", "text/x-rust"),
        ("a.sql", "text/x-sql"),
        ("a.yml", "application/yaml"),
        ("a.toml", "application/toml"),
    ],
)
def test_plain_text_gets_the_reader_of_its_name(name: str, media_type: str) -> None:
    assert reader_for(b"Gulls nest on cliffs.\n", name).media_type == media_type


@pytest.mark.parametrize("name", ["a.txt", "a.docx", "a", "a.pdf"])
@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"<!DOCTYPE html><html><body><p>Gulls</p></body></html>", "text/html"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "presentationml.presentation"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "spreadsheetml.sheet"),
        (zipped("[Content_Types].xml", "word/document.xml"), "wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "application/vnd.ms-excel"),
        (ole("Workbook"), "application/vnd.ms-excel"),
    ],
)
def test_a_file_is_what_its_content_says_whatever_its_name(
    name: str, data: bytes, media_type: str
) -> None:
    assert reader_for(data, name).media_type.endswith(media_type)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ole("EncryptedPackage"), ["an office file with a password", "without the password"]),
        (OLE, ["an old Microsoft Office or installer file"]),
        (b"%!PS-Adobe-3.0\n", ["a PostScript file", "convert it to PDF"]),
        (b"8BPS\0\1", ["an image", "save it as PNG and ingest that"]),
        (b"\0\0\0\x18ftypisom", ["a video", "a transcript of it"]),
        (b"ID3\x03\0", ["a sound recording"]),
        (b"RIFF\1\2\3\4WAVEfmt ", ["a sound recording"]),
        (b"\x1f\x8b\x08\0", ["a gzip archive", "unpack it and ingest its files"]),
        (b"7z\xbc\xaf\x27\x1c\0", ["a 7-Zip archive"]),
        (b"a.txt".ljust(257, b"\0") + b"ustar\0", ["a tar archive"]),
        (zipped("a.txt"), ["a ZIP archive", "unpack it"]),
        (zipped("Index/Document.iwa"), ["an Apple iWork document", "export it as PDF"]),
        (b"\x7fELF\2\1\1\0", ["a program"]),
        (b"SQLite format 3\0", ["a SQLite database", "export its tables as CSV"]),
        (b"wOF2\0\1\0\0", ["a font"]),
    ],
)
def test_a_known_format_that_is_not_read_is_named_with_what_to_do(
    data: bytes, words: list[str]
) -> None:
    with pytest.raises(UnsupportedSourceError) as refused:
        read(data, "a.xyz")
    assert str(refused.value).startswith("a.xyz is ")
    assert [word for word in words if word in str(refused.value)] == words


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx", ".odt", ".epub"])
def test_a_zip_of_something_else_is_no_document_whatever_its_name(suffix: str) -> None:
    with pytest.raises(UnsupportedSourceError, match="a ZIP archive without a document") as refused:
        read(zipped("a.txt"), f"a{suffix}")
    assert f"not a {suffix} document" in str(refused.value)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx", ".odt", ".epub", ".zip", ".txt"])
def test_a_zip_cut_short_is_said_to_be_damaged(suffix: str) -> None:
    data = zipped("[Content_Types].xml", "word/document.xml", "xl/workbook.xml")[:-30]
    with pytest.raises(UnsupportedSourceError, match=r"damaged or incomplete; get a complete copy"):
        read(data, f"a{suffix}")


@pytest.mark.parametrize(
    "text",
    [
        "From the cliffs at 09:30 one sees them.\nNote: gulls.\n",
        "BMW is a maker of cars.\n",
        "MZ is short for Mainz.\n",
        "PAR1 is a code.\n",
        "RIFFs are played loud.\n",
        "GIF8 or PNG?\n",
        "OTTO was a king.\n",
        "true\n",
        "ID3 tags name a song.\n",
    ],
)
def test_prose_that_only_begins_like_a_known_format_is_read(text: str) -> None:
    assert read(text.encode(), "a.txt")[1].text == text


def test_a_kind_that_is_not_read_claims_no_suffix_and_goes_before_plain_text_only() -> None:
    assert UNREAD.suffixes == frozenset()
    assert READERS[-2] is UNREAD


def test_no_two_readers_claim_the_same_suffix() -> None:
    claimed = [suffix for reader in READERS for suffix in reader.suffixes]
    assert sorted(claimed) == sorted(set(claimed))


@pytest.mark.parametrize(
    ("name", "text", "paths"),
    [
        ("a.rst", "Birds\n=====\n\nGulls\n-----\nText.\n", [("Birds",), ("Birds", "Gulls")]),
        ("a.rst", "=====\nBirds\n=====\n\nGulls\n=====\nText.\n", [("Birds",), ("Birds", "Gulls")]),
        ("a.rst", "Text and\nmore text\n=========\n\nToo long a line\n===\n", [()]),
        (
            "a.adoc",
            "= Birds\n\n== Gulls ==\nText.\n----\n== No\n----\n",
            [("Birds",), ("Birds", "Gulls")],
        ),
        (
            "a.org",
            "* TODO Birds  :a:b:\n** Gulls\n*bold*\n#+BEGIN_SRC\n* no\n#+END_SRC\n* Terns",
            None,
        ),
        ("a.tex", "\\section{Birds}\n\\subsection*{Gulls}\\label{g}\n% \\section{No}\n", None),
        ("a.py", "# Birds\nclass Gull:\n    '''== Nest =='''\n", [()]),
    ],
)
def test_headings_of_text_formats_open_sections(
    name: str, text: str, paths: list[tuple[str, ...]] | None
) -> None:
    reading = read(text.encode(), name)[1]
    found = [section.path for section in reading.sections]
    assert reading.text == text
    if paths is None:
        paths = [("Birds",), ("Birds", "Gulls"), ("Terns",)][: 3 if name == "a.org" else 2]
    assert found == paths


@settings(max_examples=150)
@given(
    st.sampled_from(
        [b"PK\3\4", b"PK\5\6", OLE[:8], b"%PDF-", b"{\\rtf", b"From: a\nMIME-Version:", b""]
    ),
    st.binary(max_size=120),
    st.sampled_from([".docx", ".xlsx", ".pptx", ".odt", ".epub", ".eml", ".csv", ".zip", ""]),
)
def test_whatever_a_file_begins_with_it_is_read_or_refused(
    begins: bytes, rest: bytes, suffix: str
) -> None:
    assert read_or_refused(begins + rest, f"a{suffix}")
