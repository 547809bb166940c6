"""A tree of HTML becomes the text that a person would see."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.parse import parse
from pincite.ingest.readers.html.walk import walk

bounded = settings(max_examples=80)
TAGS = st.sampled_from(
    [
        *("p", "div", "h1", "h2", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td"),
        *("th", "thead", "caption", "pre", "blockquote", "b", "a href='#x'", "sup", "br", "span"),
        *("script", "nav", "td colspan=9999 rowspan=9999", "ol start=-7 reversed", "input"),
        *("blockquote style='color:white'", "select", "option", "rt", "svg", "nav", "textarea"),
        *("li value=99999999", "body", "html", "sup><a href='#n'", "p hidden", "select", "title"),
    ]
)
PIECES = st.one_of(
    TAGS.map("<{}>".format),
    TAGS.map(lambda tag: f"</{tag.split()[0]}>"),
    st.sampled_from(["&nbsp;", "&#0;", "&#xD800;", "<!-- c -->", "<![CDATA[x]]>", "<?p x?>"]),
    st.text(max_size=8),
)


def seen(source: str) -> Reading:
    built = Builder()
    root = parse(f"<html><body>{source}</body></html>", "a.html")
    if root is not None:
        walk(root, built)
    return built.reading()


def text(source: str) -> str:
    return seen(source).text


@bounded
@given(st.lists(PIECES, max_size=30).map("".join))
@example("<sup><a href='#n'>\x08")
def test_any_markup_gives_canonical_text_tiled_by_sections(source: str) -> None:
    reading = seen(source)
    assert reading.text == canonical(reading.text)
    spans = [section.span for section in reading.sections]
    assert (spans[0].start, spans[-1].end) == (0, len(reading.text))
    assert all(one.end == following.start for one, following in pairwise(spans))


@bounded
@given(st.lists(st.text("abc ", min_size=1, max_size=9), min_size=1, max_size=8), st.data())
def test_every_visible_word_comes_out_once_and_in_order(
    words: list[str], data: st.DataObject
) -> None:
    wraps = ["<p>{}</p>", "<div><b>{}</b></div>", "<ul><li>{}</ul>", "<h2>{}</h2>", "<pre>{}</pre>"]
    source = "".join(data.draw(st.sampled_from(wraps)).format(word) for word in words)
    plain = text(source).replace("```", " ").replace("-", " ")
    assert plain.split() == " ".join(words).split()


def test_headings_open_sections_at_their_levels() -> None:
    reading = seen("Intro.<h1>A</h1>One.<h3>B <i>c</i></h3><p>Two.<h2>D</h2>Three.")
    assert [s.path for s in reading.sections] == [(), ("A",), ("A", "B c"), ("A", "D")]
    assert reading.text == "Intro.\n\nA\n\nOne.\n\nB c\n\nTwo.\n\nD\n\nThree.\n"


def test_a_heading_that_nobody_closed_does_not_swallow_the_page() -> None:
    reading = seen(f"<h1>Gulls<p>{'They nest. ' * 40}</p><p>They fly.</p>")
    assert [s.path for s in reading.sections] == [("Gulls",)]
    assert reading.text.endswith("They nest.\n\nThey fly.\n")


def test_lists_keep_their_numbers_and_their_depth() -> None:
    source = """<ol start=3><li>three<li>four<ul><li>in</ul><li value=9>nine</ol>
    <ol type=a><li>x<li>y</ol><ol reversed><li>two<li>one</ol><ol type=I start=4><li>r</ol>"""
    assert text(source).split("\n") == [
        *("3. three", "4. four", "  - in", "9. nine", "a. x", "b. y", "2. two", "1. one"),
        *("IV. r", ""),
    ]


def test_a_second_paragraph_of_an_item_is_a_paragraph() -> None:
    assert text("<ul><li><p>One.<p>More.<li>Two.</ul>") == "- One.\n\nMore.\n\n- Two.\n"


def test_a_definition_lies_under_its_term() -> None:
    assert text("<dl><dt>Gull<dd>A bird.<dd>A fool.</dl>") == "- Gull\n  - A bird.\n  - A fool.\n"


def test_lists_in_lists_without_end_are_not_set_in_without_end() -> None:
    assert len(text("<ul><li>x" * 500)) < 500 * 30


def test_a_table_keeps_its_rows_and_its_header() -> None:
    source = """<table><caption>Birds</caption><tr><th>Bird<th>Eggs<tr><td>Gull<td>2 | 3
    <tr><td>Tern<td><ul><li>1<li>2</ul></table>"""
    assert text(source).split("\n") == [
        *("Birds", "", "| Bird | Eggs |", "| --- | --- |"),
        *("| Gull | 2 \\| 3 |", "| Tern | 1 2 |", ""),
    ]


def test_heads_in_two_rows_become_one_and_a_spanning_cell_is_said_in_each_row() -> None:
    source = """<table><thead><tr><th rowspan=2>Bird<th colspan=2>Eggs<tr><th>2023<th>2024</thead>
    <tr><td rowspan=2>Gull<td>1<td>2<tr><td colspan=2>none</table>"""
    assert text(source).split("\n") == [
        *("| Bird | Eggs 2023 | Eggs 2024 |", "| --- | --- | --- |"),
        *("| Gull | 1 | 2 |", "| Gull | none |  |", ""),
    ]


def test_a_title_in_the_first_row_stands_above_the_table() -> None:
    source = """<table><tr><th colspan=2>Birds of 2024<tr><th>Bird<th>Eggs
    <tr><td>Gull<td>3</table>"""
    assert text(source) == "Birds of 2024\n\n| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n"


@pytest.mark.parametrize(
    "head",
    [
        "<td><th>Eggs<th>Nests",
        "<td><b>Bird</b><td><strong>Eggs</strong><td><b>Nests</b>",
        "<th scope=col>Bird<th scope=col>Eggs<th>Nests",
    ],
)
def test_the_first_row_names_the_columns_however_it_is_written(head: str) -> None:
    source = f"<table><tr>{head}<tr><th scope=row>Gull<td>3<td>2</table>"
    assert text(source).split("\n")[1:3] == ["| --- | --- | --- |", "| Gull | 3 | 2 |"]


def test_a_table_of_nothing_but_heads_has_one_header() -> None:
    source = "<table><tr><th>A<th>B<tr><th>E<th>F</table>"
    assert text(source) == "| A | B |\n| --- | --- |\n| E | F |\n"


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr><td>One.<tr><td>Two.</table>",
        "<table><tr><td><table><tr><td>One.</table><td>Two.</table>",
        "<table role=presentation><tr><td>One.<td>Two.</table>",
        f"<table><tr><td>One.<td>Two.<p>{'x' * 2000}</table>",
    ],
)
def test_a_table_that_only_arranges_the_page_is_no_table(source: str) -> None:
    assert text(source).startswith("One.\n\nTwo.")


def test_a_heading_in_a_table_still_opens_a_section() -> None:
    reading = seen("<table><tr><td><h2>A</h2>One.<td>Two.</table>")
    assert [s.path for s in reading.sections] == [("A",)]


def test_cells_that_claim_a_million_columns_stay_small() -> None:
    wide = "<tr><td rowspan=999999 colspan=999999>gull" + "<td>x" * 5
    tall = "<tr>" + "<td rowspan=999999>gull" * 150 + "<tr><td>x" * 2000
    assert len(text(f"<table>{wide * 300}</table>")) < 1_000_000
    assert len(text(f"<table>{tall}</table>")) < 1_000_000


def test_code_keeps_its_lines() -> None:
    assert text("<pre>def f():\n    return <b>1</b><br># é</pre>") == (
        "```\ndef f():\n    return 1\n# é\n```\n"
    )


@pytest.mark.parametrize(
    "unseen",
    [
        *("<script>x</script>", "<style>x</style>", "<template>x</template>", "<!-- x -->"),
        *("<svg><title>x</title></svg>", "<img alt=x>", "<a class=headerlink>x</a>"),
        *(
            "<noscript>x</noscript>",
            "<input type=hidden value=x>",
            "<i class=icon aria-hidden=true>x</i>",
        ),
        "<input type=password value=x>",
    ],
)
def test_what_nobody_sees_is_left_out_and_what_follows_is_not(unseen: str) -> None:
    assert text(f"One{unseen} two.").split() == ["One", "two."]
    assert text(f"<table><tr><td>One{unseen}<td>two.</table>") == "| One | two. |\n"


def test_a_page_hidden_until_it_is_loaded_is_seen() -> None:
    root = parse("<html hidden><body style='visibility: hidden'>Gulls.</body></html>", "a.html")
    built = Builder()
    walk(root, built)
    assert built.reading().text == "Gulls.\n"


def test_superscripts_do_not_run_into_the_word_before() -> None:
    source = "In 2019<sup><a href='#n1'>1</a></sup> 10<sup>-6</sup> m<sup>2</sup>, 4<sup>th</sup>"
    assert text(source) == "In 2019[1] 10⁻⁶ m², 4th\n"


def test_a_tick_is_told_from_an_empty_box() -> None:
    assert (
        text("<p><input type=checkbox checked>Yes<p><input type=checkbox>No") == "☒ Yes\n\n☐ No\n"
    )


def test_a_line_break_breaks_the_line_and_two_end_a_paragraph() -> None:
    assert text("One<br>\n two\nand.<br> <br>Three.") == "One\ntwo and.\n\nThree.\n"


def test_a_line_break_in_a_heading_an_item_or_a_cell_is_a_blank() -> None:
    source = "<h2>A<br>b</h2><ul><li>c<br>d</ul><table><tr><td>e<br>f<td>g</table>"
    assert text(source) == "A b\n\n- c d\n\n| e f | g |\n"


def test_a_menu_is_left_out_and_a_list_of_links_is_not() -> None:
    menu = "<nav><a href=a>Home</a><a href=b>News</a></nav>"
    assert text(f"{menu}<p>They nest on cliffs.") == "They nest on cliffs.\n"
    assert text("<h1>Birds</h1><nav><ul><li><a href=a>Herring gull</a></ul></nav>") == (
        "Birds\n\n- Herring gull\n"
    )
    assert "Call 5" in text("<nav>Call 5 to ask for a guide. <a href=a>Map</a></nav><p>They nest.")


def test_form_fields_say_what_they_hold() -> None:
    source = """<p><label>Bird <input value=Gull></label><p>Eggs <select><option>1
    <option selected>3</select><p><textarea>On the\nroof</textarea><p><button>Send</button>"""
    assert text(source) == "Bird Gull\n\nEggs 3\n\nOn the roof\n\nSend\n"


def test_a_reading_above_a_word_stands_in_brackets_after_it() -> None:
    assert text("<ruby>鴎<rp>(</rp><rt>かもめ</rt><rp>)</rp></ruby>") == "鴎(かもめ)\n"


def test_writing_in_a_drawing_is_read() -> None:
    drawing = "<svg><text>Nests</text><g><text>2024</text></g></svg>"
    assert text(f"See<p>{drawing}").split() == ["See", "Nests", "2024"]


def test_soft_hyphens_are_not_part_of_a_word() -> None:
    assert text("<p>coast&shy;line") == "coastline\n"


def test_nesting_beyond_reason_is_refused_and_never_exhausts_the_stack() -> None:
    assert text("<div>" * 1500 + "deep") == "deep\n"
    with pytest.raises(UnsupportedSourceError, match="nested over 2,000 levels deep"):
        seen("<div>" * 100_000)


def test_a_page_of_millions_of_tags_is_refused_with_their_number() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"5,000,00. tags and attributes"):
        seen("<p>" * 5_000_000)
