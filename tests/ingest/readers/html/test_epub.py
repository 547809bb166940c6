"""E-books: the pages of the spine in order, and books that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import EmptySourceError, SourceError, UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.html.epub import EPUB
from tests.ingest.readers.damage import broken_inside, cut_or_flipped
from tests.ingest.readers.test_zip import zipped

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
XHTML = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title/></head>{}</html>"""
ENCRYPTED = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherData>
<e:CipherReference URI="{}"/></e:CipherData></e:EncryptedData></encryption>"""


def package(items: dict[str, str], guide: str = "") -> str:
    """An OPF file; ``items`` are paths in reading order, with their properties."""
    manifest = "".join(
        f'<item id="i{n}" href="{path}" media-type="application/xhtml+xml" properties="{says}"/>'
        for n, (path, says) in enumerate(items.items())
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(items)))
    return f"""<package xmlns="http://www.idpf.org/2007/opf"><metadata
    xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Of <b>gulls</b></dc:title></metadata>
    <manifest>{manifest}</manifest><spine>{spine}</spine><guide>{guide}</guide></package>"""


def book(pages: dict[str, str], *, opf: str = "", more: dict[str, str] | None = None) -> bytes:
    """An EPUB of pages, each the inside of its body, in the order that they are given in."""
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members["OEBPS/book.opf"] = opf or package(dict.fromkeys(pages, ""))
    for path, inside in pages.items():
        body = inside if inside.startswith("<body") else f"<body>{inside}</body>"
        members[f"OEBPS/{path}"] = XHTML.format(body)
    return zipped({path: text.encode() for path, text in (members | (more or {})).items()})


SAMPLE = book(
    {
        "two.xhtml": "<h1>Second</h1><p>They nest.<a id='n'/></p>",
        "one.xhtml": "<h1>First</h1><h2>Part</h2><p>They fly.</p>",
    }
)


def pages(data: bytes) -> Reading:
    reading: Reading = EPUB.read(data, "a.epub")
    return reading


def test_pages_come_in_the_order_of_the_spine_with_their_headings_as_sections() -> None:
    reader, reading = read(SAMPLE, "a.epub")
    assert reader.media_type == "application/epub+zip"
    assert reading.text == "Second\n\nThey nest.\n\nFirst\n\nPart\n\nThey fly.\n"
    assert [s.path for s in reading.sections] == [("Second",), ("First",), ("First", "Part")]
    assert (reading.title, reading.warnings) == ("Of gulls", ())


def test_a_book_is_known_by_what_is_in_it_not_by_its_name() -> None:
    assert read(SAMPLE, "a.zip")[0] is EPUB
    assert not EPUB.recognises(zipped({"a.xml": b"<a/>"}))


def test_covers_and_tables_of_contents_are_left_out() -> None:
    inside = {
        "cover.xhtml": "Cover",
        "nav.xhtml": "Nav",
        "list.xhtml": "Listed",
        "index2.xhtml": "Guide",
        "typed.xhtml": '<body epub:type="landmarks">Marks</body>',
        "toccata.xhtml": "<p>Music.</p>",
    }
    says = dict.fromkeys(inside, "") | {"list.xhtml": "nav"}
    guide = (
        '<reference type="toc" href="index2.xhtml"/><reference type="toc" href="toccata.xhtml#t"/>'
    )
    assert pages(book(inside, opf=package(says, guide))).text == "Music.\n"


def test_a_missing_page_is_a_warning_and_the_rest_is_read() -> None:
    opf = package({"gone.xhtml": "", "one.xhtml": ""})
    reading = pages(book({"one.xhtml": "They fly."}, opf=opf))
    assert reading.text == "They fly.\n"
    assert len(reading.warnings) == 1
    assert "'OEBPS/gone.xhtml' is missing" in reading.warnings[0]


def test_many_missing_pages_are_counted() -> None:
    missing = {f"gone{n}.xhtml": "" for n in range(1000)}
    reading = pages(book({"one.xhtml": "They fly."}, opf=package(missing | {"one.xhtml": ""})))
    assert reading.text == "They fly.\n"
    assert len(reading.warnings) == 6
    assert reading.warnings[-1] == "995 more pages of the book were left out"


def test_what_is_no_page_is_passed_over() -> None:
    inside = {"art.xhtml": "Picture", "blank.xhtml": "", "one.xhtml": "They fly."}
    opf = package(dict.fromkeys(inside, "")).replace("application/xhtml+xml", "image/svg+xml", 1)
    reading = pages(book(inside, opf=opf, more={"OEBPS/blank.xhtml": " "}))
    assert (reading.text, reading.warnings) == ("They fly.\n", ())


def test_a_page_that_declares_entities_is_left_out_with_a_warning() -> None:
    laughs = '<!DOCTYPE html [<!ENTITY a "ha">]><html><body>&a;</body></html>'
    reading = pages(
        book({"one.xhtml": "They fly.", "two.xhtml": ""}, more={"OEBPS/two.xhtml": laughs})
    )
    assert reading.text == "They fly.\n"
    assert "<!ENTITY" in reading.warnings[0]


def test_a_package_that_declares_entities_is_refused() -> None:
    laughs = f'<!DOCTYPE p [<!ENTITY a "ha">]>{package({"one.xhtml": ""})}'
    with pytest.raises(UnsupportedSourceError, match=r"DOCTYPE|ENTITY"):
        pages(book({"one.xhtml": "They fly."}, opf=laughs))


def test_a_locked_book_is_refused_and_one_with_locked_fonts_is_not() -> None:
    inside = {"one.xhtml": "They fly."}
    locked = {"META-INF/encryption.xml": ENCRYPTED.format("OEBPS/one.xhtml")}
    with pytest.raises(UnsupportedSourceError, match="DRM"):
        pages(book(inside, more=locked))
    fonts = {"META-INF/encryption.xml": ENCRYPTED.format("OEBPS/a.otf")}
    assert pages(book(inside, more=fonts)).text == "They fly.\n"


def test_names_with_blanks_and_letters_beyond_ascii_are_found() -> None:
    opf = package({"m%C3%B6we%201.xhtml": ""})
    assert pages(book({"möwe 1.xhtml": "They fly."}, opf=opf)).text == "They fly.\n"


def test_a_book_of_pictures_is_called_empty() -> None:
    with pytest.raises(EmptySourceError, match="no text in its pages"):
        pages(book({"one.xhtml": "<img src='a.png' alt='A gull'/>"}))


@pytest.mark.parametrize("container", ["<container/>", "<container", "<!DOCTYPE a><container/>"])
def test_a_book_that_does_not_say_where_it_begins_is_refused(container: str) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"^a\.epub "):
        pages(book({}, more={"META-INF/container.xml": container}))


@bounded
@given(st.one_of(cut_or_flipped(SAMPLE), broken_inside(SAMPLE)))
def test_a_damaged_book_is_read_or_refused(data: bytes) -> None:
    try:
        reading = pages(data)
    except SourceError:
        return
    assert reading.text
