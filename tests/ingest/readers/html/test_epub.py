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


CHAPTERS = {
    f"{number}.xhtml": f"<h1>{bird}</h1><p>They nest.</p>"
    for number, bird in enumerate(("Gulls", "Terns", "Auks"))
}
LINKS = "".join(
    f"<li><a href='{number}.xhtml'>{bird}</a>"
    for number, bird in enumerate(("Gulls", "Terns", "Auks"))
)


def test_a_page_of_links_to_the_others_is_left_out_whatever_it_is_called() -> None:
    opening = {"chapter.xhtml": f"<h2>Contents</h2><ul>{LINKS}</ul>"}
    reading = pages(book(opening | CHAPTERS))
    assert reading.text.startswith("Gulls\n\nThey nest.")
    assert reading.warnings == ()


def test_what_only_the_table_of_contents_says_is_in_a_warning() -> None:
    longer = LINKS.replace("Auks", "Auks and other divers")
    reading = pages(book({"toc.xhtml": longer} | CHAPTERS))
    assert reading.warnings == (
        "its table of contents is not read, and “Auks and other divers” stands only there",
    )


@pytest.mark.parametrize("name", ["cover.xhtml", "toc.xhtml", "nav.xhtml", "contents.html"])
@pytest.mark.parametrize("kind", ["", " epub:type='toc'", " epub:type='cover'"])
def test_a_page_is_judged_by_what_is_on_it_never_by_its_name(name: str, kind: str) -> None:
    inside = {name: f"<body{kind}><p>They nest on cliffs.</p></body>"}
    guide = f'<reference type="toc" href="{name}"/><reference type="cover" href="{name}"/>'
    assert pages(book(inside, opf=package({name: ""}, guide))).text == "They nest on cliffs.\n"


def test_a_book_of_nothing_but_a_list_of_links_is_read() -> None:
    links = "".join(f"<li><a href='{n}.xhtml'>Bird {n}</a>" for n in range(4))
    names = {"toc.xhtml": links} | {f"{n}.xhtml": "" for n in range(4)}
    assert pages(book(names)).text.startswith("- Bird 0\n- Bird 1\n")


def test_pages_outside_the_reading_order_come_last() -> None:
    inside = {"notes.xhtml": "<p>A note.</p>", "one.xhtml": "<p>They fly.</p>"}
    opf = package(dict.fromkeys(inside, "")).replace('<itemref idref="i0"/>', "")
    assert pages(book(inside, opf=opf)).text == "They fly.\n\nA note.\n"
    beside = package(dict.fromkeys(inside, "")).replace('idref="i0"', 'idref="i0" linear="no"')
    assert pages(book(inside, opf=beside)).text == "A note.\n\nThey fly.\n"


def test_a_page_without_a_heading_has_the_title_that_the_book_lists_it_by() -> None:
    inside = {
        "one.xhtml": "<p class='t'>First part</p><p>They fly.</p>",
        "two.xhtml": "<p>They nest.</p>",
        "nav.xhtml": "<nav><a href='one.xhtml'>First Part</a><a href='two.xhtml'>Nests</a></nav>",
    }
    says = dict.fromkeys(inside, "") | {"nav.xhtml": "nav"}
    opf = package(says).replace('<itemref idref="i2"/>', "")
    reading = pages(book(inside, opf=opf))
    assert reading.text == "First part\n\nThey fly.\n\nNests\n\nThey nest.\n"
    assert [section.path for section in reading.sections] == [("First part",), ("Nests",)]


def test_pages_of_pictures_are_counted_in_a_warning() -> None:
    art = "<img src='a.png'/>"
    reading = pages(book({"cover.xhtml": art, "a.xhtml": art, "b.xhtml": "<p>They fly.</p>"}))
    assert reading.warnings == ("2 pages of the book are pictures without text, and not read",)


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
    assert reading.warnings[-1] == "995 more pages of the book are left out"


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
