from __future__ import annotations

import io
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS
from pincite.eval.report.compare import Difference, compare
from pincite.eval.report.html_report import page
from pincite.eval.report.report import Report, read_json, show, write_json
from pincite.eval.run import History, Run
from tests.eval.conftest import (
    FOLLOWS,
    NEVER,
    NOWHERE,
    OWL,
    QUESTIONS,
    SHIP,
    TALK,
    TEXTS,
    WHOLE,
    Ask,
    evidence,
    question,
    report_of,
)

Differences = dict[str, Difference]
HOSTILE = "<script>alert('x')</script> & <img src=http://example.org/x>"


@pytest.fixture(scope="module")
def value(small_run: Run) -> Report:
    return report_of(small_run)


@pytest.fixture(scope="module")
def differences(value: Report) -> Differences:
    return compare(value, value)


def shown(value: Report) -> str:
    console = Console(file=io.StringIO(), width=120)
    show(console, value)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def details(html: str) -> dict[str, str]:
    """What the page says of each question that went wrong."""
    found = {}
    for block in re.findall(r"<details>.*?</details>", html, re.DOTALL):
        summary = re.search(r'<span class="soft">(\w+): ', block)
        assert summary is not None
        found[summary[1]] = block
    return found


def quoted(block: str) -> tuple[list[str], list[str]]:
    """The block quotes under Gold and those under Given, as a reader sees them."""
    gold, given = block.split("<strong>Given</strong>")
    return tuple(  # type: ignore[return-value]
        [unescape(re.sub("<[^>]*>", "", q)) for q in re.findall("<blockquote>.*?</blockquote>", s)]
        for s in (gold, given)
    )


def test_a_report_counts_what_was_asked(value: Report) -> None:
    assert (value["gold"], value["documents"]) == ("small", 3)
    assert (value["questions"], value["answerable"], value["failed"]) == (7, 5, 0)
    assert (value["history"], value["asked_without_history"]) == ("all", 0)
    assert value["settings"]["embedder"] == "hashing"
    assert "library" not in value["settings"]
    assert [result["id"] for result in value["results"]] == [q["id"] for q in QUESTIONS]


def test_a_report_knows_which_questions_were_right(value: Report) -> None:
    right = {result["id"]: result["right"] for result in value["results"]}
    assert (right["owl"], right["whole"], right["nowhere"]) == (True, None, False)


def test_kinds_are_counted_and_averaged(value: Report) -> None:
    assert value["kinds"]["fact"]["questions"] == 2
    assert value["kinds"]["fact"]["quote_hit@1"] == 1.0
    assert "quote_hit@1" not in value["kinds"]["near miss"]


def test_a_report_stays_the_same_when_it_is_written_and_read(value: Report, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_json(value, file)
    assert read_json(file) == value


@pytest.mark.parametrize("text", ["", "oops", "[]", "5", "null", "{}", '{"metrics": {}}'])
def test_another_file_is_not_a_report(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError) as refused:
        read_json(file)
    assert str(refused.value).startswith(f"{file} is not a report; write one with: pincite eval")


def test_a_missing_file_is_not_a_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=str(tmp_path / "none.json")):
        read_json(tmp_path / "none.json")


def test_a_report_of_another_form_is_refused(value: Report, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    write_json({**value, "format": 99}, file)
    with pytest.raises(UsageError, match=f"{file} is a report of form 99"):
        read_json(file)


def test_a_report_that_cannot_be_written_is_named(value: Report, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{tmp_path / 'none' / 'x.json'} cannot be written"):
        write_json(value, tmp_path / "none" / "x.json")


def test_the_tables_have_every_metric_and_every_kind(value: Report) -> None:
    said = shown(value)
    assert "small: 7 questions (5 answerable) of 3 documents" in said
    assert [name for name in value["metrics"] if name not in said] == []
    assert [group for group in GROUPS if group not in said] == ["written"]  # nothing is written
    assert "near miss" in said
    assert "aurc ↓" in said
    assert "quote_iou ↓" not in said


def test_questions_that_were_asked_without_their_conversation_are_spoken_of(ask: Ask) -> None:
    value = report_of(ask([OWL, TALK, FOLLOWS], history="none"))
    assert (value["history"], value["asked_without_history"]) == ("none", 2)
    assert "2 questions belong to a conversation and were asked without it" in shown(value)


@pytest.mark.parametrize("history", ["last", "all"])
def test_of_questions_that_had_their_conversation_nothing_is_said(
    ask: Ask, history: History
) -> None:
    value = report_of(ask([OWL, TALK, FOLLOWS], history=history))
    assert (value["history"], value["asked_without_history"]) == (history, 0)
    assert "belong to a conversation" not in shown(value)


def test_follow_ups_are_counted_by_how_much_they_say(ask: Ask) -> None:
    five = {**FOLLOWS, "id": "five", "question": "And where is that now?"}
    six = {**FOLLOWS, "id": "six", "question": "And where is that just now?"}
    value = report_of(ask([OWL, WHOLE, five, six, FOLLOWS]))
    assert {kind: found["questions"] for kind, found in value["kinds"].items()} == {
        "fact": 1,
        "follow-up ≤5 words": 2,
        "follow-up >5 words": 1,
    }
    assert value["kinds"]["follow-up ≤5 words"]["doc_recall@10"] == 1.0
    assert "follow-up ≤5 words" in shown(value)


def test_a_follow_up_that_has_a_kind_keeps_it(ask: Ask) -> None:
    value = report_of(ask([{**FOLLOWS, "kind": "pronoun"}]))
    assert list(value["kinds"]) == ["pronoun"]


def test_failed_questions_are_spoken_of(ask: Ask) -> None:
    value = report_of(ask([OWL, SHIP, WHOLE], longest_question=26))
    said = shown(value)
    assert value["failed"] == 2  # they have 28 and 29 characters, the third 24
    assert "2 questions failed and count as zero, first: " in said
    assert "no abstention metrics" in said


def test_without_kinds_there_is_no_table_of_them(ask: Ask) -> None:
    assert "kind" not in shown(report_of(ask([WHOLE])))


def test_the_page_is_self_contained(
    small_run: Run, value: Report, differences: Differences
) -> None:
    html = page(value, small_run.gold, differences)
    found = [w for w in ("http://", "https://", "src=", "<script", "<link", "@import") if w in html]
    assert found == []
    assert html.startswith("<!doctype html>")
    assert html.endswith("</body></html>\n")


def test_the_page_has_both_plots(small_run: Run, value: Report) -> None:
    html = page(value, small_run.gold)
    assert html.count("<svg ") == html.count("</svg>") == 2


def test_without_abstention_metrics_there_is_nothing_to_plot(ask: Ask) -> None:
    done = ask([OWL, SHIP])
    assert "<svg " not in page(report_of(done), done.gold)


def test_the_page_has_every_metric_and_the_comparison(
    small_run: Run, value: Report, differences: Differences
) -> None:
    html = page(value, small_run.gold, differences)
    assert [name for name in value["metrics"] if f"<td>{name}" not in html] == []
    assert "<h2>Compared</h2>" in html
    assert "<h2>Compared</h2>" not in page(value, small_run.gold)


def test_gold_and_given_quotes_stand_side_by_side(ask: Ask) -> None:
    # The gold evidence of "wrong" stands elsewhere than the sentence that has the words.
    wrong = question(
        "wrong", "What does the barn owl hunt?", evidence("ships", "Lamp oil was stored below deck")
    )
    done = ask([wrong, SHIP, NEVER], threshold=0.0, quotes=1)
    value = report_of(done)
    gold, given = quoted(details(page(value, done.gold))["wrong"])
    assert len(gold) == 1
    assert "<mark>Lamp oil was stored below deck</mark>" in page(value, done.gold)
    assert gold[0] in TEXTS["ships"]
    assert given == [quote["text"] for quote in value["results"][0]["quotes"]]
    assert "The barn owl hunts mice at night." in given[0]


def test_only_the_questions_that_went_wrong_are_listed(ask: Ask) -> None:
    done = ask([OWL, SHIP, NEVER], threshold=0.0)
    assert set(details(page(report_of(done), done.gold))) == {"never"}
    refused = ask([OWL, SHIP, NEVER], threshold=1.0)
    assert set(details(page(report_of(refused), refused.gold))) == {"owl", "ship"}


def test_a_failed_question_is_listed_with_its_error(ask: Ask) -> None:
    done = ask([OWL, SHIP], longest_question=28)
    value = report_of(done)
    block = details(page(value, done.gold))["ship"]
    assert escape(value["results"][1]["error"]) in block
    assert quoted(block)[1] == []


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_hostile_text_is_escaped_wherever_it_stands(ask: Ask, threshold: float) -> None:
    texts = {"d": f"The barn owl hunts mice {HOSTILE} at night. Nothing more {HOSTILE}."}
    hostile: dict[str, Any] = {"kind": HOSTILE, "split": HOSTILE, "answers": [HOSTILE]}
    asked = [
        question(f"q{HOSTILE}", f"barn owl {HOSTILE}?", evidence("d", HOSTILE, texts), **hostile),
        {**NOWHERE, "kind": HOSTILE},
    ]
    done = ask(asked, texts, threshold=threshold)
    html = page(report_of(done), done.gold)
    assert escape(HOSTILE) in html
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("<summary>") >= 1
