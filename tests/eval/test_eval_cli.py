from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pincite.eval.goldset import load
from tests.conftest import Pincite
from tests.conftest import Run as Said
from tests.eval.conftest import NEVER, OWL, SHIP, TEXTS, question, write_gold
from tests.eval.test_importers import BEIR_CORPUS, BEIR_QUERIES, QRELS, SQUAD, beir_folder

ASKED = [{**OWL, "split": "dev"}, {**SHIP, "split": "test"}, {**NEVER, "split": "dev"}]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A small gold set: of its split dev are an owl and a parrot, of test is a ship."""
    return write_gold(tmp_path / "small", ASKED)


def files(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


def written(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return value


def refused(run: Said) -> str:
    """The one line of a command that was wrong, before anything was asked."""
    assert run.code == 2
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("pincite: ")
    return run.stderr.removeprefix("pincite: ").rstrip("\n")


def test_a_run_prints_tables_and_writes_both_files(pincite: Pincite, gold: Path) -> None:
    run = pincite("eval", gold, "--split", "dev", "--json", "run.json", "--html", "run.html")
    assert run.code == 0
    assert "small: 2 questions (1 answerable) of 3 documents" in run.stdout
    assert [r["id"] for r in written(Path("run.json"))["results"]] == ["owl", "never"]
    assert Path("run.html").read_text("utf-8").startswith("<!doctype html>")


def test_progress_goes_to_standard_error(pincite: Pincite, gold: Path) -> None:
    run = pincite("eval", gold)
    assert run.stderr.splitlines() == ["ingesting: 3", "asking: 3"]


def test_a_run_leaves_no_library_behind(pincite: Pincite, gold: Path, tmp_path: Path) -> None:
    before = files(tmp_path)
    assert pincite("eval", gold, "--limit", 1).code == 0
    assert files(tmp_path) == before


def test_run_can_be_said_or_left_out(pincite: Pincite, gold: Path) -> None:
    short = pincite("eval", "--limit", 1, gold)
    long = pincite("eval", "run", "--limit", 1, gold)
    assert short.code == long.code == 0
    assert short.stdout.splitlines()[0] == long.stdout.splitlines()[0]


def test_a_limit_asks_the_first_questions(pincite: Pincite, gold: Path) -> None:
    assert pincite("eval", gold, "--limit", 2, "--json", "run.json").code == 0
    assert [r["id"] for r in written(Path("run.json"))["results"]] == ["owl", "ship"]


def test_a_setting_can_be_overridden(pincite: Pincite, gold: Path) -> None:
    overrides = ("--config", "quotes=1", "--config", "candidates=50")
    assert pincite("eval", gold, *overrides, "--json", "one.json").code == 0
    assert pincite("eval", gold, "--config", "candidates=50", "--json", "three.json").code == 0
    one, three = (written(Path(name)) for name in ("one.json", "three.json"))
    assert (one["settings"]["quotes"], three["settings"]["quotes"]) == (1, 3)
    assert {len(result["quotes"]) for result in one["results"]} == {1}
    assert max(len(result["quotes"]) for result in three["results"]) > 1


def test_a_library_that_has_the_documents_is_used(
    pincite: Pincite, gold: Path, tmp_path: Path
) -> None:
    (tmp_path / "texts").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "texts" / f"{name}.txt").write_text(text, "utf-8")
    assert pincite("--library", "mine", "ingest", "texts").code == 0
    run = pincite("eval", gold, "--library", "mine", "--limit", 1)
    assert run.code == 0
    assert "ingesting" not in run.stderr
    assert "ingest_passages_per_s" not in run.stdout


def test_a_library_without_the_documents_is_refused(
    pincite: Pincite, gold: Path, notes: Path
) -> None:
    assert "'birds'" in refused(pincite("eval", gold, "--library", ".pincite"))


def test_two_runs_are_compared(pincite: Pincite, gold: Path) -> None:
    assert pincite("eval", gold, "--limit", 2, "--json", "before.json").code == 0
    again = ("--compare", "before.json", "--json", "after.json", "--html", "after.html")
    run = pincite("eval", gold, "--limit", 2, *again)
    assert run.code == 0
    assert "compared with the other run over 2 questions" in run.stdout
    assert written(Path("after.json"))["compared"]["quote_hit@1"]["difference"] == 0.0
    assert "<h2>Compared</h2>" in Path("after.html").read_text("utf-8")


def test_runs_without_a_question_in_common_are_refused(
    pincite: Pincite, gold: Path, tmp_path: Path
) -> None:
    other = write_gold(tmp_path / "other", [{**OWL, "id": "another"}])
    assert pincite("eval", other, "--json", "other.json").code == 0
    run = pincite("eval", gold, "--compare", "other.json", "--json", "new.json")
    assert run.code == 2
    assert "pincite: the reports share no question" in run.stderr
    assert not Path("new.json").exists()


@pytest.mark.parametrize("text", [None, "", "{}", "[1]"])
def test_a_comparison_with_another_file_is_refused(
    pincite: Pincite, gold: Path, text: str | None
) -> None:
    if text is not None:
        Path("other.json").write_text(text, "utf-8")
    said = refused(pincite("eval", gold, "--compare", "other.json"))
    assert said.startswith("other.json is not a report")


def test_a_wrong_gold_set_is_refused_and_nothing_written(
    pincite: Pincite, gold: Path, tmp_path: Path
) -> None:
    write_gold(gold, [OWL, {**SHIP, "question": ""}])
    before = files(tmp_path)
    run = pincite("eval", gold, "--json", "run.json", "--html", "run.html")
    assert refused(run) == f"{gold / 'questions.jsonl'}:2: the question is empty"
    assert files(tmp_path) == before


@pytest.mark.parametrize("command", [["eval"], ["eval", "check"]])
def test_a_folder_without_gold_set_is_refused(
    pincite: Pincite, tmp_path: Path, command: list[str]
) -> None:
    said = refused(pincite(*command, tmp_path / "none"))
    assert said.startswith(str(tmp_path / "none"))
    assert "corpus.jsonl and questions.jsonl" in said


def test_an_unknown_split_is_refused(pincite: Pincite, gold: Path) -> None:
    said = refused(pincite("eval", gold, "--split", "train"))
    assert said.endswith("no question of the split 'train'; its splits: dev, test")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("nonsense", "'nonsense' is not NAME=VALUE"),
        ("nonsense=1", "the setting nonsense = '1' is not valid"),
        ("quotes=many", "the setting quotes = 'many' is not valid"),
        ("quotes=7", "the setting quotes = '7' is not valid"),
    ],
)
@pytest.mark.parametrize("command", ["run", "bench"])
def test_a_wrong_setting_is_refused(
    pincite: Pincite, gold: Path, command: str, override: str, said: str
) -> None:
    folder = [gold] if command == "run" else []
    assert said in refused(pincite("eval", command, *folder, "--config", override))


@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("target", ["none/run.out", "small"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_asked(
    pincite: Pincite, gold: Path, option: str, target: str
) -> None:
    said = refused(pincite("eval", gold, option, target))
    assert said == f"{target} cannot be written: name a file in a folder that exists"


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--limit", "x"], ["--nonsense"]])
def test_a_wrong_option_is_wrong_usage(pincite: Pincite, gold: Path, arguments: list[str]) -> None:
    run = pincite("eval", gold, *arguments)
    assert (run.code, run.stdout) == (2, "")
    assert arguments[0] in run.stderr


def test_check_prints_what_a_gold_set_is_made_of(pincite: Pincite, gold: Path) -> None:
    run = pincite("eval", "check", gold)
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    assert (run.code, run.stderr) == (0, "")
    assert lines[:4] == [
        "small: 3 documents, 3 questions, 2 answerable",
        "dev fact 1",
        "dev near miss 1",
        "test fact 1",
    ]
    assert lines[4].startswith("share of a question's words that are in its evidence: ")


def test_check_of_a_plain_set_speaks_of_no_kinds(pincite: Pincite, tmp_path: Path) -> None:
    plain = question("q", "Which?", answerable=True, relevant_docs=["birds"])
    run = pincite("eval", "check", write_gold(tmp_path / "plain", [plain]))
    assert run.stdout == "plain: 3 documents, 1 question, 1 answerable\n"


def test_a_squad_file_can_be_imported_and_asked(pincite: Pincite, tmp_path: Path) -> None:
    Path("squad.json").write_text(json.dumps(SQUAD), "utf-8")
    run = pincite("eval", "import", "squad", "squad.json", "new")
    assert (run.code, run.stdout) == (0, "new: 2 documents, 3 questions\n")
    assert len(load(tmp_path / "new").questions) == 3
    assert pincite("eval", "new").code == 0


def test_a_beir_folder_can_be_imported_and_asked(pincite: Pincite, tmp_path: Path) -> None:
    beir_folder(tmp_path / "beir", BEIR_CORPUS, BEIR_QUERIES, QRELS)
    run = pincite("eval", "import", "beir", "beir", "new", "--split", "test")
    assert (run.code, run.stdout) == (0, "new: 3 documents, 2 questions\n")
    assert "doc_ndcg@10" in pincite("eval", "new").stdout


def test_an_import_into_a_gold_set_is_refused(pincite: Pincite, gold: Path, tmp_path: Path) -> None:
    Path("squad.json").write_text(json.dumps(SQUAD), "utf-8")
    before = load(gold)
    said = refused(pincite("eval", "import", "squad", "squad.json", gold))
    assert said.startswith(f"{gold / 'corpus.jsonl'} already exists")
    assert load(gold) == before


@pytest.mark.parametrize("form", ["squad", "beir", "other"])
def test_an_import_of_something_else_is_refused(
    pincite: Pincite, tmp_path: Path, form: str
) -> None:
    Path("source").write_text("oops", "utf-8")
    refused(pincite("eval", "import", form, "source", "new"))
    assert files(tmp_path) == {"source"}


def test_bench_prints_the_whole_question_and_its_stages(pincite: Pincite) -> None:
    run = pincite("eval", "bench", "--rounds", 1)
    assert run.code == 0
    assert "questions, each asked 1 times, of the bundled article" in run.stdout
    assert "whole question" in run.stdout
    assert "peak memory" in run.stdout


def test_bench_needs_a_round(pincite: Pincite) -> None:
    assert pincite("eval", "bench", "--rounds", 0).code == 2


def test_eval_alone_shows_its_help(pincite: Pincite) -> None:
    run = pincite("eval", "--help")
    assert run.code == 0
    assert [
        c for c in ("check", "import", "calibrate", "foreign", "bench") if c not in run.stdout
    ] == []
