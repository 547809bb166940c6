"""Answers that a file has as printed are looked for in what is read of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pincite.corpus.errors import GoldSetError
from pincite.eval.bench.printed import CheckedSet, check_printed, same_words, show, to_json
from tests.conftest import Pincite

_GULLS = "# Gulls\n\nEach gull eats 1,250 g of fish.\n\nThey nest on the pier."


def _folder(folder: Path, files: dict[str, bytes | str], *questions: dict[str, Any]) -> Path:
    (folder / "files").mkdir(parents=True)
    for name, data in files.items():
        (folder / "files" / name).write_bytes(data.encode() if isinstance(data, str) else data)
    corpus = [{"id": f"files/{name}", "path": f"files/{name}"} for name in files]
    rows = [{"id": f"q{n}", "answerable": True, **row} for n, row in enumerate(questions, 1)]
    for listing, values in (("corpus", corpus), ("questions", rows)):
        lines = "".join(json.dumps(value) + "\n" for value in values)
        (folder / f"{listing}.jsonl").write_text(lines)
    return folder


def _check(folder: Path) -> CheckedSet:
    return check_printed(folder, lambda *_: None)


def _shown(*sets: CheckedSet) -> str:
    console = Console(record=True, width=200)
    show(console, sets)
    return console.export_text()


def test_a_string_stands_where_its_question_says(tmp_path: Path) -> None:
    question = {"answers": ["1250 g", "the jetty"], "files": ["files/gulls.md", "files/owls.md"]}
    files: dict[str, bytes | str] = {"gulls.md": _GULLS, "owls.md": "Owls.", "x.md": "the jetty"}
    checked = _check(_folder(tmp_path / "birds", files, question))
    assert {answer.text: answer.found_in for answer in checked.answers} == {
        "1250 g": ("files/gulls.md",),
        "the jetty": (),
    }


def test_a_question_is_whole_with_all_that_is_needed_and_one_of_the_others(tmp_path: Path) -> None:
    where = {"files": ["files/gulls.md"]}
    checked = _check(
        _folder(
            tmp_path / "birds",
            {"gulls.md": _GULLS},
            {"answers": ["fish", "squid"], "all_of": ["fish", "pier"], **where},
            {"answers": ["fish"], "all_of": ["fish", "jetty"], **where},
            {"answers": ["squid", "crabs"], **where},
            {"answers": ["crabs", "the pier"], **where},
            {"answers": ["crabs"], "answerable": False, **where},
        )
    )
    # The first one's other answer is missing: it has no other that is there.
    assert checked.questions() == (4, 1)
    assert [a.question for a in checked.answers if not a.found_in] == ["q1", "q2", "q3", "q3", "q4"]


def test_what_is_missing_is_printed_with_its_files_and_refused_files_with_the_reason(
    tmp_path: Path,
) -> None:
    question = {"answers": ["squid"], "files": ["files/gulls.md", "files/photo.png"]}
    files = {"gulls.md": _GULLS, "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(40)}
    checked = _check(_folder(tmp_path / "birds", files, question))
    shown = _shown(checked)
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}
    assert rows["md"] == ["1", "1", "0", "0", "1", "0", "0.000"]
    assert rows["png"] == ["1", "0", "0", "1", "1", "0", "0.000"]
    assert rows["all"] == ["2", "1", "0", "1", "1", "0", "0.000"]
    assert "missing: q1: 'squid' (one of several) in files/gulls.md, files/photo.png" in shown
    assert "refused: birds: files/photo.png" in shown


def test_json_has_each_string_and_where_it_stands(tmp_path: Path) -> None:
    question = {"answers": ["fish"], "relevant_docs": ["files/gulls.md"], "kind": "prose"}
    value = to_json([_check(_folder(tmp_path / "birds", {"gulls.md": _GULLS}, question))])
    assert value["sets"][0]["strings"] == [
        {
            "question": "q1",
            "kind": "prose",
            "text": "fish",
            "needed": False,
            "files": ["files/gulls.md"],
            "found_in": ["files/gulls.md"],
        }
    ]
    assert value["types"][-1]["share"] == 1


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("| Total | 1,850.00 € |", "1850.00"),
        ("from 2\u202f000 to 3.000", "2000 to 3000"),
        ("it’s on SATURDAY, 27 June", "it's on Saturday 27 june"),
        ("B26-17 | 618", "B26-17"),
    ],
)
def test_prints_of_the_same_answer_agree(text: str, printed: str) -> None:
    assert f" {same_words(printed)} " in f" {same_words(text)} "


@pytest.mark.parametrize(
    ("text", "printed"),
    [("1850", "1850.00"), ("10⁶ cells", "106 cells"), ("2026-06-27", "27.06.2026"), ("45", "4")],
)
def test_other_prints_do_not(text: str, printed: str) -> None:
    assert f" {same_words(printed)} " not in f" {same_words(text)} "


def test_a_question_about_a_file_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    question = {"answers": ["fish"], "files": ["files/other.md"]}
    folder = _folder(tmp_path / "birds", {"gulls.md": _GULLS}, question)
    with pytest.raises(GoldSetError, match=r"questions\.jsonl:1: 'files/other\.md'"):
        _check(folder)


def test_the_command_prints_several_sets_as_one_table_and_writes_json(
    pincite: Pincite, tmp_path: Path
) -> None:
    question = {"answers": ["fish"], "files": ["files/gulls.md"]}
    folders = [_folder(tmp_path / name, {"gulls.md": _GULLS}, question) for name in ("a", "b")]
    run = pincite("eval", "printed", *folders, "--json", "out.json")
    assert run.code == 0
    assert "questions: 2 of 2" in run.stdout
    assert [s["name"] for s in json.loads(Path("out.json").read_text())["sets"]] == ["a", "b"]
