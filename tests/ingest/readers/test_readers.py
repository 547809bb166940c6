"""Bytes to canonical text with sections."""

from __future__ import annotations

import codecs
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EmptySourceError
from pincite.corpus.types import Span
from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.base import title_from
from pincite.ingest.readers.plain.markdown import MARKDOWN
from pincite.ingest.readers.plain.text import TEXT

bounded = settings(max_examples=100)
ROWS = st.sampled_from(
    [
        *("", " ", "Gulls nest.", "# A", "## B ##", "### ", "#no", "    # code", "###### F"),
        *("===", "---", "- item", "1. item", "> said", "```", "~~~~", "```python", "`` ` ``"),
        *("== A ==", "=== B ===", "== A =", "======= G =======", "=  =", "é 😀", "\t# tab", "\x0c"),
        *("# *A* [b](c)", "# `", "\u2028", "| a | b |", "***", "\ufeff# mark"),
    ]
)
FILES = st.tuples(st.lists(ROWS, max_size=20), st.sampled_from(["\n", "\r\n", "\r"])).map(
    lambda drawn: drawn[1].join(drawn[0])
) | st.text(max_size=60).map(canonical)


def markdown(text: str) -> Reading:
    return MARKDOWN.read(text.encode(), "a.md")


def plain(text: str) -> Reading:
    return TEXT.read(text.encode(), "a.txt")


def paths(reading: Reading) -> list[tuple[str, ...]]:
    return [section.path for section in reading.sections]


def bodies(reading: Reading) -> list[str]:
    return [reading.text[s.body : s.span.end] for s in reading.sections]


@bounded
@given(FILES, st.sampled_from(["a.md", "a.txt"]))
def test_sections_tile_the_text_and_each_body_is_within_its_own(text: str, name: str) -> None:
    reading = markdown(text) if name.endswith(".md") else plain(text)
    assert reading.text == canonical(text)
    spans = [section.span for section in reading.sections]
    assert (spans[0].start, spans[-1].end) == (0, len(reading.text))
    assert all(one.end == following.start for one, following in pairwise(spans))
    for section in reading.sections:
        assert section.span.contains(Span(section.body, section.span.end))
        assert (section.body == section.span.start) == (section.path == ())
        assert all(heading.strip() == heading != "" for heading in section.path)


@bounded
@given(FILES)
def test_markdown_without_any_sign_of_a_heading_is_one_section(text: str) -> None:
    text = text.translate(dict.fromkeys(map(ord, "#=-"), None))
    assert paths(markdown(text)) == [()]


def test_wiki_headings_open_sections_under_those_above_them() -> None:
    reading = plain("Intro.\n== A ==\nOne.\n=== B ===\nTwo.\n== C ==\nThree.")
    assert paths(reading) == [(), ("A",), ("A", "B"), ("C",)]
    assert bodies(reading) == ["Intro.\n", "One.\n", "Two.\n", "Three."]


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("== A ==", "A"),
        ("==A==", "A"),
        ("=  Two words\t= ", "Two words"),
        ("====== Deep ======", "Deep"),
        ("== Was a = b? ==", "Was a = b?"),
        ("== Überblick 😀 ==", "Überblick 😀"),
    ],
)
def test_a_line_between_equal_signs_is_a_heading(line: str, heading: str) -> None:
    assert paths(plain(f"{line}\nText.")) == [(heading,)]


@pytest.mark.parametrize(
    "line", ["== A =", "= A ==", "==", "====", "== ==", " == A ==", "x == y == z", "= A = b"]
)
def test_other_lines_with_equal_signs_are_text(line: str) -> None:
    assert paths(plain(f"{line}\nText.")) == [()]


def test_markdown_headings_open_sections_under_those_above_them() -> None:
    reading = markdown("Intro.\n# A\nOne.\n## B\nTwo.\n### C ###\nThree.\n## D\nFour.\n# E")
    assert paths(reading) == [(), ("A",), ("A", "B"), ("A", "B", "C"), ("A", "D"), ("E",)]
    assert bodies(reading) == ["Intro.\n", "One.\n", "Two.\n", "Three.\n", "Four.\n", ""]


def test_underlined_lines_are_headings_of_two_levels() -> None:
    reading = markdown("A gull\n======\nOne.\n\nIts\nnest\n---\nTwo.")
    assert paths(reading) == [("A gull",), ("A gull", "Its nest")]
    assert bodies(reading)[1] == "Two."


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("# A", "A"),
        ("   # A", "A"),
        ("#\tA", "A"),
        ("# A #####", "A"),
        ("# C# and F#", "C# and F#"),
        ("# *An* `old` [gull](http://a.example/b)", "An old gull"),
    ],
)
def test_a_markdown_heading_is_its_words(line: str, heading: str) -> None:
    assert paths(markdown(f"{line}\nText.")) == [(heading,)]


@pytest.mark.parametrize(
    "text",
    [
        "#hashtag\nText.",
        "####### Seven\nText.",
        "    # code\nText.",
        "\t# code",
        "#\nText.",
        "Text.\n\n---\nMore.",
        "- item\n---\nMore.",
        "| a |\n---\nMore.",
        "== Wiki ==\nText.",
    ],
)
def test_what_only_looks_like_a_markdown_heading_is_text(text: str) -> None:
    assert paths(markdown(text)) == [()]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("```", "```"), ("~~~", "~~~"), ("```python", "````"), ("  ````", "````  ")],
)
def test_a_fenced_block_has_no_headings(opening: str, closing: str) -> None:
    code = f"{opening}\n# Not\nNor\n===\n{closing}\n"
    reading = markdown(f"# A\n{code}# B\nText.")
    assert paths(reading) == [("A",), ("B",)]
    assert bodies(reading)[0] == code


@pytest.mark.parametrize("inside", ["~~~", "```", "```` python"])
def test_a_fence_is_closed_only_by_its_own_kind_and_length(inside: str) -> None:
    assert paths(markdown(f"````\n{inside}\n# Not\n````\n# A")) == [(), ("A",)]


def test_a_fence_that_is_never_closed_runs_to_the_end() -> None:
    assert paths(markdown("# A\n```\n# Not\n\n# Nor")) == [("A",)]


def test_the_title_is_the_first_heading_of_the_first_level() -> None:
    assert markdown("## Before\n# The *title*\n# Another").title == "The title"
    assert markdown("Underlined\n===\n# Another").title == "Underlined"
    assert markdown("## Only the second level").title is None
    assert plain("= Not Markdown =").title is None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.md", "text/markdown"),
        ("A.MARKDOWN", "text/markdown"),
        ("a.txt", "text/plain"),
        ("README", "text/plain"),
        ("a.log", "text/plain"),
    ],
)
def test_the_name_calls_for_the_reader(name: str, media_type: str) -> None:
    assert read(b"# A\nText.", name)[0].media_type == media_type


@bounded
@given(
    st.text(min_size=1, max_size=60).map(canonical).filter(str.strip),
    st.sampled_from(
        [
            ("utf-8", b""),
            ("utf-8", codecs.BOM_UTF8),
            ("utf-16-le", codecs.BOM_UTF16_LE),
            ("utf-16-be", codecs.BOM_UTF16_BE),
        ]
    ),
)
def test_one_text_in_every_encoding_is_one_text(text: str, encoding: tuple[str, bytes]) -> None:
    name, mark = encoding
    assert read(mark + text.encode(name), "a.txt")[1].text == text


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_line_ends_of_windows_are_read_as_line_ends(name: str) -> None:
    reading = read(b"# A\r\nOne.\r\n\r\n== B ==\r\nTwo.\r\n", name)[1]
    assert reading.text == "# A\nOne.\n\n== B ==\nTwo.\n"
    assert len(reading.sections[-1].path) == 1


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\xc2\xa0"]
)
def test_a_file_with_nothing_to_read_is_refused(data: bytes) -> None:
    with pytest.raises(EmptySourceError, match=r"a\.txt is empty"):
        read(data, "a.txt")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("notes/ai_safety.txt", "ai safety"),
        ("/a/Old  gulls.md", "Old gulls"),
        ("README", "README"),
        ("v1.2_notes.txt", "v1.2 notes"),
        ("___.txt", "___.txt"),
    ],
)
def test_a_title_is_made_from_the_name_of_a_file(name: str, title: str) -> None:
    assert title_from(name) == title
