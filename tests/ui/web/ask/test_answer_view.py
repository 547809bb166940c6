"""What the chat draws: no Gradio, no model."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pincite.corpus.types import Document, Page, Section, Span
from pincite.ingest.processes.page_images import PagePictures
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.confidence.confidence import Level
from pincite.retrieval.reading.agreement import Agreement
from pincite.retrieval.reading.quote import Context, Place, Quote, Role
from pincite.retrieval.trace import Trace
from pincite.ui.markdown import footnoted, message
from pincite.ui.text.levels import agreement
from pincite.ui.web import chrome
from pincite.ui.web.ask import answer_view, evidence, quote_view
from pincite.ui.web.ask.passage import passage
from pincite.ui.web.html import escaped

PAYLOADS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<iframe src="http://evil.example/"></iframe>',
    "</mark></div><style>*{display:none}</style>",
    "' onmouseover='alert(1)",
    "&lt;script&gt; &amp; &#60;b&#62;",
    "![x](http://evil.example/x.png) [a](javascript:alert(1))",
    "${alert(1)} {{alert(1)}}",
]
OVERRIDE, ISOLATE, ZERO_WIDTH, JOINER = "\u202e", "\u2067", "\u200b", "\u200d"
PROSE = "One stands first. The answer stands here. It was so. " + "More is said of it. " * 200


def document(
    text: str = PROSE, title: str = "T", heading: str = "H", pages: bool = False
) -> Document:
    whole = Span(0, len(text))
    sections = (Section(whole, (heading,)),)
    return Document("a/b.txt", title, text, sections, (Page(whole, 7),) if pages else ())


def quote_of(source: Document, start: int, end: int, *highlights: tuple[int, int]) -> Quote:
    return Quote(
        document=source.id,
        title=source.title,
        section=source.section_at(start).path,
        page=source.page_at(start),
        start=start,
        end=end,
        text=source.text[start:end],
        highlights=highlights or ((start, end),),
        score=0.6,
    )


def answer(
    source: Document,
    *quotes: Quote,
    question: str = "Q?",
    confidence: float = 0.65,
    kind: str = "score",
    status: Level | None = None,
    asked: int | None = None,
    left_out: int = 0,
) -> Answer:
    near = FoundPassage(
        source.id, source.title, source.sections[0].path, None, 0, 20, source.text[:20], 0.2
    )
    scores = {"passages": [], "sentences": [], "features": {"margin": 0.25}}
    trace = Trace(
        1, "hashing", kind, 0.3, scores, {"embed": 2.0, "read": 3.4}, asked=asked, left_out=left_out
    )
    status = status or ("ANSWERED" if quotes else "NOT_FOUND")
    return Answer(question, status, confidence, quotes, (near,), trace)


@pytest.mark.parametrize(
    ("documents", "agreeing", "together", "says"),
    [
        (1, 1, False, "The quote is from one document."),
        (2, None, False, "The quotes are from 2 documents."),
        (2, 1, False, "The quotes are from 2 documents."),
        (2, 3, False, "3 documents give the first quote's answer in words of their own."),
        (2, 2, True, "in words of their own; all came in the same upload or run of ingest."),
    ],
)
def test_an_answer_says_what_stands_behind_it_and_claims_no_more(
    documents: int, agreeing: int | None, together: bool, says: str
) -> None:
    source = document()
    given = replace(
        answer(source, quote_of(source, 4, 20), asked=9),
        agreement=Agreement(documents, agreeing, together),
    )
    assert agreement(given).endswith(says)
    assert escaped(agreement(given)) in answer_view.reply(given, 1)
    alone = replace(given, trace=replace(given.trace, asked=1))
    assert agreement(alone) == "", "there is one document to ask"


def with_context(quote: Quote, source: Document, *pieces: tuple[str, Role]) -> Quote:
    """The quote with pieces of its source before it as context."""
    found = [(source.text.index(text), text, role) for text, role in pieces]
    context = tuple(Context(at, at + len(text), text, role) for at, text, role in found)
    return replace(quote, context=context)


def drawn(given: Answer, source: Document) -> str:
    """All that the page shows for one answer."""
    shown = evidence.evidence(given, lambda id: source, 1)
    return answer_view.question(given.question) + answer_view.reply(given, 1) + shown


class _Tags(HTMLParser):
    """The elements, the attributes and the text that a browser would make of some HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(str(markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_text_title_heading_and_question_stays_literal(payload: str) -> None:
    source = document(f"Before {payload} after.", title=payload, heading=f"H {payload}")
    answered = answer(source, quote_of(source, 7, 7 + len(payload)), question=payload)
    missing = answer(source, question=payload)
    for given in (answered, missing):
        tags = _Tags(drawn(given, source))
        assert not tags.names & {"script", "img", "iframe", "style"}
        assert not {name for name in tags.attributes if name.startswith("on")}
        # Headings, title and question, each in every place that shows it.
        assert tags.text.count(payload) >= 5
        assert not re.search(r"(?<!\\)[<`]|(?<!\\)!\[", footnoted(given, 1))
    assert _Tags(chrome.welcome([])).names.isdisjoint({"script"})


def test_hidden_characters_are_shown_and_reorder_nothing() -> None:
    hidden = OVERRIDE + ISOLATE + ZERO_WIDTH * 40 + "\ufeff\U000e0041\x1b"
    source = document(f"Money goes {hidden} to nobody.", title=f"T{hidden}", heading=f"H{hidden}")
    shown = drawn(answer(source, quote_of(source, 0, 20), question=f"Q{hidden}"), source)
    assert not set(hidden) & set(shown)
    assert f"<bdi>T{escaped(hidden)}</bdi>" in shown
    assert "U+202E +44" in _Tags(shown).text
    assert escaped("\ud800").encode("utf-8")  # a program may ask with half a character


def test_joiners_stay_where_a_script_needs_them_and_are_shown_elsewhere() -> None:
    persian, family = "می\u200cخواهم", "\U0001f468\u200d\U0001f469"
    assert escaped(persian) == persian
    assert escaped(family) == family
    assert JOINER not in escaped(f"pass{JOINER}word")
    assert escaped("م" + "\u200c" * 9).count("\u200c") == 1


def test_a_quote_is_marked_in_its_source_and_its_answering_sentence_more_strongly() -> None:
    source = document()
    start = source.text.index("The answer")
    end = source.text.index(" More")
    shown = evidence.in_source(
        quote_of(source, start, end, (start, start + len("The answer stands here."))), source
    )
    assert shown.startswith(
        "One stands first. <mark><b>The answer stands here.</b> It was so.</mark>"
    )
    plain = html.unescape(re.sub("<[^>]+>", "", shown))
    assert plain.replace(" … ", "") in source.text
    assert len(plain) < 700


def test_overlapping_highlights_lose_and_repeat_no_word() -> None:
    source = document()
    shown = quote_view.quoted(quote_of(source, 0, 30, (0, 17), (10, 30)))
    assert re.sub("<[^>]+>", "", shown) == source.text[:30]
    assert re.findall("<b>(.*?)</b>", shown) == [source.text[:17], source.text[17:30]]


def test_a_short_section_is_shown_whole_and_without_its_heading() -> None:
    text = "First part.\n== H ==\nIt is short. It ends.\nOther section."
    body = text.index("It is short")
    other = text.index("Other")
    sections = (
        Section(Span(0, 12)),
        Section(Span(12, other), ("H",), body),
        Section(Span(other, len(text)), ("I",), other),
    )
    source = Document("a.txt", "A", text, sections)
    assert evidence.in_source(quote_of(source, body, body + 12), source) == (
        "<mark><b>It is short.</b></mark> It ends."
    )


def test_citations_are_numbered_and_lead_to_their_cards() -> None:
    source = document(pages=True)
    given = answer(source, quote_of(source, 18, 41), quote_of(source, 0, 17))
    reply, shown = answer_view.reply(given, 4), evidence.evidence(given, lambda id: source, 4)
    assert re.findall(r'href="#(.*?)"', reply) == re.findall(r' id="(.*?)"', shown)
    assert "[1]" in reply
    assert "[2]" in reply


def test_a_place_is_said_as_people_say_it_and_has_its_offsets_on_demand() -> None:
    source = document(pages=True)
    given = answer(source, quote_of(source, 18, 41))
    for shown in (answer_view.reply(given, 1), evidence.evidence(given, lambda id: source, 1)):
        assert "T › H, page 7" in _Tags(shown).text
        assert "characters" not in _Tags(shown).text
        assert '<span title="characters 18–41"><bdi>T</bdi>' in shown


def test_not_found_is_said_plainly_with_the_passages_that_come_closest() -> None:
    source = document()
    given = answer(source, confidence=0.11)
    reply, shown = answer_view.reply(given, 1), evidence.evidence(given, lambda id: source, 1)
    words = _Tags(reply).text
    assert "Not in these documents" in words
    assert (
        "These passages come closest, and do not answer the question:"
        "[a]One stands first. ThT › HCopy link to this passage"
    ) in words
    assert "<blockquote" not in reply
    assert "Nearest passage" in shown
    assert source.text[:20] in shown
    assert "<mark>" not in reply + shown
    assert "[1]" not in reply


def test_an_unsure_answer_shows_its_quotes_and_vouches_for_none() -> None:
    source = document()
    given = answer(source, quote_of(source, 18, 41), confidence=0.21, status="UNSURE")
    reply, shown = answer_view.reply(given, 1), evidence.evidence(given, lambda id: source, 1)
    assert '<div class="reply unsure"><p class=headline>Not sure; these come closest:</p>' in reply
    assert "[1]The answer stands here.T › H" in _Tags(reply).text
    assert "<b>Unsure</b>" in reply
    assert "<mark><b>The answer stands here.</b></mark>" in shown
    assert "Not in these documents" not in reply
    assert footnoted(given, 1).startswith(
        "**Q?**\n\nNot sure; these come closest:\n\n> The answer stands here. [^1-1]\n\n"
    )


def test_a_list_of_some_documents_says_how_many_there_are() -> None:
    source = document()
    given = answer(source, quote_of(source, 18, 41))
    some = replace(given, trace=replace(given.trace, listed=70))
    assert "These are 1 of 70 documents." in answer_view.reply(some, 1)
    assert "documents." not in answer_view.reply(
        replace(given, trace=replace(given.trace, listed=1)), 1
    )


@pytest.mark.parametrize("status", ["UNSURE", "NOT_FOUND"])
def test_that_documents_were_left_out_is_said_where_there_is_no_sure_answer(status: Level) -> None:
    source = document()
    quotes = [quote_of(source, 18, 41)] if status == "UNSURE" else []
    given = answer(source, *quotes, status=status, asked=2, left_out=1234)
    said = "Asked 2 of 1,236 documents; the others were left out."
    assert said in answer_view.reply(given, 1)
    assert said in footnoted(given, 1)
    for sure in (
        answer(source, quote_of(source, 18, 41), asked=2, left_out=1234),
        answer(source, *quotes, status=status, asked=2, left_out=0),
        answer(source, *quotes, status=status),
    ):
        assert "left out" not in answer_view.reply(sure, 1) + footnoted(sure, 1)


def test_the_context_of_a_quote_stands_softly_above_it() -> None:
    source = document("Bring these.\n\n- a <coat>\n- boots")
    start = source.text.index("-")
    quote = quote_of(source, start, len(source.text), (start + 11, len(source.text)))
    quote = with_context(quote, source, ("Bring these.", "lead-in"))
    assert quote_view.quoted(quote) == (
        '<p class="context" dir="auto">Bring these.</p>'
        '<blockquote dir="auto">- a &lt;coat&gt;\n<b>- boots</b></blockquote>'
    )
    copied = footnoted(answer(source, quote), 1)
    assert "> Bring these.\n> \\- a \\<coat\\>\n> \\- boots [^1-1]" in copied


def test_what_answers_stands_out_where_it_is_less_than_a_third_of_the_quote() -> None:
    source = document()
    short = quote_view.quoted(quote_of(source, 0, 60, (0, 17)))
    assert short.startswith('<blockquote class="softened" dir="auto"><b>One stands first.</b>')
    for plain in (
        quote_of(source, 0, 60, (0, 20)),
        quote_of(source, 0, 60),  # all of it answers
        replace(quote_of(source, 0, 60), highlights=()),
    ):
        assert "softened" not in quote_view.quoted(plain)


LONG_BEFORE = "The weather was <fine> and the boats lay in the harbour. " * 6
LONG_AFTER = "Nobody asked for the minutes of the year before. " * 6


def test_of_a_long_quote_the_lines_that_answer_are_seen_and_the_rest_is_folded() -> None:
    source = document(f"{LONG_BEFORE}\nThe fee is 40 euros.\n{LONG_AFTER}")
    start = source.text.index("40 euros")
    quote = quote_of(source, 0, len(source.text.rstrip()), (start, start + 8))
    shown = quote_view.quoted(quote)
    before, answering, after = re.split(r"(?s)<details.*?</details>", shown)
    assert (before, after) == ('<blockquote class="softened" dir="auto">', "</blockquote>")
    assert answering.strip() == "The fee is <b>40 euros</b>."
    folds = re.findall(r"<summary>(.*?)</summary>(.*?)</details>", shown, re.DOTALL)
    assert [name.split(" ")[-2] for name, _ in folds] == ["before", "after"]
    assert "&lt;fine&gt;" in folds[0][1]
    assert _Tags(shown).text.count("Nobody asked") == 6


def test_what_stands_beside_the_answer_is_not_folded_where_it_is_short() -> None:
    source = document(f"Fees.\nThe fee is 40 euros.\n{LONG_AFTER}")
    start = source.text.index("40 euros")
    shown = quote_view.quoted(quote_of(source, 0, len(source.text.rstrip()), (start, start + 8)))
    assert shown.count("<details") == 1
    assert re.search(r"Fees\.\s+The fee is <b>40 euros</b>\.", shown)


def test_a_quote_without_words_that_answer_and_a_table_are_never_folded() -> None:
    rows = "| Hazel | 6 |\n" * 40
    for text, highlight in ((f"{LONG_BEFORE}\n{LONG_AFTER}", ()), (rows, ((0, 13),))):
        source = document(text)
        end = len(source.text.rstrip())
        quote = replace(quote_of(source, 0, end), highlights=highlight)
        assert "<details" not in quote_view.quoted(quote)


def test_rows_are_shown_as_a_table_under_the_names_of_their_columns() -> None:
    source = document("| Class | Late |\n| --- | --- |\n| Hazel | 6 |\n| <Oak> | 3 |")
    start = source.text.index("| Hazel")
    quote = quote_of(source, start, len(source.text), (start + 14, len(source.text)))
    quote = with_context(quote, source, (source.text[: start - 1], "columns"))
    shown = quote_view.quoted(quote)
    assert "context" not in shown
    assert re.findall("<th.*?>(.*?)</th>", shown) == ["Class", "Late"]
    assert re.findall("<td.*?>(.*?)</td>", shown) == [
        "Hazel",
        "6",
        "<b>&lt;Oak&gt;</b>",
        "<b>3</b>",
    ]
    assert re.findall('data-name="(.*?)"', shown) == ["Class", "Late"] * 2
    in_source = evidence.in_source(quote, source)
    assert re.findall("<th.*?>(.*?)</th>", in_source) == ["Class", "Late"]
    assert "<mark>6</mark>" in in_source
    assert "<mark><b>3</b></mark>" in in_source


@pytest.mark.parametrize(
    "text",
    [
        "One.\n| a | b |\n| --- | --- |\n| c | |\n\nTwo | three.",
        "| --- |",
        "|",
        "||",
        "| a \\| b |",
        "|a|",
    ],
)
def test_no_word_of_a_passage_is_lost_between_its_rows(text: str) -> None:
    shown = html.unescape(re.sub("<[^>]+>", " ", passage(text, 0)))
    words = re.sub(r"(?<!\\)\||\s*---\s*", " ", text).split()
    assert re.sub(r"(?<!\\)\|", " ", shown).split() == words


def test_a_column_can_end_no_attribute_and_turn_no_direction() -> None:
    name = f'" onmouseover="alert(1) {OVERRIDE}'
    shown = passage("| x |", 0, columns=f"| {name} |")
    assert _Tags(shown).attributes == {"class", "tabindex", "dir", "data-name", "title"}
    assert OVERRIDE not in shown


def test_where_else_the_words_stand_is_said_and_many_are_counted() -> None:
    source = document()
    quote = quote_of(source, 18, 41)
    copies = tuple(Place("0" * 64, f"Copy {n}", ("H",), n, 5, 28) for n in range(1, 6))
    one, many = replace(quote, places=copies[:1]), replace(quote, places=copies)
    assert "also in Copy 1 › H, page 1" in _Tags(evidence.places(one, one.places)).text
    words = _Tags(evidence.places(many, many.places)).text
    assert "Copy 3" in words
    assert "Copy 4" not in words
    assert words.endswith("and in 2 more")
    assert "; also in Copy 1 › H, page 1\n" in footnoted(answer(source, one), 1) + "\n"


@pytest.mark.parametrize(
    ("kind", "confidence", "words"),
    [
        ("score", 0.9, "A strong match"),
        ("score", 0.65, "A fair match"),
        ("score", 0.31, "A weak match"),
        ("probability", 0.91, "Very likely the answer"),
        ("probability", 0.65, "Likely the answer"),
        ("probability", 0.5, "Possibly the answer"),
    ],
)
def test_confidence_is_said_in_words_and_its_number_only_in_the_hint(
    kind: str, confidence: float, words: str
) -> None:
    source = document()
    given = answer(source, quote_of(source, 0, 17), confidence=confidence, kind=kind)
    reply = answer_view.reply(given, 1)
    assert f"<b>{words}</b>" in reply
    outside = re.sub(r'<span class="hint".*?</span>|<details.*</details>', "", reply)
    assert f"{confidence:.2f}" not in _Tags(outside).text
    assert f"{confidence:.2f}" in _Tags(reply).text


def test_what_the_number_means_is_said_beside_it() -> None:
    source = document()
    quote = quote_of(source, 0, 17)
    sure = answer_view.confidence(answer(source, quote, confidence=0.8, kind="probability"))
    assert "Probability 0.80: of 100 answers with this number, about 80 should hold" in sure
    assert 'style="width:80.0%"' in sure
    assert 'style="left:30.0%"' in sure  # the threshold
    assert "not a probability" in answer_view.confidence(answer(source, quote))


def test_how_an_answer_was_found_stands_under_it() -> None:
    source = document()
    shown = _Tags(answer_view.reply(answer(source, quote_of(source, 0, 17)), 1)).text
    assert "How this was foundI searched all documents" in shown
    assert "All figures · 5 ms" in shown
    assert "reading the best passages3.4" in shown
    assert "margin0.250" in shown
    assert "Generation 1 of the library · embedder hashing" in shown


def test_the_pages_of_a_quote_are_asked_for_where_they_can_be_drawn() -> None:
    source = document(pages=True)
    given = answer(source, quote_of(source, 18, 41))
    place = f'data-document="{source.id}" data-start="18" data-end="41"'
    assert place in evidence.evidence(
        given, lambda id: source, 1, lambda document: PagePictures(True)
    )
    assert place not in evidence.evidence(given, lambda id: source, 1)


def test_a_card_whose_page_is_missing_says_why() -> None:
    source = document(pages=True)
    given = answer(source, quote_of(source, 18, 41))
    missing = PagePictures(False, "its file was <b>moved</b>; put it back")
    shown = evidence.evidence(given, lambda id: source, 1, lambda document: missing)
    assert "The page is not shown: its file was &lt;b&gt;moved&lt;/b&gt;; put it back.</p>" in shown
    assert 'class="sheets"' not in shown
    assert "The page is not shown" not in evidence.evidence(given, lambda id: source, 1)


def test_a_copied_answer_has_its_places_as_footnotes() -> None:
    source = document(title="A *b*", pages=True)
    given = answer(source, quote_of(source, 18, 41), quote_of(source, 0, 17), question="Why?")
    assert footnoted(given, 3) == (
        "**Why?**\n\n"
        "> The answer stands here. [^3-1]\n\n"
        "> One stands first. [^3-2]\n\n"
        "[^3-1]: A \\*b\\* › H, page 7\n"
        "[^3-2]: A \\*b\\* › H, page 7"
    )
    assert "Not in these documents" in footnoted(answer(source), 1)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("found", [True, False])
def test_what_was_looked_for_stands_first_and_is_text(payload: str, found: bool) -> None:
    source = document()
    given = answer(source, *([quote_of(source, 0, 17)] if found else []))
    given = replace(given, trace=replace(given.trace, carried=(payload, "owls")))
    reply = answer_view.reply(given, 1)
    tags = _Tags(reply)
    assert tags.text.startswith(f"Searched for: {payload} · owls Ask as typed")
    assert not tags.names & {"script", "img", "iframe", "style"}
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert "data-typed" in tags.attributes
    for copied in (footnoted(given, 1), message(given)):
        assert not re.search(r"(?<!\\)[<`]|(?<!\\)!\[", copied)
        assert "Searched for: " in copied


def test_where_nothing_was_leaned_on_there_is_nothing_to_take_back() -> None:
    source = document()
    for given in (answer(source, quote_of(source, 0, 17)), answer(source)):
        for shown in (answer_view.reply(given, 1), footnoted(given, 1), message(given)):
            assert "Searched for" not in shown
            assert "data-typed" not in shown


def test_rows_are_copied_as_a_table_in_which_nothing_acts() -> None:
    source = document("| Class | Late |\n| --- | --- |\n| *Hazel* | 6 |\n| <Oak> | 3 |")
    start = source.text.index("| *Hazel")
    quote = quote_of(source, start, len(source.text), (start, start + 5))
    above = with_context(quote, source, ("| Class | Late |", "columns"))
    assert footnoted(answer(source, above), 1).split("\n")[2:8] == [
        "> | Class | Late |",
        "> | --- | --- |",
        "> | \\*Hazel\\* | 6 |",
        "> | \\<Oak\\> | 3 |",
        ">",
        "> [^1-1]",
    ]
    assert "> |  |  |\n> | --- | --- |\n> | \\*Hazel" in footnoted(answer(source, quote), 1)


def test_what_comes_closest_is_copied_as_a_list_and_not_as_numbered_quotes() -> None:
    copied = footnoted(answer(document("| <b> | *a* |\nIt ends here, [^1-1] and so.")), 1)
    assert copied.startswith("**Q?**\n\nNot in these documents.\n\nThey are about other things.")
    assert "question:\n\n- T › H\n\n  > |  |  |\n  > | --- | --- |\n  > | \\<b\\> |" in copied
    assert not re.search(r"(?<!\\)\[", copied)


def test_a_long_passage_that_comes_closest_is_shortened_and_a_table_is_a_table() -> None:
    rows = "| Class | Late |\n| --- | --- |\n" + "| Hazel <b> | 6 |\n" * 40
    source = document(rows)
    near = FoundPassage(source.id, "T", ("H",), None, 0, len(rows), rows, 0.2)
    copy = replace(near, title="Copy")
    reply = answer_view.reply(replace(answer(source), nearest=(near, copy)), 1)
    assert "<th" in reply
    assert 5 < reply.count("&lt;b&gt;") < 20
    assert reply.count('class="excerpt"') == 1
    assert "rows few" not in answer_view.reply(
        replace(answer(source), nearest=(replace(near, text="| a |\n| - |\n| b |"),)), 1
    )
    assert "also in Copy › H" in _Tags(reply).text
