"""Nothing is lost in silence: each word of a page, a mail or a book is read or warned of."""

from __future__ import annotations

import re
from email.message import EmailMessage

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.ingest.readers import Reading, read
from tests.ingest.readers.html.test_epub import book, package

bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
WORD = re.compile(r"w\d+w")

# Each "{}" becomes a word of its own.
VISIBLE = (
    "<p>{} <b>{}</b> <a href='x'>{}</a></p>",
    "<h2>{}</h2><p>{}<br>{}</p>",
    "<ul><li>{}<ul><li>{}</ul><li><a href='x'>{}</a></ul>",
    "<ol><li><p>{}</p><p>{}</p></ol>",
    "<dl><dt>{}<dd>{}</dl>",
    "<table><caption>{}</caption><tr><th>{}<th>{}<tr><td>{}<td>{}</table>",
    "<table><tr><td colspan=2>{}<tr><td rowspan=2>{}<td>{}<tr><td>{}</table>",
    "<table><tr><th rowspan=3>{}<tr><td>{}<td>{}<tr><td>{}<td>{}</table>",
    "<table><tr><td>{}<table><tr><td>{}<td>{}</table></table>",
    "<pre>{}\n  {}</pre>",
    "<blockquote>{}</blockquote>",
    "<figure><figcaption>{}</figcaption></figure>",
    "<details><summary>{}</summary>{}</details>",
    "<address>{}<br>{}</address>",
    "<div><div>{}</div>{}</div>",
    "<p><ruby>{}<rt>{}</rt></ruby> <sub>{}</sub> <q>{}</q> <time>{}</time> <small>{}</small></p>",
    "<svg><text>{}</text></svg>",
    "<center><font size=7>{}</font></center>",
)
FIELDS = (  # of no use in a site's text, and a part of a document's
    "<form><label>{} <select><option>no<option selected>{}</select></label></form>",
    "<p>{} <input value={}> <textarea>{}</textarea> <button>{}</button></p>",
    "<span aria-hidden=true>{}</span>",
    "<nav><p>{}</p></nav>",
)
PROSE = "The herring gull nests on cliffs and, since people live there too, on roofs of towns. "
SITE = f"""<html><script></script><body><header>Site</header><nav><a href='/'>Home</a></nav><main>
<h1>Gulls</h1><p>{PROSE * 3}</p><p>They eat fish, crabs and what people leave. {PROSE}</p>{{}}
<p>In winter they leave for the south. {PROSE}</p></main></body></html>"""
UNSEEN = (
    "<p style='display:none'>{}</p>",
    "<p>{} <span style='color:#fff'>{}</span></p>",
    "<div style='position:absolute;left:-9999px'>{} <b>{}</b></div>",
    "<table><tr><td>{}<td style='font-size:0'>{}</table>",
    "<p class=sr-only>{}</p>",
)


def numbered(pieces: list[str]) -> tuple[str, set[str]]:
    """The pieces with words of their own, and these."""
    count = 0
    parts = []
    for piece in pieces:
        places = piece.count("{}")
        parts.append(piece.format(*(f"w{count + n}w" for n in range(places))))
        count += places
    return "".join(parts), {f"w{n}w" for n in range(count)}


def plain_words(reading: Reading) -> set[str]:
    return set(WORD.findall(reading.text))


@bounded
@given(st.lists(st.sampled_from(VISIBLE + FIELDS), min_size=1, max_size=8))
def test_every_word_of_a_page_is_read_once(pieces: list[str]) -> None:
    body, shown = numbered(pieces)
    reading = read(f"<html><body>{body}</body></html>".encode(), "a.html")[1]
    assert plain_words(reading) == shown
    assert (reading.regions, reading.warnings) == ((), ())


@bounded
@given(st.lists(st.sampled_from(VISIBLE), min_size=1, max_size=6))
def test_every_word_of_the_main_part_of_a_site_is_read(pieces: list[str]) -> None:
    body, shown = numbered(pieces)
    reading = read(SITE.format(body).encode(), "a.html")[1]
    assert plain_words(reading) == shown
    assert "Home" not in reading.text


@bounded
@given(st.lists(st.sampled_from(VISIBLE + UNSEEN), min_size=1, max_size=8))
def test_words_that_nobody_sees_are_read_marked_and_warned_of(pieces: list[str]) -> None:
    body, shown = numbered([*pieces, *UNSEEN])
    reading = read(f"<html><body>{body}</body></html>".encode(), "a.html")[1]
    assert plain_words(reading) == shown
    assert "cannot be seen" in reading.warnings[0]
    assert {region.kind for region in reading.regions} == {"hidden"}


@bounded
@given(
    st.lists(st.sampled_from(VISIBLE), min_size=1, max_size=5),
    st.sampled_from(["plain", "html", "both", "placeholder", "mixed"]),
)
def test_every_word_of_a_mail_is_read_or_its_part_is_named(pieces: list[str], how: str) -> None:
    quoted = "<p>w900w</p><blockquote type=cite>On 3 Mar 2025 Ada wrote:<p>w901w</p></blockquote>"
    body, shown = numbered(pieces)
    mail = EmailMessage()
    mail["Subject"] = "w910w"
    mail["From"], mail["To"], mail["Cc"] = "w911w <a@b.c>", "w912w <a@b.c>", "w913w <a@b.c>"
    lines = "w900w\n\nOn 3 Mar 2025 Ada wrote:\n> w901w\n\n-- \nw902w\n"
    shown |= {f"w{n}w" for n in (900, 901, 910, 911, 912, 913)}
    if how == "plain":
        mail.set_content(lines + "\n".join(sorted(shown)))
    elif how == "html":
        mail.set_content(body + quoted, subtype="html")
    else:
        inside = "see the other part" if how == "placeholder" else "\n".join(sorted(shown))
        mail.set_content(inside)
        mail.add_alternative(body + quoted, subtype="html")
    if how == "mixed":
        mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="w920w.pdf")
        mail.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    reading = read(mail.as_bytes(), "a.eml")[1]
    assert plain_words(reading) >= shown
    if how == "mixed":
        assert "not read: w920w.pdf, winmail.dat" in reading.warnings[0]


@bounded
@given(
    st.lists(st.lists(st.sampled_from(VISIBLE), max_size=3), min_size=1, max_size=4),
    st.permutations(["cover", "toc", "nav", "x"]),
    st.booleans(),
)
def test_every_word_of_a_book_is_read_or_warned_of(
    parts: list[list[str]], names: list[str], listed: bool
) -> None:
    pieces = [["<p>{}</p>", *part] for part in parts]
    _, shown = numbered([piece for part in pieces for piece in part])
    files: dict[str, str] = {}
    at = 0
    for name, part in zip(names, pieces, strict=False):
        source, words = numbered(part)
        for number in sorted(range(len(words)), reverse=True):
            source = source.replace(f"w{number}w", f"w{at + number}w")
        files[f"{name}.xhtml"], at = source, at + len(words)
    if listed:
        files["list.xhtml"] = "".join(f"<li><a href='{p}'>w{990}w</a></li>" for p in files)
    guide = "".join(f'<reference type="toc" href="{path}"/>' for path in files)
    reading = read(book(files, opf=package(dict.fromkeys(files, ""), guide)), "a.epub")[1]
    assert plain_words(reading) >= shown
    if listed:
        assert "w990w" in reading.text or "w990w" in " ".join(reading.warnings)
