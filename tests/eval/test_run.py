"""Asking a gold set from end to end, with hashed words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import GoldSetError, LibraryError
from pincite.corpus.store.library import Library
from pincite.eval.goldset import load
from pincite.eval.measure import GROUPS, Value, measure, scores
from pincite.eval.metrics.characters import first
from pincite.eval.run import Outcome, Run, evaluate
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.eval.conftest import (
    NOWHERE,
    OWL,
    QUESTIONS,
    SCOPED,
    SHIP,
    TALK,
    TEXTS,
    WHOLE,
    Ask,
    characters,
    question,
    write_gold,
)
from tests.retrieval.conftest import hashing_settings, make_document

ABSTENTION = set(GROUPS["abstention"])
SPEED = set(GROUPS["speed"])
LONG = question("long", "What does the owl hunt? " * 20, *OWL["evidence"], answers=["mice"])
SHORT_OF_50 = [OWL, SHIP, NOWHERE]


def by_id(run: Run) -> dict[str, Outcome]:
    return {outcome.question.id: outcome for outcome in run.outcomes}


def values(run: Run) -> dict[str, float]:
    return {name: found.value for name, found in measure(run, scores(run)).items()}


def filled(folder: Path, names: list[str]) -> Path:
    """A library that holds the texts under other names than the gold set's."""
    with Library.open(folder, create=True) as library:
        made = [make_document(TEXTS[name], f"my {name}.txt") for name in names]
        ingest_documents(made, library, HashingEmbedder())
    return folder


def held(folder: Path) -> set[str]:
    with Library.open(folder) as library:
        return {entry.id for entry in library.entries()}


@pytest.fixture(scope="module")
def measured(small_run: Run) -> dict[str, Value]:
    return measure(small_run, scores(small_run))


def test_every_metric_is_a_known_one_in_the_order_of_the_groups(measured: dict[str, Value]) -> None:
    known = [name for names in GROUPS.values() for name in names]
    assert list(measured) == [name for name in known if name in measured]
    # No question of the set has all_of, and nothing is written.
    assert set(known) - set(measured) == {"complete", *GROUPS["written"]}


def test_every_interval_holds_its_value(measured: dict[str, Value]) -> None:
    for name, found in measured.items():
        if found.low is not None and found.high is not None:
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9, name


def test_every_mean_is_the_mean_of_its_questions(
    small_run: Run, measured: dict[str, Value]
) -> None:
    for name, of_questions in scores(small_run).items():
        mean = sum(of_questions.values()) / len(of_questions)
        assert (measured[name].value, measured[name].n) == (pytest.approx(mean), len(of_questions))


def test_metrics_are_over_the_questions_that_they_apply_to(small_run: Run) -> None:
    found = scores(small_run)
    assert set(found["quote_hit@1"]) == {"owl", "ship", "scoped", "talk"}  # have evidence
    assert set(found["doc_ndcg@10"]) == {"owl", "ship", "talk", "whole"}  # of all documents
    assert set(found["claimed"]) == {"owl", "ship", "scoped", "talk", "whole"}
    assert set(found["false_answer_rate"]) == {"nowhere", "never"}
    assert set(found["answer_f1"]) == {"owl", "ship", "scoped", "talk"}  # have answers


def test_every_quote_is_verbatim(small_run: Run, measured: dict[str, Value]) -> None:
    quotes = [quote for outcome in small_run.outcomes for quote in outcome.quotes]
    assert quotes
    assert all(TEXTS[q.doc][q.start : q.end] == q.text for q in quotes)
    assert measured["verbatim"].value == 1.0


def test_easy_questions_are_found_where_the_gold_set_says(small_run: Run) -> None:
    found = scores(small_run)
    assert [found["quote_hit@1"][id] for id in ("owl", "ship")] == [1.0, 1.0]
    assert [found["doc_mrr@10"][id] for id in ("owl", "ship")] == [1.0, 1.0]
    assert [found["answer_in_quotes"][id] for id in ("owl", "ship")] == [1.0, 1.0]


def test_quote_scores_equal_set_arithmetic_on_what_was_given(small_run: Run) -> None:
    found = scores(small_run)
    for outcome in (o for o in small_run.outcomes if o.question.evidence):
        wanted = characters([(e.doc, e.span) for e in outcome.question.evidence])
        shown = characters([quote.place for quote in outcome.quotes])
        marked = characters([place for quote in outcome.quotes for place in quote.marks])
        seen = characters(first(outcome.ranked, 1000))
        id = outcome.question.id
        assert marked <= shown
        both = len(marked & wanted)
        assert found["quote_precision"][id] == both / max(1, len(marked))
        assert found["quote_recall"][id] == len(shown & wanted) / len(wanted)
        assert found["quote_iou"][id] == both / len(marked | wanted)
        assert found["evidence_recall@1000"][id] == len(seen & wanted) / len(wanted)


def test_a_scope_limits_quotes_and_passages_to_its_document(small_run: Run) -> None:
    scoped = by_id(small_run)["scoped"]
    assert {quote.doc for quote in scoped.quotes} == {"ships"}
    assert {doc for doc, _ in scoped.ranked} == {"ships"}


def test_a_question_of_all_documents_sees_them_all(small_run: Run) -> None:
    assert {doc for doc, _ in by_id(small_run)["owl"].ranked} == set(TEXTS)


def test_a_failed_question_counts_as_zero_in_every_mean(ask: Ask) -> None:
    failing = ask([*SHORT_OF_50, LONG], longest_question=50)
    found = scores(failing)
    asked = set(found["quote_hit@1"])
    assert "50" in by_id(failing)["long"].error
    assert asked == {"owl", "ship", "long"}
    # It has no quotes that could be checked, and claims nothing that could be right.
    means = set(found) - ABSTENTION - {"verbatim", "right", "refused"}
    assert found["refused"]["long"] == 1.0
    assert {name: found[name]["long"] for name in means} == dict.fromkeys(means, 0.0)
    assert found["claimed"]["long"] == 0.0
    assert values(failing)["quote_hit@1"] == pytest.approx(2 / 3)
    assert values(failing)["doc_mrr@10"] == pytest.approx(2 / 3)


def test_a_failed_question_without_an_answer_counts_as_answered(ask: Ask) -> None:
    never = question("never", "Who was it then? " * 20)
    found = scores(ask([*SHORT_OF_50, never], longest_question=50))
    assert found["false_answer_rate"]["never"] == 1.0


def test_when_every_question_fails_all_quality_is_zero(ask: Ask) -> None:
    found = values(ask(QUESTIONS, longest_question=1))
    assert "ask_p50_ms" not in found
    means = set(found) & {*GROUPS["retrieval"], *GROUPS["quotes"], *GROUPS["answers"]}
    assert {name: found[name] for name in means} == dict.fromkeys(means, 0.0)
    assert (found["claimed"], found["false_answer_rate"]) == (0.0, 1.0)


def test_with_answerable_questions_only_there_are_no_abstention_metrics(ask: Ask) -> None:
    assert not ABSTENTION & set(values(ask([OWL, SHIP])))


def test_without_evidence_there_are_no_abstention_metrics(ask: Ask) -> None:
    assert not ABSTENTION & set(values(ask([WHOLE, NOWHERE])))


def test_relevant_documents_alone_are_enough(ask: Ask) -> None:
    found = values(ask([WHOLE]))
    decided = {"claimed", "refused"}
    assert set(found) - SPEED - decided == {
        *("doc_ndcg@10", "doc_recall@10", "doc_mrr@10", "verbatim")
    }
    assert found["doc_mrr@10"] == 1.0


def test_of_one_document_there_is_nothing_to_rank(ask: Ask) -> None:
    found = values(ask([OWL, NOWHERE], {"birds": TEXTS["birds"]}))
    assert not [name for name in found if name.startswith("doc_")]
    assert found["quote_hit@1"] == 1.0


def test_scoped_questions_alone_have_no_document_metrics(ask: Ask) -> None:
    assert not [name for name in values(ask([SCOPED])) if name.startswith("doc_")]


def test_the_same_input_gives_the_same_numbers(ask: Ask) -> None:
    runs = [ask(QUESTIONS), ask(QUESTIONS)]
    one, two = (
        {n: v for n, v in measure(run, scores(run)).items() if n not in SPEED} for run in runs
    )
    assert one == two


def test_quotes_behind_a_low_confidence_are_measured_and_not_answered(ask: Ask) -> None:
    found = values(ask([OWL, NOWHERE], threshold=1.0))
    assert (found["quote_hit@1"], found["claimed"]) == (1.0, 0.0)
    assert found["false_answer_rate"] == 0.0


def test_without_a_threshold_everything_with_quotes_is_answered(ask: Ask) -> None:
    done = ask([OWL, NOWHERE], threshold=0.0)
    assert [o.answered for o in done.outcomes] == [bool(o.quotes) for o in done.outcomes]
    assert by_id(done)["owl"].answered


def test_progress_is_told_to_the_last_question(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    gold = load(write_gold(tmp_path, [OWL, TALK]))
    evaluate(
        gold,
        hashing_settings(),
        HashingEmbedder(),
        progress=lambda doing, done, total: told.append((doing, done, total)),
    )
    assert [one for one in told if one[0] == "asking"] == [("asking", 1, 2), ("asking", 2, 2)]
    assert ("ingesting", 3, 3) in told


def test_a_library_that_has_the_documents_gives_the_same_quotes(ask: Ask, tmp_path: Path) -> None:
    library = filled(tmp_path / "mine", ["bread", "birds", "ships"])
    before = held(library)
    given = ask(QUESTIONS, library=library)
    made = ask(QUESTIONS)
    # Passages that rank alike come in the order in which they were taken in.
    assert [set(o.quotes) for o in given.outcomes] == [set(o.quotes) for o in made.outcomes]
    assert [o.quotes[:1] for o in given.outcomes] == [o.quotes[:1] for o in made.outcomes]
    assert "ingest_passages_per_s" not in values(given)
    assert "ingest_passages_per_s" in values(made)
    assert held(library) == before


def test_a_library_without_one_of_the_documents_is_refused(ask: Ask, tmp_path: Path) -> None:
    library = filled(tmp_path / "mine", ["birds", "ships"])
    with pytest.raises(GoldSetError, match=f"'bread' .* is not in the library {library}"):
        ask(QUESTIONS, library=library)


def test_a_folder_without_a_library_is_refused(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=str(tmp_path / "none")):
        ask(QUESTIONS, library=tmp_path / "none")


def test_documents_that_are_not_canonical_are_quoted_in_canonical_text(ask: Ask) -> None:
    texts = {"d": "Cafe\u0301 life.\r\nThe barn owl hunts mice at night.\r\nCre\u0300me is sold."}
    said = "The barn owl hunts mice at night."
    start = texts["d"].index(said)
    where = {"doc": "d", "start": start, "end": start + len(said), "text": said}
    done = ask([question("q", "What does the barn owl hunt?", where)], texts)
    text = canonical(texts["d"])
    assert all(text[q.start : q.end] == q.text for q in done.outcomes[0].quotes)
    assert (values(done)["verbatim"], values(done)["quote_hit@1"]) == (1.0, 1.0)


def test_two_documents_with_the_same_text_are_told_apart(ask: Ask) -> None:
    texts = {"one": TEXTS["birds"], "two": TEXTS["birds"], "ships": TEXTS["ships"]}
    asked = [question(id, "What does the barn owl hunt?", *_owl_in(id)) for id in ("one", "two")]
    done = ask([{**q, "scope_doc": q["id"]} for q in asked], texts)
    assert [{q.doc for q in o.quotes} for o in done.outcomes] == [{"one"}, {"two"}]


def _owl_in(doc: str) -> list[dict[str, Any]]:
    return [{**OWL["evidence"][0], "doc": doc}]
