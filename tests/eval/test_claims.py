"""Floors of the check's rules: false claims that pass, honest sentences struck.

Those of the rules with the network beside them are in ``test_claims_entailment.py``.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import GoldSetError
from pincite.eval.claims.answers import FILE, HELD_BACK, HELD_OUT, HELD_OUT_2, answers
from pincite.eval.claims.planted import claims, planted
from pincite.eval.claims.verdicts import KINDS, Kind, Outcome, Source, outcomes, verdict
from pincite.eval.claims.written import WrittenClaim, written
from pincite.eval.fit.statements import contrasts
from pincite.eval.hand_written import FOLDER
from tests.conftest import Pincite

CLAIM = {
    "lesson": "table-ya001",
    "question": "who was charged nothing",
    "sentence": "Adeyinka was charged nothing.",
    "kind": "honest",
    "split": "dev",
}
# Of the claims of test: how many honest ones are not shown, and how many others are, at most.
# The honest ones of test have been looked at since, and the rules mended on them.
MOST: list[tuple[Kind, float]] = [
    ("honest", 0.04),
    ("number", 0.25),
    ("name", 0.13),
    ("negation", 0.28),
    ("clause", 0.33),
]


@pytest.fixture(scope="module")
def found() -> dict[Kind, Outcome]:
    return {one.kind: one for one in outcomes(planted())}


@pytest.fixture(scope="module")
def by_hand() -> list[WrittenClaim]:
    return written()


def claims_file(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "claims.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return file


@pytest.mark.parametrize(
    ("kind", "most"), [("number", 0.03), ("name", 0.05), ("negation", 0.10), ("clause", 0.05)]
)
def test_few_planted_claims_are_shown_as_supported(
    found: dict[Kind, Outcome], kind: Kind, most: float
) -> None:
    assert found[kind].claims >= 100
    assert found[kind].supported <= most * found[kind].claims


def test_few_sentences_of_the_quotes_themselves_are_struck(found: dict[Kind, Outcome]) -> None:
    assert found["honest"].claims == 500
    assert found["honest"].supported >= 0.99 * 500


@pytest.mark.parametrize(("kind", "most"), MOST)
def test_of_the_claims_written_by_hand_most_are_judged_right(
    by_hand: list[WrittenClaim], kind: Kind, most: float
) -> None:
    (of_kind,) = outcomes(
        one.claim for one in by_hand if one.split == "test" and one.claim.kind == kind
    )
    wrong = of_kind.claims - of_kind.supported if kind == "honest" else of_kind.supported
    assert wrong <= most * of_kind.claims


def test_of_answers_from_several_quotes_most_sentences_are_judged_right() -> None:
    of_kind = {one.kind: one for one in outcomes(answers())}
    # What was measured after the rules were mended on them.
    assert of_kind["honest"].supported >= 215
    most: dict[Kind, int] = {"number": 5, "name": 4, "negation": 13, "clause": 14}
    assert all(of_kind[kind].supported <= count for kind, count in most.items())


# What was measured; no rule was mended on them.
HELD: dict[Path, dict[Kind, int]] = {
    HELD_OUT: {"honest": 178, "number": 3, "name": 0, "negation": 14, "clause": 5},
    HELD_OUT_2: {"honest": 171, "number": 1, "name": 5, "negation": 19, "clause": 19},
}


@pytest.mark.parametrize("file", HELD, ids=lambda file: file.stem)
def test_of_the_answers_that_no_rule_was_mended_on_no_fewer_are_judged_right_than_before(
    file: Path,
) -> None:
    shown = {one.kind: one.supported for one in outcomes(answers(file))}
    assert shown["honest"] >= HELD[file]["honest"]
    assert all(shown[kind] <= most for kind, most in HELD[file].items() if kind != "honest")


def test_no_quote_of_what_teaches_is_in_what_measures() -> None:
    taught = {
        quote.text for file in contrasts() for one in answers(file) for quote in one.source.quotes
    }
    assert len(taught) > 5000
    for file in (FILE, HELD_OUT, HELD_OUT_2, HELD_BACK):
        assert not taught & {quote.text for one in answers(file) for quote in one.source.quotes}


def test_no_quote_is_in_both_files_of_answers() -> None:
    mended, held_out = (
        {q for one in answers(f) for q in one.source.quotes} for f in (FILE, HELD_OUT)
    )
    assert not {q.text for q in mended} & {q.text for q in held_out}


def test_an_answer_that_cites_a_quote_that_is_not_there_is_refused(tmp_path: Path) -> None:
    sentence = {"text": "It rained.", "cites": [2], "kind": "honest"}
    quote = {"title": "Log", "text": "It rained."}
    line = {"question": "Rain?", "quotes": [quote], "sentences": [sentence]}
    with pytest.raises(GoldSetError, match="cites the quote 2, and there are 1"):
        answers(claims_file(tmp_path, line))


def test_claims_written_by_hand_are_of_each_kind_and_from_each_file_of_lessons(
    by_hand: list[WrittenClaim],
) -> None:
    assert {(one.split, one.claim.kind) for one in by_hand} == {
        (split, kind) for split in ("dev", "test") for kind in KINDS
    }
    cited = {one.lesson.partition("/")[0] for one in by_hand}
    files = Counter(
        file.name
        for file in FOLDER.glob("*.jsonl")
        for line in file.read_text("utf-8").splitlines()
        if json.loads(line)["id"] in cited
    )
    assert set(files) == {file.name for file in FOLDER.glob("*.jsonl")}


def test_no_claim_is_written_twice(by_hand: list[WrittenClaim]) -> None:
    counts = Counter((one.lesson, one.claim.sentence) for one in by_hand)
    assert max(counts.values()) == 1


def test_each_kind_is_planted_in_what_has_room_for_it() -> None:
    texts = [
        "The hall seats 120 people and was built in Porto, which the mayor praised loudly twice.",
        "Guests must tell Lydia before dusk because the garden gate closes early every Sunday.",
    ]
    made = list(claims([Source("What about it?", text, text) for text in texts], seed=3))
    assert {claim.kind for claim in made} == {"honest", "number", "name", "negation", "clause"}
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
