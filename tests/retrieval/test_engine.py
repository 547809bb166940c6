"""Asking: what holds for every answer, whatever the documents and the question."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import (
    DocumentNotFoundError,
    EmbedderMismatchError,
    LibraryEmptyError,
    LibraryNotFoundError,
    QuestionError,
    SourceError,
    UsageError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from tests.retrieval.conftest import TEXTS, fill, hashing_settings, make_document
from tests.stores import IN_BOTH

QUESTIONS = [
    "Where do herring gulls nest?",
    "Why did the captain repair the rudder?",
    "How long do I knead the dough?",
    "What does the barn owl look like?",
    "zzz",
    "who is it",
]
PIECES = st.sampled_from(
    [
        *("gull", "Whale", "This", "They", "it", "lamp.", "storm:", "1912.", "Why?", "Dr.", "é"),
        *("e\u0301", "\n", "\n\n", "\r\n", "# H\n", "== H ==\n", "- ", "😀.", "“fog.”", "\u2028"),
    ]
)
BODIES = st.lists(PIECES, min_size=1, max_size=60).map(" ".join) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80
)
ASKED = (
    st.sampled_from(QUESTIONS)
    | st.lists(PIECES, min_size=1, max_size=6).map(lambda pieces: " ".join(["gull", *pieces]))
    | st.text(max_size=99).filter(lambda question: any(map(str.isalnum, question)))
    | st.text(st.characters(categories=["L"]), min_size=1, max_size=99)
)


def timeless(answer: Answer) -> Answer:
    return replace(answer, trace=replace(answer.trace, milliseconds={}))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def check(answer: Answer, library: Library) -> None:
    """What a reader of the answer may rely on."""
    assert len(answer.quotes) in ((0,) if answer.status == "NOT_FOUND" else (1, 2, 3))
    assert (answer.confidence >= answer.trace.threshold) == (answer.status == "ANSWERED")
    assert 0 <= answer.confidence <= 1
    for place in (*answer.quotes, *answer.nearest):
        document = library.document(place.document)
        assert document.text[place.start : place.end] == place.text != ""
        assert document.title == place.title
    assert all(quote.highlights for quote in answer.quotes[:1])
    for quote in answer.quotes:
        assert all(quote.start <= start < end <= quote.end for start, end in quote.highlights)
        text = library.document(quote.document).text
        for piece in quote.context:
            assert text[piece.start : piece.end] == piece.text != ""
            assert piece.end <= quote.start or quote.end <= piece.start
        for other in quote.places:
            said = library.document(other.document).text[other.start : other.end]
            assert words_of(said) == words_of(quote.text)
            assert (other.document, other.start) != (quote.document, quote.start)
    assert all(left.score >= right.score for left, right in pairwise(answer.nearest))
    for one, other in combinations(answer.quotes, 2):
        assert one.document != other.document or not one.span.overlaps(other.span)


def documents_from(bodies: list[str]) -> list[Document]:
    """Documents of those bodies that a file may have."""
    made = []
    for number, body in enumerate(bodies):
        with suppress(SourceError):
            made.append(make_document(body, f"{number}.{'md' if number % 2 else 'txt'}"))
    return made


@settings(max_examples=50)
@given(st.lists(BODIES, min_size=1, max_size=4), ASKED, st.sampled_from([0.0, 1.0]))
def test_every_answer_is_verbatim_apart_best_first_and_repeatable(
    bodies: list[str], question: str, threshold: float
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(folder, create=True) as library,
    ):
        fill(library, *documents_from([*bodies, "A whale."]))
        engine = Engine(library, HashingEmbedder(), hashing_settings(threshold=threshold))
        answer = engine.ask(question)
        check(answer, library)
        assert timeless(engine.ask(question)) == timeless(answer)
        again = Engine(library, HashingEmbedder(), engine.settings)
        assert timeless(again.ask(question)) == timeless(answer)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_to_small_documents_is_sound(engine: Engine, question: str) -> None:
    check(engine.ask(question), engine.library)


@pytest.mark.parametrize(
    "question",
    [
        "x" * 100,
        "ปัญญาประดิษฐ์คืออะไรและมันทำงานอย่างไรในโลกปัจจุบันของเราทุกคน",
        "ພາສາລາວ" * 9,
        "谁曾是超级碗比赛中年龄最大的四分卫记录保持者？",
        "𒀀" * 70,
    ],
)
def test_a_question_of_words_too_long_to_be_looked_up_is_answered_soundly(
    engine: Engine, question: str
) -> None:
    check(engine.ask(question), engine.library)


PROSE = "The gulls left in the autumn, when it was cold, and went to the south."
TABLE = "| Net income | 2022 | 2021 |\n|---|---|---|\n| Apple | 99,803 | 94,680 |\n"
GERMAN = "Die Möwen zogen im Herbst nach Süden, als es kalt wurde."
RUSSIAN = "Чайки улетели осенью на юг, когда стало холодно."
CHINESE = "海鸥在秋天飞向南方，因为天气变冷了。"


@pytest.mark.parametrize(
    ("text", "question", "known"),
    [
        (PROSE, "When did the gulls leave?", True),
        (PROSE, "gulls south", True),
        (TABLE, "What was the net income of Apple in 2022?", True),
        (GERMAN, "When did the gulls leave?", True),
        (TABLE, "Apple income 2022", True),
        (GERMAN, "Wann zogen die Möwen fort?", False),
        (RUSSIAN, "Когда улетели чайки?", False),
        (CHINESE, "海鸥什么时候飞走的？", False),
    ],
)
def test_a_search_tells_whether_its_embedder_knows_the_language(
    tmp_path: Path, text: str, question: str, known: bool
) -> None:
    embedder = HashingEmbedder()
    embedder.languages = frozenset({"en"})
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document(text, "text.md"))
        answer = Engine(library, embedder, hashing_settings()).ask(question)
    assert answer.trace.scores["features"]["known"] == known


def test_the_best_quote_holds_the_words_that_were_asked_for(engine: Engine) -> None:
    assert "rudder because it leaked" in engine.ask(QUESTIONS[1]).quotes[0].text


def test_below_the_threshold_the_closest_are_quoted_and_not_vouched_for(library: Library) -> None:
    strict = Engine(library, HashingEmbedder(), hashing_settings(threshold=1.0))
    answer = strict.ask(QUESTIONS[0])
    assert answer.status == "UNSURE"
    assert "gulls nest" in answer.quotes[0].text.lower()
    assert len(answer.nearest) == 3


def test_where_the_documents_are_about_other_things_nothing_is_quoted(library: Library) -> None:
    strict = Engine(library, HashingEmbedder(), hashing_settings(threshold=0.3))
    answer = strict.ask("Quokka zyzzyva marzipan?")
    assert (answer.status, answer.quotes) == ("NOT_FOUND", ())
    assert len(answer.nearest) == 3


def test_a_limited_question_counts_the_documents_that_it_left_out(engine: Engine) -> None:
    asked = engine.ask("gulls", documents=["birds.txt"]).trace
    assert (asked.asked, asked.left_out) == (1, len(TEXTS) - 1)
    everything = engine.ask("gulls", documents=list(TEXTS)).trace
    assert (everything.asked, everything.left_out) == (len(TEXTS), 0)
    unlimited = engine.ask("gulls").trace
    assert (unlimited.asked, unlimited.left_out) == (None, 0)


@pytest.mark.parametrize("question", ["", " \n\t", "?!…", "—", "😀"])
def test_a_question_without_words_is_refused(engine: Engine, question: str) -> None:
    for ask in (engine.ask, engine.search):
        with pytest.raises(QuestionError, match="no words"):
            ask(question)


def test_a_question_beyond_the_longest_is_refused_with_both_lengths(library: Library) -> None:
    engine = Engine(library, HashingEmbedder(), hashing_settings(longest_question=10))
    assert engine.ask("  gulls fly  ").question == "gulls fly"
    assert engine.ask("g" * 10).question == "g" * 10
    with pytest.raises(QuestionError, match=r"11 characters.* 10;"):
        engine.ask("g" * 11)


@pytest.mark.parametrize("k", [0, -1])
def test_asking_for_less_than_one_passage_is_refused(engine: Engine, k: int) -> None:
    with pytest.raises(UsageError, match=f"{k} passages"):
        engine.search("gulls", k)


@pytest.mark.parametrize("k", [1, 3, 1000])
def test_search_gives_as_many_passages_as_there_are_up_to_k(engine: Engine, k: int) -> None:
    every = list(engine.library.passage_texts())
    found = engine.search("gulls in a storm", k)
    assert len({(p.document, p.start) for p in found}) == len(found) == min(k, len(every))
    assert all(left.score >= right.score for left, right in pairwise(found))


def test_an_empty_library_says_that_it_is_empty(tmp_path: Path) -> None:
    with (
        Library.open(tmp_path / "empty", create=True) as library,
        pytest.raises(LibraryEmptyError, match="empty"),
    ):
        Engine(library, HashingEmbedder(), hashing_settings()).ask("gulls?")


def test_a_missing_library_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError):
        Engine.open(tmp_path / "nowhere", settings=hashing_settings())
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("source", TEXTS)
def test_only_the_documents_named_are_asked(engine: Engine, question: str, source: str) -> None:
    id = engine.library.find(source).id
    for name in (source, id, id[:6]):
        answer = engine.ask(question, documents=[name])
        assert {quote.document for quote in (*answer.quotes, *answer.nearest)} == {id}
        assert {p.document for p in engine.search(question, documents=[name])} == {id}


def test_no_documents_named_is_nothing_found(engine: Engine) -> None:
    answer = engine.ask("Where do gulls nest?", documents=[])
    assert (answer.status, answer.quotes, answer.nearest) == ("NOT_FOUND", (), ())
    assert engine.search("gulls", documents=[]) == []


@pytest.mark.parametrize("name", ["nowhere.txt", "ffffffffff", "", "bird"])
def test_a_document_that_is_not_there_is_refused_by_its_name(engine: Engine, name: str) -> None:
    with pytest.raises(DocumentNotFoundError, match=re.escape(repr(name))):
        engine.ask("gulls", documents=["birds.txt", name])


@IN_BOTH
def test_an_open_engine_sees_what_another_connection_did(engine: Engine) -> None:
    before = engine.ask("Where does the kraken sleep?")
    with open_library(engine.library.name) as other:
        fill(other, make_document("The kraken sleeps below Bergen.", "kraken.txt"))
        after = engine.ask("Where does the kraken sleep?")
        assert after.quotes[0].text == "The kraken sleeps below Bergen."
        assert after.trace.generation == before.trace.generation + 1
        other.remove([other.find("kraken.txt").id])
    gone = engine.ask("Where does the kraken sleep?")
    assert [q.text for q in gone.quotes] == [q.text for q in before.quotes]


@IN_BOTH
def test_another_embedder_is_refused_naming_both(library: Library) -> None:
    with pytest.raises(EmbedderMismatchError, match=r"hashing@256.*hashing@64"):
        Engine.open(library.name, settings=hashing_settings(), embedder=HashingEmbedder(64))
    with pytest.raises(EmbedderMismatchError, match="hashing@64"):
        Engine(library, HashingEmbedder(64), hashing_settings()).ask("gulls")


def test_identical_text_in_two_files_is_one_quote_with_two_places(engine: Engine) -> None:
    fill(engine.library, make_document(TEXTS["birds.txt"], "copy.txt"))
    answer = engine.ask("What does the herring gull eat?")
    assert len({p.document for p in engine.search("herring gull fish mussels", 2)}) == 2
    (other,) = answer.quotes[0].places
    both = {engine.library.find(name).id for name in ("birds.txt", "copy.txt")}
    assert {answer.quotes[0].document, other.document} == both
    assert (other.start, other.end) == (answer.quotes[0].start, answer.quotes[0].end)
    assert len({quote.text for quote in answer.quotes}) == len(answer.quotes)


def test_eight_threads_at_once_get_the_answers_of_one_alone(library: Library) -> None:
    alone = Engine(library, HashingEmbedder(), hashing_settings())
    expected = [timeless(alone.ask(question)) for question in QUESTIONS * 4]
    shutil.rmtree(library.folder / "indexes")
    shared = Engine(library, HashingEmbedder(), hashing_settings())
    with ThreadPoolExecutor(8) as pool:
        assert [timeless(a) for a in pool.map(shared.ask, QUESTIONS * 4)] == expected


def documented(heading: str) -> set[str]:
    """The keys that docs/json.md lists under the line that begins so."""
    page = Path(__file__).parents[2].joinpath("docs", "json.md").read_text("utf-8")
    table = page[page.index(heading) :].split("|---|---|\n")[1].split("\n\n")[0]
    keys = (line.split("|")[1] for line in table.splitlines())
    return {key.strip(" `") for cell in keys for key in cell.split(",")}


def test_an_answer_in_json_has_the_documented_keys_and_survives_a_round_trip(
    engine: Engine,
) -> None:
    answer = engine.ask(QUESTIONS[0])
    found = answer.to_json()
    assert found.keys() == documented("# The JSON")
    assert found["quotes"]
    assert all(quote.keys() == documented("A quote:") for quote in found["quotes"])
    passage = {"document", "title", "section", "page", "start", "end", "text", "score", "hidden"}
    assert all(near.keys() == passage for near in found["nearest"])
    assert found["trace"].keys() == {
        *("generation", "fingerprint", "confidence_kind", "threshold", "scores", "milliseconds"),
        *("corrected", "asked", "left_out", "listed", "carried", "documents", "reranked"),
        "rewritten",
    }
    assert found["trace"]["documents"] == len(engine.library.entries())
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_warming_up_opens_what_the_first_question_needs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.warm_up()
    monkeypatch.delattr("pincite.retrieval.source_cache.open_indexes")
    assert engine.ask("gulls").status == "ANSWERED"
