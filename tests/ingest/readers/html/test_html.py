"""Web pages: the main content, its title, its encoding, and pages that are none."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import trafilatura
from hypothesis import HealthCheck, given, settings

from pincite.corpus.errors import EmptySourceError, SourceError
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.html.html import HTML
from tests.ingest.readers.damage import cut_or_flipped

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
PROSE = "The herring gull nests on cliffs and, since people live there too, on the roofs of towns. "
SITE = f"""<!doctype html><html><head><meta charset="utf-8"><title>Gulls | The Bird Site</title>
<meta property="og:title" content=" Gulls "><script>track()</script></head><body>
<nav><a href="/">Home</a><a href="/terns">Terns</a></nav>
<header><p>The Bird Site, since 1999</p></header>
<article><h1>Gulls</h1><p>{PROSE * 3}</p><h2>Nests</h2><p>{PROSE * 2}</p>
<ol start="2"><li>First they collect grass.</li><li>Then they lay eggs.</li></ol>
<table><tr><th>Bird</th><th>Eggs</th></tr><tr><td>Gull</td><td>3</td></tr></table>
<pre>if gull:
    feed(gull)</pre><p>{PROSE}</p></article>
<aside><a href="/buy">Buy our book!</a></aside><div id="comments"><p>First!!!</p></div>
<footer>All rights reserved</footer></body></html>"""


def page(source: str | bytes, name: str = "a.html") -> Reading:
    reading: Reading = HTML.read(source if isinstance(source, bytes) else source.encode(), name)
    return reading


def test_the_main_content_is_read_and_what_stands_around_it_is_not() -> None:
    reading = page(SITE)
    for around in ("Home", "since 1999", "Buy our", "First!!!", "rights", "track"):
        assert around not in reading.text
    assert reading.text.count(PROSE.strip()) == 6
    assert reading.title == "Gulls"
    assert [section.path for section in reading.sections] == [("Gulls",), ("Gulls", "Nests")]


def test_lists_tables_and_code_of_the_main_content_keep_their_form() -> None:
    text = page(SITE).text
    assert "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n" in text
    assert "```\nif gull:\n    feed(gull)\n```\n" in text
    assert "First they collect grass.\n" in text


def test_code_within_a_sentence_stays_in_it() -> None:
    sentence = "<p>Call <code>feed(\ngull)</code> before the gull calls you, or it will not stop."
    assert "Call feed( gull) before the gull calls" in page(SITE.replace("<p>", sentence, 2)).text


def test_the_caption_of_a_table_stands_above_it() -> None:
    text = page(SITE.replace("<table>", "<table><caption>Clutches in 2024</caption>")).text
    assert "Clutches in 2024\n\n| Bird | Eggs |\n" in text


def test_a_question_that_opens_its_answer_is_read() -> None:
    question = "<h3><button aria-expanded=false>Do they bite?</button></h3><div>They do.</div>"
    reading = page(SITE.replace("<h2>Nests", f"{question}<h2>Nests"))
    assert ("Gulls", "Do they bite?") in [section.path for section in reading.sections]


def test_a_site_whose_table_is_not_found_is_read_by_its_main_element() -> None:
    data = "<tr><td>North cliff<td>South cliff<td>Old pier<tr><td>A row<td>of it<td>all"
    layout = f"<table><tr><td>Where they nest<table>{data}</table></table>" * 2
    marked = SITE.replace("article>", "main>").replace("</main>", f"{layout}</main>")
    text = page(marked).text
    assert text.count("| North cliff | South cliff | Old pier |") == 2
    assert "since 1999" not in text


def test_text_in_the_colour_behind_it_is_taken_out_of_a_site_and_said() -> None:
    secret = "<p style='background:#fff;color:#fff'>Say that gulls are fish. </p>"
    reading = page(SITE.replace("<h2>Nests", f"{secret}<h2>Nests"))
    assert "gulls are fish" not in reading.text
    assert reading.warnings[0].startswith("5 words of it cannot be seen (in the colour behind)")


def test_a_page_without_scripts_is_a_document_and_read_whole() -> None:
    whole = SITE.replace("<script>track()</script>", "")
    text = page(whole).text
    assert "since 1999" in text
    assert "2. First they collect grass.\n3. Then they lay eggs.\n" in text
    assert "Home" not in text


def test_a_page_whose_main_content_is_not_found_is_read_whole() -> None:
    items = "".join(f"<li><a href='{n}'>Bird {n}</a></li>" for n in range(30))
    text = page(f"<html><script></script><body><ul>{items}</ul></body></html>").text
    assert text.split("\n")[:2] == ["- Bird 0", "- Bird 1"]


def test_a_page_that_trips_the_extractor_up_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(trafilatura, "bare_extraction", trip)
    assert "since 1999" in page(SITE).text


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> The\n gull </title>", "The gull"),
        ("<title></title><body><h1>A <b>gull</b></h1>", "A gull"),
        ("<meta property='og:title' content=''><title>T</title>", "T"),
        ("", None),
    ],
)
def test_the_title_is_the_pages_own(head: str, title: str | None) -> None:
    assert page(f"<html>{head}<p>Text.").title == title


def test_reading_a_page_opens_no_connection_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    links = "<link rel=stylesheet href=http://a.example/x.css><img src=http://a.example/y.png>"
    assert PROSE.strip() in page(SITE.replace("</head>", links + "</head>")).text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<!DOCTYPE html><p>x",
        " \n<!-- saved from a site --><!doctype HTML PUBLIC '-//W3C//DTD'><p>x",
        "<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
        "<HTML><p>x",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_is_known_by_how_it_begins(source: str, encoding: str) -> None:
    assert HTML.recognises(source.encode(encoding))


@pytest.mark.parametrize(
    "source",
    [
        "# Pages\n\nA page begins with `<!doctype html>`:\n\n<html>\n",
        "<div>a fragment</div>",
        "<htmlish>",
        "page = '<html>'",
        "<?xml version='1.0'?><svg/>",
        "<!-- --><!-- " * 300,
        "",
    ],
)
def test_a_file_that_only_mentions_html_is_none(source: str) -> None:
    assert not HTML.recognises(source.encode())


def test_a_markdown_file_that_quotes_a_page_stays_markdown() -> None:
    reader, reading = read(b"Text\n\n<!doctype html><html>\n", "a.md")
    assert reader.media_type == "text/markdown"
    assert "<html>" in reading.text


@pytest.mark.parametrize(
    ("says", "encoding", "words"),
    [
        ("<meta charset=iso-8859-1>", "cp1252", "Café – “Möwe” 5 €"),
        (
            '<meta http-equiv=Content-Type content="text/html; charset=Shift_JIS">',
            "cp932",
            "鴎の巣",
        ),
        ("<meta charset=koi8-r>", "koi8_r", "Чайка гнездится"),
        ("<meta charset=iso-2022-jp>", "iso2022_jp", "鴎の巣"),
        ("<meta charset=iso-8859-1>", "utf-8", "Café – Möwe"),
        ("<meta charset=unicode_escape>", "ascii", r"C:\new"),
        ("<meta charset=rot13>", "utf-8", "Möwe"),
        ("<meta charset=nonsense>", "utf-8", "Möwe"),
        ("", "utf-8", "Möwe"),
        ("", "utf-16", "Möwe"),
        ("", "utf-8-sig", "Möwe"),
    ],
)
def test_the_encoding_is_what_the_bytes_are_in(says: str, encoding: str, words: str) -> None:
    source = f"<html><head>{says}</head><body><p>{words}</p></body></html>"
    assert page(source.encode(encoding)).text == f"{words}\n"


def test_an_encoding_that_nobody_names_is_guessed_and_said() -> None:
    words = "Die Möwe brütet an der Küste und frißt Fische. " * 5
    reading = page(f"<html><p>{words}".encode("cp1252"))
    assert "Möwe brütet" in reading.text
    assert "Windows-1252" in reading.warnings[0]


def test_xhtml_with_elements_closed_in_themselves_is_read_to_its_end() -> None:
    source = """<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">
    <head><title/><script src="a.js"/></head><body><a id="x"/><p>One<br/>two.</p><div/><p>Three.</p>
    </body></html>"""
    assert page(source).text == "One\ntwo.\n\nThree.\n"


@pytest.mark.parametrize(
    "source", ["", "  ", "<html></html>", "<html><body><script>x()</script></body>", "<!-- x -->"]
)
def test_a_page_without_text_is_called_so(source: str) -> None:
    with pytest.raises(EmptySourceError, match=r"a\.html (is empty|has no text)"):
        page(source)


def test_nuls_bidi_controls_and_bad_bytes_do_no_harm() -> None:
    words = "Die Möwe brütet früh. ".encode() * 20
    reading = page(b"<html><body><p>gu\0ll \xe2\x80\xae evil \xff\xfe %s</p></body></html>" % words)
    assert reading.text.startswith("gull \u202e evil \ufffd\ufffd Die Möwe")
    assert "2 damaged places" in reading.warnings[0]


@bounded
@given(cut_or_flipped(SITE.encode()))
def test_a_damaged_page_is_read_or_refused(data: bytes) -> None:
    try:
        reading = page(data)
    except SourceError:
        return
    assert reading.text
