"""Questions of a conversation, asked with what was said before them, and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pincite.eval.run import History, Run
from tests.conftest import Pincite
from tests.eval.conftest import FOLLOWS, OWL, SCOPED, THANKED, TOLD, Ask, write_gold

TALKS = [OWL, FOLLOWS, THANKED, TOLD]


def first_documents(run: Run) -> dict[str, str]:
    """The best document for each question."""
    return {outcome.question.id: outcome.ranked[0][0] for outcome in run.outcomes}


def written(pincite: Pincite, *arguments: object) -> dict[str, Any]:
    """The report of a run that went well."""
    run = pincite("eval", *arguments, "--json", "run.json")
    assert run.code == 0, run.stderr
    value: dict[str, Any] = json.loads(Path("run.json").read_text("utf-8"))
    return value


def test_with_its_history_a_question_finds_what_it_leans_on(ask: Ask) -> None:
    assert first_documents(ask(TALKS)) == {
        "owl": "birds",
        "follows": "ships",
        "thanked": "ships",
        "told": "ships",
    }


def test_without_its_history_it_does_not(ask: Ask) -> None:
    found = first_documents(ask(TALKS, history="none"))
    assert found.pop("owl") == "birds"
    assert "ships" not in found.values()


def test_the_last_turn_alone_is_the_users_with_what_was_answered_to_it(ask: Ask) -> None:
    found = first_documents(ask(TALKS, history="last"))
    # Of "thanked" it is the thanks, which are about nothing.
    assert found.pop("thanked") != "ships"
    assert found == {"owl": "birds", "follows": "ships", "told": "ships"}


@pytest.mark.parametrize("history", ["none", "last", "all"])
def test_questions_of_no_conversation_are_answered_the_same(ask: Ask, history: History) -> None:
    alone, beside = ask([OWL]).outcomes[0], ask(TALKS, history=history).outcomes[0]
    assert (beside.quotes, beside.confidence) == (alone.quotes, alone.confidence)


def test_a_run_is_with_all_of_the_history_unless_told_otherwise(
    pincite: Pincite, tmp_path: Path
) -> None:
    gold = write_gold(tmp_path / "talks", TALKS)
    reports = [written(pincite, gold, *more) for more in ((), ("--history", "all"))]
    assert [value["history"] for value in reports] == ["all", "all"]
    assert reports[0]["metrics"]["doc_mrr@10"] == reports[1]["metrics"]["doc_mrr@10"]
    assert reports[0]["metrics"]["doc_mrr@10"]["value"] == 1.0


def test_less_history_makes_another_report(pincite: Pincite, tmp_path: Path) -> None:
    gold = write_gold(tmp_path / "talks", TALKS)
    reports = [written(pincite, gold, "--history", which) for which in ("none", "last", "all")]
    assert [value["history"] for value in reports] == ["none", "last", "all"]
    assert [value["asked_without_history"] for value in reports] == [3, 0, 0]
    none, last, whole = (value["metrics"]["doc_mrr@10"]["value"] for value in reports)
    assert none < last < whole


def test_only_a_run_without_history_says_how_many_lacked_it(
    pincite: Pincite, tmp_path: Path
) -> None:
    gold = write_gold(tmp_path / "talks", TALKS)
    said = "3 questions belong to a conversation and were asked without it"
    assert said in pincite("eval", gold, "--history", "none").stdout
    for which in ("last", "all"):
        assert "belong to a conversation" not in pincite("eval", gold, "--history", which).stdout


def test_several_sets_are_asked_with_the_same_history(pincite: Pincite, tmp_path: Path) -> None:
    write_gold(tmp_path / "sets" / "one", TALKS)
    write_gold(tmp_path / "sets" / "two", [FOLLOWS])
    value = written(pincite, tmp_path / "sets", "--history", "none")
    assert (value["history"], value["asked_without_history"]) == ("none", 4)


def test_unscoped_questions_are_put_to_all_documents(pincite: Pincite, tmp_path: Path) -> None:
    gold = write_gold(tmp_path / "scoped", [SCOPED])
    scoped, unscoped = written(pincite, gold), written(pincite, gold, "--unscoped")
    assert "doc_mrr@10" not in scoped["metrics"]
    assert unscoped["metrics"]["doc_mrr@10"]["value"] == 1.0
    assert {quote["doc"] for quote in scoped["results"][0]["quotes"]} == {"ships"}
    assert {quote["doc"] for quote in unscoped["results"][0]["quotes"]} > {"ships"}


@pytest.mark.parametrize("which", ["some", "ALL", "1", ""])
def test_another_share_of_the_history_is_wrong_usage(
    pincite: Pincite, tmp_path: Path, which: str
) -> None:
    run = pincite("eval", write_gold(tmp_path / "talks", TALKS), "--history", which)
    assert (run.code, run.stdout) == (2, "")
    assert "--history" in run.stderr
    assert [name for name in ("none", "last", "all") if name not in run.stderr] == []


def test_another_role_is_refused_with_its_line_before_anything_is_asked(
    pincite: Pincite, tmp_path: Path
) -> None:
    odd = {**FOLLOWS, "id": "odd", "history": [{"role": "system", "text": "Be brief."}]}
    gold = write_gold(tmp_path / "talks", [*TALKS, odd])
    run = pincite("eval", gold, "--json", "run.json")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        f"pincite: {gold / 'questions.jsonl'}:5: a turn of the history has the role 'system'; a "
        "role is user or assistant\n"
    )
    assert not Path("run.json").exists()
