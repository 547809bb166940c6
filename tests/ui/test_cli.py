"""The command line, used as it is meant to be."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.canonical import canonical
from pincite.corpus.store.library import Library
from tests.conftest import NOTES, Pincite, process

EATS = "What does the herring gull eat?"
NOWHERE = "Quokka zyzzyva marzipan?"
GULLS = "The herring gull eats fish and mussels. Gulls nest on cliffs in spring."
PAYEES = [f"Payee number {n} of the village saver account" for n in range(40)]
ANSWER_KEYS = {"question", "status", "confidence", "quotes", "agreement", "nearest", "trace"}
PASSAGE_KEYS = {"document", "title", "section", "page", "start", "end", "text", "score", "hidden"}
TRACE_KEYS = {
    "generation",
    "fingerprint",
    "confidence_kind",
    "threshold",
    "scores",
    "milliseconds",
    "rewritten",
    "corrected",
    "asked",
    "left_out",
    "listed",
    "carried",
    "documents",
    "reranked",
}


def json_of(pincite: Pincite, *arguments: object) -> Any:
    """The one JSON value that the command prints, and that it prints nothing else."""
    run = pincite(*arguments, "--json")
    assert run.stderr == ""
    return json.loads(run.stdout)


def test_a_file_is_ingested_and_said_to_be(tmp_path: Path, pincite: Pincite) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(NOTES, "utf-8")
    run = pincite("ingest", file)
    assert (run.code, run.stdout) == (0, "")
    line, summary = run.stderr.splitlines()
    assert line == f"added: {file}, 2 passages"
    assert summary.startswith(
        "1 added, 0 replaced, 0 unchanged, 0 refused; 2 passages embedded in "
    )


def test_a_folder_gives_its_readable_files_and_no_others(tmp_path: Path, pincite: Pincite) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.md", ".hidden.txt", "c.xyz"):
        (tmp_path / "folder" / name).write_text(f"The word of {name} is short.\n", "utf-8")
    assert pincite("ingest", "folder").code == 0
    sources = [entry["source"] for entry in json_of(pincite, "documents")]
    assert sources == [str(tmp_path / "folder" / name) for name in ("a.txt", "deep/b.md")]


@pytest.mark.usefixtures("notes")
def test_an_answer_is_numbered_and_says_its_section_and_how_sure_it_is(pincite: Pincite) -> None:
    run = pincite("ask", EATS)
    assert (run.code, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert lines[0] == f"[1] {GULLS}"
    assert lines[1] == "    notes › Gulls"
    assert lines[-1].endswith(" match")
    assert not {"characters", "score", "probability"} & set(run.stdout.split())


@pytest.mark.usefixtures("notes")
def test_details_of_an_answer_are_its_offsets_and_the_number_of_its_confidence(
    pincite: Pincite,
) -> None:
    run = pincite("ask", EATS, "--details")
    start = NOTES.index(GULLS)
    lines = run.stdout.splitlines()
    assert lines[1] == f"    notes › Gulls · characters {start}–{start + len(GULLS)}"
    assert " match (score 0." in lines[-1]
    missing = pincite("ask", NOWHERE, "--details").stdout
    assert missing.startswith("Not in these documents (score 0.")
    assert "    notes › Gulls · characters 12–83\n" in missing


@pytest.mark.usefixtures("notes")
def test_search_ranks_passages(pincite: Pincite) -> None:
    run = pincite("search", "Which owl hunts mice?")
    assert (run.code, run.stderr) == (0, "")
    first, second = run.stdout.index("[1] The barn owl"), run.stdout.index("[2] The herring gull")
    assert first < second
    assert "    notes › Owls\n" in run.stdout
    assert "score" not in run.stdout
    detailed = pincite("search", "--details", "Which owl hunts mice?").stdout
    assert "notes › Owls · characters 96–162 · score 1.00" in detailed


@pytest.mark.usefixtures("notes")
def test_search_shows_as_many_passages_as_asked_for(pincite: Pincite) -> None:
    run = pincite("search", "-k", 1, "Which owl hunts mice?")
    assert "[1] The barn owl" in run.stdout
    assert "[2]" not in run.stdout


def test_documents_lists_what_is_there(pincite: Pincite, notes: Path) -> None:
    run = pincite("documents")
    assert (run.code, run.stderr) == (0, "")
    heading, line = run.stdout.splitlines()[:2]
    columns = ["id", "title", "pages", "passages", "characters", "state", "tags", "added", "source"]
    assert heading.split() == columns
    assert line.split()[1:5] == ["notes", "2", str(len(NOTES)), "read"]


def test_an_emptied_library_says_how_to_fill_it(pincite: Pincite, notes: Path) -> None:
    pincite("remove", notes)
    run = pincite("documents")
    assert (run.code, run.stdout) == (
        0,
        "The library is empty; add documents with: pincite ingest PATH\n",
    )


def test_a_document_is_removed_by_its_path(pincite: Pincite, notes: Path) -> None:
    run = pincite("remove", notes)
    assert (run.code, run.stdout, run.stderr) == (0, "", f"removed: {notes}\n")
    assert json_of(pincite, "documents") == []


def test_a_document_is_removed_by_the_first_digits_of_its_id(pincite: Pincite, notes: Path) -> None:
    (entry,) = json_of(pincite, "documents")
    run = pincite("remove", entry["id"][:8])
    assert (run.code, run.stderr) == (0, f"removed: {notes}\n")
    assert json_of(pincite, "documents") == []


def test_a_removed_document_is_quoted_no_more(
    tmp_path: Path, pincite: Pincite, notes: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The schooner left Bergen with forty sailors.\n", "utf-8")
    pincite("ingest", other)
    pincite("remove", notes)
    run = pincite("search", EATS)
    assert "herring" not in run.stdout
    assert "schooner" in run.stdout


@pytest.mark.usefixtures("notes")
def test_doctor_finds_a_good_library_sound(pincite: Pincite) -> None:
    run = pincite("doctor")
    assert (run.code, run.stderr) == (0, "")
    assert ".pincite: 1 document, 2 passages, generation 1" in run.stdout
    assert "embedder   hashing@" in run.stdout
    assert run.stdout.endswith("all sound\n")


def test_the_version_is_said(pincite: Pincite) -> None:
    run = pincite("--version")
    assert (run.code, run.stdout, run.stderr) == (0, f"pincite {version('pincite')}\n", "")


@pytest.mark.usefixtures("notes")
def test_an_answer_as_json_has_the_documented_keys(pincite: Pincite) -> None:
    answer = json_of(pincite, "ask", f"  {EATS} ")
    assert set(answer) == ANSWER_KEYS
    assert (answer["question"], answer["status"]) == (EATS, "ANSWERED")
    assert set(answer["quotes"][0]) == {*PASSAGE_KEYS, "highlights", "answer", "context", "places"}
    assert all(set(passage) == PASSAGE_KEYS for passage in answer["nearest"])
    assert set(answer["trace"]) == TRACE_KEYS
    assert answer["quotes"][0]["section"] == ["Gulls"]
    assert answer["quotes"][0]["page"] is None


def test_the_offsets_in_json_count_code_points_of_the_canonical_text(
    tmp_path: Path, pincite: Pincite
) -> None:
    raw = "Cafe\u0301 \U0001f426 opens.\r\n\nThe re\u0301sume\u0301 of an \U0001f989 owl is long.\r"
    (tmp_path / "odd.txt").write_text(raw, "utf-8", newline="")
    pincite("ingest", "odd.txt")
    question = "Is the résumé of an owl long?"
    answer = json_of(pincite, "ask", question)
    text = canonical(raw)
    shown = [*answer["quotes"], *answer["nearest"], *json_of(pincite, "search", question)]
    assert all(text[item["start"] : item["end"]] == item["text"] for item in shown)
    assert [text[start:end] for start, end in answer["quotes"][0]["highlights"]] == [
        "The résumé of an \U0001f989 owl is long."
    ]


@pytest.mark.usefixtures("notes")
def test_a_search_as_json_is_a_ranked_list(pincite: Pincite) -> None:
    passages = json_of(pincite, "search", "Which owl hunts mice?")
    assert all(set(passage) == PASSAGE_KEYS for passage in passages)
    assert [passage["section"] for passage in passages] == [["Owls"], ["Gulls"]]
    assert passages[0]["score"] >= passages[1]["score"]


def test_documents_as_json_describe_each(pincite: Pincite, notes: Path) -> None:
    (entry,) = json_of(pincite, "documents")
    with Library.open(".pincite") as library:
        document = library.document(entry["id"])
    assert entry.pop("added_at")
    assert entry.pop("origin")["size"] == len(NOTES)
    assert entry == {
        "state": "read",
        "id": document.id,
        "source": str(notes),
        "title": "notes",
        "media_type": "text/plain",
        "text_sha256": document.text_sha256,
        "characters": len(NOTES),
        "pages": 0,
        "passages": 2,
        "metadata": {},
        "warnings": [],
        "tags": [],
        "same_as": None,
    }


@pytest.mark.usefixtures("notes")
def test_doctor_as_json_says_what_it_looked_at(pincite: Pincite) -> None:
    health = json_of(pincite, "doctor")
    assert health.pop("versions")["pincite"] == version("pincite")
    assert health.pop("embedder").startswith("hashing@")
    assert health == {
        "library": ".pincite",
        "exists": True,
        "generation": 1,
        "documents": 1,
        "passages": 2,
        "writer": None,
        "writer_host": None,
        "writer_is_local": None,
        "problems": [],
        "notes": [],
    }


def test_doctor_without_a_library_makes_none(tmp_path: Path, pincite: Pincite) -> None:
    run = pincite("doctor")
    assert run.code == 0
    assert "none yet; make one with: pincite ingest PATH" in run.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_library_is_named_by_option_before_environment_before_folder(
    tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "named", "set"):
        (tmp_path / f"{name}.txt").write_text(f"The library is {name}.\n", "utf-8")
    pincite("ingest", "here.txt")
    pincite("--library", "named", "ingest", "named.txt")
    by_folder = pincite("search", "library")
    monkeypatch.setenv("PINCITE_LIBRARY", str(tmp_path / "set"))
    pincite("ingest", "set.txt")
    by_environment = pincite("search", "library")
    by_option = pincite("--library", "named", "search", "library")
    said = [run.stdout.splitlines()[0] for run in (by_folder, by_environment, by_option)]
    assert said == [f"[1] The library is {name}." for name in ("here", "set", "named")]
    assert (tmp_path / ".pincite" / "library.sqlite").is_file()


@pytest.mark.usefixtures("notes")
def test_not_found_shows_the_passages_that_come_closest_and_exits_with_3(pincite: Pincite) -> None:
    run = pincite("ask", NOWHERE)
    assert (run.code, run.stderr) == (3, "")
    headline, said = run.stdout.splitlines()[:2]
    assert headline == "Not in these documents"
    assert said.endswith("These passages come closest, and do not answer the question:")
    assert f"– {GULLS}\n    notes › Gulls\n" in run.stdout
    assert "[1]" not in run.stdout


@pytest.mark.usefixtures("notes")
def test_not_found_as_json_has_no_quotes_and_exits_with_3(pincite: Pincite) -> None:
    run = pincite("ask", NOWHERE, "--json")
    answer = json.loads(run.stdout)
    assert (run.code, run.stderr) == (3, "")
    assert (answer["status"], answer["quotes"]) == ("NOT_FOUND", [])
    assert {tuple(near["section"]) for near in answer["nearest"]} == {("Gulls",), ("Owls",)}


@pytest.mark.usefixtures("notes")
def test_unsure_shows_the_closest_quotes_and_exits_with_0(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_THRESHOLD", "1")
    run = pincite("ask", "Where do gulls winter?")
    assert (run.code, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert lines[0] == "Not sure; these come closest:"
    assert f"[1] {GULLS}" in lines
    assert "    notes › Gulls" in lines
    assert "sure from" not in lines[-1]
    detailed = pincite("ask", "Where do gulls winter?", "--details").stdout.splitlines()
    assert detailed[-1].startswith("(score 0.")
    assert detailed[-1].endswith(", sure from 1.00 on)")


@pytest.mark.usefixtures("notes")
def test_unsure_as_json_has_quotes_and_exits_with_0(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_THRESHOLD", "1")
    run = pincite("ask", "Where do gulls winter?", "--json")
    answer = json.loads(run.stdout)
    assert (run.code, run.stderr, answer["status"]) == (0, "", "UNSURE")
    assert answer["quotes"][0]["text"] == GULLS


def test_a_limited_question_says_what_was_left_out_unless_it_is_answered(
    tmp_path: Path, pincite: Pincite, notes: Path
) -> None:
    for name in ("ships", "bread"):
        (tmp_path / f"{name}.txt").write_text(f"The word of {name} is short.\n", "utf-8")
        pincite("ingest", f"{name}.txt")
    limited = pincite("ask", NOWHERE, "--document", notes)
    said = "Asked 1 of 3 documents; the others were left out. "
    assert limited.code == 3
    assert limited.stdout.endswith(f"{said}Ask again without --document and --tag for all.\n")
    trace = json_of(pincite, "ask", NOWHERE, "--document", notes)["trace"]
    assert (trace["asked"], trace["left_out"]) == (1, 2)
    for answered in (pincite("ask", EATS, "--document", notes), pincite("ask", NOWHERE)):
        assert "left out" not in answered.stdout


def test_a_row_is_shown_under_the_names_of_its_columns(tmp_path: Path, pincite: Pincite) -> None:
    rows = "".join(f"P-{n},{n}.50,{name}\n" for n, name in enumerate(PAYEES, start=2501))
    (tmp_path / "payments.csv").write_text(f"Ref,Amount,Payee\n{rows}", "utf-8")
    pincite("ingest", "payments.csv")
    (quote, *_) = json_of(pincite, "ask", "what was payment P-2508")["quotes"]
    (columns,) = (piece for piece in quote["context"] if piece["role"] == "columns")
    assert "P-2508" in quote["text"]
    with Library.open(".pincite") as library:
        text = library.document(quote["document"]).text
    assert text[columns["start"] : columns["end"]] == columns["text"]
    lines = pincite("ask", "what was payment P-2508").stdout.splitlines()
    above = [f"    {line}" for line in columns["text"].splitlines()]
    assert lines[: len(above) + 1] == [*above, f"[1] {quote['text'].splitlines()[0]}"]


def test_the_same_words_elsewhere_are_one_quote_with_both_places(
    tmp_path: Path, pincite: Pincite, notes: Path
) -> None:
    (tmp_path / "copy.txt").write_text(NOTES, "utf-8")
    pincite("ingest", "copy.txt")
    lines = pincite("ask", EATS).stdout.splitlines()
    assert lines[:3] == [
        f"[1] {GULLS}",
        "    notes › Gulls",
        "    also in copy › Gulls",
    ]
    missing = pincite("ask", NOWHERE).stdout
    assert missing.count(GULLS) == 1
    assert f"– {GULLS}\n    notes › Gulls\n    also in copy › Gulls\n" in missing


def test_what_is_unchanged_is_not_embedded_again(pincite: Pincite, notes: Path) -> None:
    run = pincite("ingest", notes)
    assert run.code == 0
    assert f"unchanged: {notes}, 2 passages" in run.stderr
    assert "0 added, 0 replaced, 1 unchanged, 0 refused; 0 passages embedded" in run.stderr
    assert json_of(pincite, "doctor")["generation"] == 1


def test_a_changed_file_replaces_its_old_self(pincite: Pincite, notes: Path) -> None:
    notes.write_text(NOTES + "\n== Terns ==\nThe arctic tern eats sand eels.\n", "utf-8")
    run = pincite("ingest", notes)
    assert "1 replaced" in run.stderr
    assert "; 1 passage embedded" in run.stderr
    assert "[1] The arctic tern eats sand eels." in pincite("ask", "What does a tern eat?").stdout


def test_one_file_can_be_given_a_title(pincite: Pincite, notes: Path) -> None:
    assert pincite("ingest", notes, "--title", "Birds of the coast").code == 0
    assert "Birds of the coast › Gulls" in pincite("ask", EATS).stdout


def test_a_process_without_a_terminal_prints_plain_lines(tmp_path: Path, notes: Path) -> None:
    taken = process("--library", "other", "ingest", str(notes))
    answered = process("ask", EATS, PINCITE_LIBRARY="other")
    assert (taken.returncode, answered.returncode) == (0, 0)
    assert taken.stderr.startswith(f"added: {notes}, 2 passages\n1 added, ")
    assert answered.stdout.startswith(f"[1] {GULLS}\n")
    assert "\x1b" not in taken.stderr + answered.stdout + answered.stderr


@pytest.mark.usefixtures("notes")
def test_a_process_prints_json_and_nothing_else() -> None:
    run = process("ask", NOWHERE, "--json")
    assert (run.returncode, run.stderr) == (3, "")
    assert json.loads(run.stdout)["status"] == "NOT_FOUND"
