from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.query import wanted_terms
from pincite.retrieval.search.analysis import (
    STOP_WORDS,
    analyzer,
    content_terms,
    prepared,
    terms,
)
from pincite.retrieval.search.arrays import Array, packed, unpacked
from pincite.retrieval.search.expressions import rewrite
from pincite.retrieval.search.lexical import Alternative, LexicalIndex, Wanted
from pincite.retrieval.search.postings import Postings, PostingsBuilder
from pincite.retrieval.search.rows import Rows

K1, B = 1.2, 0.75
# Words that are their own stems, so that the reference needs no stemmer.
WORDS = ["gull", "whale", "lamp", "rudder", "mast", "fog", "bell", "salt", "tar", "rope"]
BODIES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=35), max_size=15)
QUESTIONS = st.lists(st.sampled_from([*WORDS, "kraken"]), min_size=1, max_size=5, unique=True)
bounded = settings(max_examples=40)


def index_of(*bodies: str) -> LexicalIndex:
    """An index over passages 1, 2, … without titles and headings."""
    return LexicalIndex.build((i, "", "", body) for i, body in enumerate(bodies, start=1))


def search(
    index: LexicalIndex, question: str, k: int, allowed: list[int] | None = None
) -> dict[int, float]:
    """What the index has for a question's terms."""
    return index.search(wanted_terms(question, index), k, allowed)


def bm25(bodies: list[list[str]], question: list[str]) -> dict[int, float]:
    """Robertson and Zaragoza's BM25 with Lucene's floor, for passages 1, 2, …"""
    mean = sum(map(len, bodies)) / max(1, len(bodies))
    scores: dict[int, float] = {}
    for id, body in enumerate(bodies, start=1):
        counts = Counter(body)
        for term in question:
            holders = sum(term in other for other in bodies)
            idf = math.log(1 + (len(bodies) - holders + 0.5) / (holders + 0.5))
            tf = counts[term]
            share = tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(body) / mean))
            if tf:
                scores[id] = scores.get(id, 0.0) + idf * share
    return scores


@bounded
@given(BODIES, QUESTIONS)
def test_scores_are_those_of_bm25(bodies: list[list[str]], question: list[str]) -> None:
    found = search(index_of(*map(" ".join, bodies)), " ".join(question), 50)
    assert found == pytest.approx(bm25(bodies, question), rel=1e-3)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@bounded
@given(BODIES, QUESTIONS, st.integers(1, 6), st.data())
def test_a_filter_changes_who_is_found_and_no_score(
    bodies: list[list[str]], question: list[str], k: int, data: st.DataObject
) -> None:
    allowed = data.draw(st.lists(st.integers(1, 20), unique=True))
    found = search(index_of(*map(" ".join, bodies)), " ".join(question), k, allowed)
    expected = {id: s for id, s in bm25(bodies, question).items() if id in allowed}
    assert len(found) == min(k, len(expected))
    assert found == pytest.approx({id: expected[id] for id in found}, rel=1e-3)
    best = sorted(expected.values(), reverse=True)[:k]
    assert list(found.values()) == pytest.approx(best, rel=1e-3)


@bounded
@given(BODIES.filter(bool), st.sampled_from([*WORDS, "kraken"]))
def test_rarity_is_the_inverse_document_frequency(bodies: list[list[str]], word: str) -> None:
    holders = sum(word in body for body in bodies)
    expected = math.log(1 + (len(bodies) - holders + 0.5) / (holders + 0.5))
    assert index_of(*map(" ".join, bodies)).rarity(word) == pytest.approx(expected)


def test_the_filter_is_inside_the_search_so_k_come_back_from_far_down() -> None:
    index = index_of(*["gull gull"] * 50, *["gull and a great many other words"] * 5)
    assert set(search(index, "gull", 5)).isdisjoint({51, 52, 53, 54, 55})
    assert set(search(index, "gull", 5, allowed=[51, 52, 53, 54, 55])) == {51, 52, 53, 54, 55}


@pytest.mark.parametrize(
    ("question", "body"),
    [
        ("engineering", "The engineers met."),
        ("engineers", "Engineering is hard."),
        ("ships", "A SHIP sank."),
        ("cafe", "The Café was shut."),
        ("Müller", "A letter from Muller."),
        ("captain's", "The captains slept."),
        ("книги", "Он пришёл с книгами."),
        ("كتاب", "قرأت الكتاب أمس."),
    ],
)
def test_inflection_case_and_accents_do_not_matter(question: str, body: str) -> None:
    assert list(search(index_of("Nothing of the kind.", body), question, 5)) == [2]


@pytest.mark.parametrize(
    ("question", "body"),
    [
        (
            "谁设计了照明系统？",
            "特斯拉电力照明与制造公司安装了由他自己设计的弧光灯照明系统并获得了多项专利。",
        ),
        ("灯台はどこにありますか", "古い灯台が岬の先に立っている。"),
        ("照明", "Tesla安装的照明系统"),
    ],
)
def test_words_are_found_where_none_is_set_off_by_blanks(question: str, body: str) -> None:
    others = "这里没有别的东西。", "何もない。", "Nothing of the kind."
    assert next(iter(search(index_of(*others, body), question, 5))) == 4


@bounded
@given(st.text(st.characters(max_codepoint=0x24F), max_size=200))
def test_latin_text_is_stemmed_as_english_and_nothing_else(text: str) -> None:
    english = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
    assert terms(text) == english.analyze(rewrite(text))


@pytest.mark.parametrize("word", STOP_WORDS.split())
def test_a_stop_word_of_a_question_matches_nothing(word: str) -> None:
    index = index_of(f"{word} {word} {word}", "the whale")
    assert list(search(index, f"{word} whale", 5)) == [2]


def test_a_question_of_stop_words_alone_is_searched_by_them() -> None:
    assert list(search(index_of("gulls and whales", "who is it"), "Who is it?", 5)) == [2]


def test_asking_a_word_twice_is_asking_it_once() -> None:
    index = index_of("a gull", "a whale, a whale")
    assert search(index, "gull gull gulls whale", 5) == search(index, "gull whale", 5)


SYNTAX = ["AND", "OR", "NOT", '"', "(", ")", ":", "*", "~", "^", "`", "\\", "+", "-", "[", "{", "!"]


@bounded
@given(
    st.lists(st.sampled_from(["gull", "whale"]), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(SYNTAX), min_size=9, max_size=9),
)
def test_query_syntax_is_plain_text(words: list[str], signs: list[str]) -> None:
    index = index_of("gull whale", "whale lamp", "lamp gull gull", "body: and not or")
    question = " ".join(f"{signs[i]} {word} {signs[-1 - i]}" for i, word in enumerate(words))
    glued = "".join(sign for sign in signs if not sign.isalpha()).join(["", *words, ""])
    plain = search(index, " ".join(words), 9)
    assert search(index, question, 9) == plain
    assert search(index, glued, 9).keys() <= {1, 2, 3}


@bounded
@given(st.text(max_size=60))
def test_no_question_whatever_raises_and_scores_are_positive(question: str) -> None:
    found = search(index_of("gull whale", "lamp 1 é", question), question, 3)
    assert all(score > 0 for score in found.values())
    if terms(question):
        assert 3 in found


@pytest.mark.parametrize("question", ["", "  ", "?!", "😀", "x" * 5000])
def test_a_question_without_a_term_finds_nothing(question: str) -> None:
    assert search(index_of("a gull", "x" * 5000), question, 5) == {}


def test_a_very_long_term_does_not_hide_the_rest_of_its_passage() -> None:
    long = "ab" * 40_000
    index = index_of(f"{long} gull", "whale")
    assert list(search(index, "gull", 5)) == [1]
    assert list(search(index, f"{long} gull", 5)) == [1]


def test_headings_and_title_are_searched_and_weigh_less_than_the_body() -> None:
    index = LexicalIndex.build(
        [(1, "gull", "", "fog"), (2, "", "gull", "fog"), (3, "", "", "gull"), (4, "", "", "fog")]
    )
    found = search(index, "gull", 9)
    assert set(found) == {1, 2, 3}
    assert list(found)[0] == 3  # noqa: RUF015


def test_equally_good_passages_come_in_the_order_of_their_ids() -> None:
    assert list(search(index_of("gull", "gull", "gull"), "gull", 9)) == [1, 2, 3]


def test_identical_text_stays_two_results() -> None:
    assert len(search(index_of("one gull", "one gull", "fog"), "gull", 9)) == 2


@pytest.mark.parametrize("k", [0, -1])
def test_asking_for_none_finds_none(k: int) -> None:
    assert search(index_of("gull"), "gull", k) == {}


def test_an_empty_index_finds_nothing() -> None:
    index = index_of()
    assert (len(index), search(index, "gull", 5)) == (0, {})


Passages = list[tuple[str, str, str]]
TEXT = st.lists(st.sampled_from([*WORDS, "the", "gulls"]), max_size=60).map(" ".join)
PASSAGES = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12)


def by_tantivy(passages: Passages, wanted: list[Wanted]) -> dict[int, float]:
    """What Tantivy's BM25 gives passages 0, 1, … for the same query."""
    names = ["title", "headings", "body"]
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True)
    for name in names:
        builder.add_text_field(name, tokenizer_name="whole", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    index.register_tokenizer("whole", analyzer())
    writer = index.writer(15_000_000, 1)
    for id, texts in enumerate(passages):
        document = tantivy.Document(**dict(zip(names, map(prepared, texts), strict=True)))
        document.add_unsigned("passage", id)
        writer.add_document(document)
    writer.commit()
    index.reload()
    Query, Occur = tantivy.Query, tantivy.Occur
    weights = {"body": 1.0, "headings": 0.5, "title": 0.3}

    def having(field: str, terms: frozenset[str]) -> tantivy.Query:
        each = [Query.term_query(schema, field, term, "freq") for term in terms]
        return Query.boolean_query([(Occur.Must, query) for query in each])

    clauses = [
        (
            Occur.Should,
            Query.disjunction_max_query(
                [
                    Query.boost_query(having(field, other.terms), weight * one.boost * other.share)
                    for other in (Alternative(frozenset([one.term])), *one.others)
                ]
            ),
        )
        for one in wanted
        for field, weight in weights.items()
    ]
    searcher = index.searcher()
    hits = searcher.search(Query.boolean_query(clauses), limit=50).hits
    return {int(searcher.doc(address)["passage"][0]): float(score) for score, address in hits}


TERMS = st.sampled_from([*WORDS, "kraken"])
WANTED = st.builds(
    Wanted,
    TERMS,
    st.just(1.0),
    st.lists(
        st.builds(Alternative, st.frozensets(TERMS, min_size=1, max_size=2), st.floats(0.1, 1)),
        max_size=2,
    ).map(tuple),
    st.floats(0.1, 1),
)


@bounded
@given(PASSAGES, st.lists(WANTED, min_size=1, max_size=4))
def test_scores_are_those_of_tantivy(passages: Passages, wanted: list[Wanted]) -> None:
    index = LexicalIndex.build((id, *texts) for id, texts in enumerate(passages))
    assert index.search(wanted, 50) == pytest.approx(by_tantivy(passages, wanted), rel=1e-4)


@bounded
@given(PASSAGES, st.lists(WANTED, min_size=1, max_size=4), st.integers(1, 9), st.data())
def test_however_passages_came_into_segments_and_left_them_the_answers_are_the_same(
    passages: Passages, wanted: list[Wanted], k: int, data: st.DataObject
) -> None:
    count = len(passages)
    cuts = sorted(data.draw(st.sets(st.integers(1, count), max_size=3)) | {0, count})
    live = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    ids = data.draw(st.permutations(range(count)))
    parts = [Postings.of(passages[a:b]) for a, b in pairwise(cuts)]
    segmented = LexicalIndex(parts, Rows(np.array(ids), live))
    kept = [(ids[row], *passages[row]) for row in range(count) if live[row]]
    whole = LexicalIndex.build(kept)
    masks = [live[a:b] for a, b in pairwise(cuts)]
    merged = Postings.merged(list(zip(parts, masks, strict=True)))
    stored = Postings.from_arrays(stored_and_read(merged.arrays()))
    again = LexicalIndex([stored], Rows(np.array([id for id, *_ in kept], np.int64)))
    for index in (segmented, again):
        assert list(index.search(wanted, k).items()) == list(whole.search(wanted, k).items())
        assert (len(index), index.ids()) == (len(kept), sorted(id for id, *_ in kept))
        for term in [*WORDS, "kraken"]:
            assert index.knows(term) == whole.knows(term)
            assert index.rarity(term) == whole.rarity(term)


def stored_and_read(arrays: dict[str, Array]) -> dict[str, Array]:
    return unpacked(memoryview(b"".join(packed(arrays))))


@bounded
@given(st.text(max_size=60))
def test_content_terms_are_terms_of_the_text_each_once(text: str) -> None:
    found = content_terms(text)
    assert set(found) <= set(terms(text))
    assert len(found) == len(set(found))
    assert bool(found) == bool(terms(text))


@bounded
@given(PASSAGES, PASSAGES, PASSAGES)
def test_rows_that_were_taken_back_leave_no_trace(
    first: Passages, dropped: Passages, more: Passages
) -> None:
    builder = PostingsBuilder()
    for passage in first:
        builder.add(*passage)
    for passage in dropped:
        builder.add(*passage)
    builder.drop_from(len(first))
    for passage in more:
        builder.add(*passage)
    assert len(builder) == len(first + more)
    built, expected = builder.postings().arrays(), Postings.of(first + more).arrays()
    assert {name: array.tolist() for name, array in built.items()} == {
        name: array.tolist() for name, array in expected.items()
    }
