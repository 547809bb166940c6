"""Floors of the check of written answers: false claims that pass, honest sentences struck."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import GoldSetError
from pincite.eval.claims.answers import FILES, answers
from pincite.eval.claims.planted import claims, planted
from pincite.eval.claims.verdicts import KINDS, Claim, Kind, Outcome, Source, outcomes, verdict
from pincite.eval.claims.written import WrittenClaim, written
from pincite.eval.fit.hand_written import FOLDER
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.settings import Settings
from pincite.retrieval.writing.likeness import WordVectors
from tests.conftest import Pincite

CLAIM = {
    "lesson": "table-ya001",
    "question": "who was charged nothing",
    "sentence": "Adeyinka was charged nothing.",
    "kind": "honest",
    "split": "dev",
}
# Of the claims of test and of the answers by hand: how many honest sentences are not shown, and how
# many others are, at most. What was measured after the check was fitted on them (pincite eval
# claims), and one in a hundred.
MOST_OF_PASSAGES: dict[Kind, float] = {
    "honest": 0.02,
    "number": 0.25,
    "name": 0.13,
    "negation": 0.38,
    "clause": 0.38,
    "role": 0.94,
}
MOST_OF_ANSWERS: dict[Kind, float] = {
    "honest": 0.03,
    "number": 0.09,
    "name": 0.085,
    "negation": 0.54,
    "clause": 0.52,
    "role": 0.88,
}


def too_many(
    claims: list[Claim], vectors: WordVectors, most: dict[Kind, float]
) -> dict[Kind, float]:
    """The kinds of which more are judged wrong, with the share that is."""
    wrong = {one.kind: one.supported / one.claims for one in outcomes(claims, vectors)}
    wrong["honest"] = 1 - wrong["honest"]
    return {kind: share for kind, share in wrong.items() if share > most[kind]}


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return WordVectors(open_embedder(Settings()))


@pytest.fixture(scope="module")
def found(vectors: WordVectors) -> dict[Kind, Outcome]:
    return {one.kind: one for one in outcomes(planted(), vectors)}


@pytest.fixture(scope="module")
def passages() -> list[WrittenClaim]:
    return written()


def claims_file(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "claims.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return file


@pytest.mark.parametrize(
    ("kind", "most"),
    [("number", 0.03), ("name", 0.05), ("negation", 0.10), ("clause", 0.05), ("stray", 0.02)],
)
def test_few_planted_claims_are_shown_as_supported(
    found: dict[Kind, Outcome], kind: Kind, most: float
) -> None:
    assert found[kind].claims >= 100
    assert found[kind].supported <= most * found[kind].claims


def test_few_sentences_of_the_quotes_themselves_are_struck(found: dict[Kind, Outcome]) -> None:
    assert found["honest"].claims == 500
    assert found["honest"].supported >= 0.99 * 500


def test_of_the_claims_on_one_passage_most_are_judged_right(
    passages: list[WrittenClaim], vectors: WordVectors
) -> None:
    of_test = [one.claim for one in passages if one.split == "test"]
    assert too_many(of_test, vectors, MOST_OF_PASSAGES) == {}


def test_of_the_answers_from_several_quotes_most_sentences_are_judged_right(
    vectors: WordVectors,
) -> None:
    every = [claim for file in FILES for claim in answers(file)]
    assert too_many(every, vectors, MOST_OF_ANSWERS) == {}


def test_no_quote_is_in_two_files_of_answers() -> None:
    files = [{q.text for one in answers(file) for q in one.source.quotes} for file in FILES]
    assert len(frozenset().union(*files)) == sum(map(len, files))


def test_an_answer_that_cites_a_quote_that_is_not_there_is_refused(tmp_path: Path) -> None:
    sentence = {"text": "It rained.", "cites": [2], "kind": "honest"}
    quote = {"title": "Log", "text": "It rained."}
    line = {"question": "Rain?", "quotes": [quote], "sentences": [sentence]}
    with pytest.raises(GoldSetError, match="cites the quote 2, and there are 1"):
        answers(claims_file(tmp_path, line))


def test_claims_written_by_hand_are_of_each_kind_and_from_each_file_of_lessons(
    passages: list[WrittenClaim],
) -> None:
    assert {(one.split, one.claim.kind) for one in passages} == {
        (split, kind) for split in ("dev", "test") for kind in KINDS if kind != "stray"
    }
    cited = {one.lesson.partition("/")[0] for one in passages}
    files = Counter(
        file.name
        for file in FOLDER.glob("*.jsonl")
        for line in file.read_text("utf-8").splitlines()
        if json.loads(line)["id"] in cited
    )
    assert set(files) == {file.name for file in FOLDER.glob("*.jsonl")}


def test_no_claim_is_written_twice(passages: list[WrittenClaim]) -> None:
    counts = Counter((one.lesson, one.claim.sentence) for one in passages)
    assert max(counts.values()) == 1


def test_each_kind_is_planted_in_what_has_room_for_it() -> None:
    texts = [
        "The hall seats 120 people and was built in Porto, which the mayor praised loudly twice.",
        "Guests must tell Lydia before dusk because the garden gate closes early every Sunday.",
    ]
    made = list(claims([Source("What about it?", text, text) for text in texts], seed=3))
    assert {claim.kind for claim in made} == set(KINDS) - {"role"}
    assert {claim.kind for claim in made if verdict(claim) == "supported"} == {"honest"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lesson": "nowhere"}, "no passage of eval/lessons has the id 'nowhere'"),
        ({"kind": "lie"}, "'kind' is 'lie', and should be honest, number, name"),
        ({"split": "train"}, "'split' is 'train', and should be dev, test"),
        ({"sentence": None}, "'sentence' is missing"),
        ({"question": 7}, "'question' is 7, and should be a str"),
    ],
)
def test_a_claim_that_is_not_in_its_form_is_named_with_its_line(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = claims_file(tmp_path, CLAIM, {**CLAIM, **change})
    with pytest.raises(GoldSetError) as error:
        written(file)
    assert str(error.value).startswith(f"{file}:2: ")
    assert said in str(error.value)


def test_a_passage_in_both_splits_is_refused(tmp_path: Path) -> None:
    file = claims_file(tmp_path, CLAIM, {**CLAIM, "split": "test"})
    with pytest.raises(GoldSetError, match="'table-ya001' are in dev and in test"):
        written(file)


@pytest.mark.slow  # it judges all planted claims once more
def test_the_command_prints_a_table_for_each_source_and_split(
    pincite: Pincite, tmp_path: Path
) -> None:
    false = {**CLAIM, "sentence": "Petkov was charged 99 €.", "kind": "number"}
    run = pincite("eval", "claims", claims_file(tmp_path, CLAIM, false), "--mistakes")
    assert run.code == 0
    tables = run.stdout.split("written by hand, dev")
    assert "made by a program" in tables[0]
    rows = [line.split() for line in tables[1].splitlines() if "│" in line]
    assert [[cell for cell in row if cell != "│"] for row in rows] == [
        ["honest", "1", "1", "0", "0", "100.0"],
        ["number", "1", "0", "1", "0", "0.0"],
    ]
    assert "written by hand, test" not in run.stdout


def test_a_file_of_claims_that_is_missing_or_empty_is_named(
    pincite: Pincite, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    for file, said in ((tmp_path / "none.jsonl", "is missing"), (empty, "has no claims")):
        run = pincite("eval", "claims", file)
        assert run.code == 2
        assert run.stderr.startswith(f"pincite: {file} {said}; claims are JSON lines")
