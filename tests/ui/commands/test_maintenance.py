"""Copies, indexes, other embedders, space and health, as a person does it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.database import FILE_NAME
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.conftest import Pincite

EATS = "What does the herring gull eat?"
SMALL = HashingEmbedder(32)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From its call on, another embedder is the one that is set."""

    def choose() -> None:
        for module in (
            "pincite.retrieval.engine",
            "pincite.retrieval.health",
            "pincite.ui.commands.maintenance",
        ):
            monkeypatch.setattr(f"{module}.open_embedder", lambda settings, say: SMALL)

    return choose


def health(pincite: Pincite, *arguments: str) -> Any:
    return json.loads(pincite("doctor", "--json", *arguments).stdout)


def behind_our_back(*statements: str) -> None:
    with closing(sqlite3.connect(Path(".pincite", FILE_NAME))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("vectors", [(), ("--vectors",)])
def test_a_library_moves_by_export_and_import(
    pincite: Pincite, notes: Path, vectors: tuple[str, ...]
) -> None:
    pincite("tag", notes, "--add", "birds")
    run = pincite("export", "all.jsonl", *vectors)
    assert (run.code, run.stdout, run.stderr) == (0, "", "exported: 1 document to all.jsonl\n")
    trust = ["--trust-vectors"] if vectors else []
    taken = pincite("--library", "other", "import", "all.jsonl", *trust)
    assert (taken.code, taken.stdout) == (0, "")
    assert f"added: {notes}, 2 passages" in taken.stderr
    assert ("; 0 passages embedded" in taken.stderr) == bool(vectors)
    here, there = pincite("documents"), pincite("--library", "other", "documents")
    assert here.stdout == there.stdout
    asked = pincite("--library", "other", "ask", EATS, "--tag", "birds")
    assert asked.stdout == pincite("ask", EATS).stdout
    assert pincite("--library", "other", "doctor", "--deep").code == 0


@pytest.mark.usefixtures("notes")
def test_an_export_writes_over_nothing(tmp_path: Path, pincite: Pincite) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    run = pincite("export", "mine.txt")
    assert (run.code, run.stdout) == (2, "")
    assert "mine.txt already exists and was not changed; name a new file" in run.stderr
    assert (tmp_path / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.usefixtures("notes")
def test_a_line_that_is_not_sound_is_named_and_nothing_is_imported(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "bad.jsonl").write_text('{"pincite": 1}\n', "utf-8")
    before = pincite("documents", "--json").stdout
    run = pincite("import", "bad.jsonl")
    assert (run.code, run.stdout) == (2, "")
    assert "bad.jsonl, line 1: " in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert pincite("documents", "--json").stdout == before


@pytest.mark.usefixtures("notes")
def test_indexes_are_rebuilt(pincite: Pincite) -> None:
    shutil.rmtree(Path(".pincite", "indexes"))
    assert pincite("doctor").code == 1
    run = pincite("rebuild")
    assert (run.code, run.stdout, run.stderr) == (0, "", "rebuilt: the indexes of 2 passages\n")
    assert pincite("doctor", "--deep").code == 0


def test_a_library_of_an_older_pincite_is_embedded_anew_without_its_files(
    pincite: Pincite, notes: Path
) -> None:
    behind_our_back("UPDATE meta SET value = 'hashing@256' WHERE key = 'embedder'")
    notes.unlink()
    (problem,) = health(pincite)["problems"]
    assert "an older Pincite made it, so embed everything again: pincite reembed" in problem
    refused = pincite("ask", EATS)
    assert (refused.code, refused.stdout) == (1, "")
    assert "pincite reembed" in refused.stderr
    assert pincite("reembed").code == 0
    assert "herring gull eats fish" in pincite("ask", EATS).stdout
    assert health(pincite, "--deep")["problems"] == []


@pytest.mark.usefixtures("notes")
def test_another_embedder_is_refused_with_the_command_that_takes_it(
    pincite: Pincite, small: Any
) -> None:
    small()
    refused = pincite("ask", EATS)
    assert (refused.code, refused.stdout) == (1, "")
    assert "hashing@256+parts, and this is hashing@32+parts" in refused.stderr
    assert "pincite reembed" in refused.stderr
    run = pincite("reembed")
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr == (
        "embedded again with hashing@32+parts: 1 document, 2 passages; 2 embedded now\n"
    )
    assert "herring gull eats fish" in pincite("ask", EATS).stdout
    assert health(pincite, "--deep")["problems"] == []


def test_compacting_says_how_many_bytes_it_freed(
    tmp_path: Path, pincite: Pincite, notes: Path
) -> None:
    big = tmp_path / "big.txt"
    big.write_text("\n\n".join(f"The owl number {n} hunts." for n in range(2000)), "utf-8")
    pincite("ingest", big)
    pincite("remove", big)
    before = sum(f.stat().st_size for f in Path(".pincite").glob(f"{FILE_NAME}*"))
    run = pincite("compact")
    freed = int(run.stderr.removeprefix("freed: ").removesuffix(" bytes\n").replace(",", ""))
    after = sum(f.stat().st_size for f in Path(".pincite").glob(f"{FILE_NAME}*"))
    assert (run.code, run.stdout) == (0, "")
    assert freed > 100_000
    assert before - after >= freed
    assert "herring" in pincite("ask", EATS).stdout


@pytest.mark.usefixtures("notes")
def test_doctor_reads_texts_and_vectors_only_when_told_to_look_deep(pincite: Pincite) -> None:
    behind_our_back("UPDATE vectors SET data = zeroblob(length(data) - 2)")
    assert health(pincite)["problems"] == []
    run = pincite("doctor", "--deep")
    assert run.code == 1
    assert "notes.txt': the vectors of 2 of its passages are damaged" in run.stdout
    assert "all sound" not in run.stdout


@pytest.mark.parametrize("verb", ["rebuild", "reembed", "compact", "export", "show"])
def test_without_a_library_there_is_nothing_to_keep(
    tmp_path: Path, pincite: Pincite, verb: str
) -> None:
    run = pincite(verb, *(["x"] if verb in ("export", "show") else []))
    assert (run.code, run.stdout) == (1, "")
    assert ".pincite has no library; make one with: pincite ingest PATH" in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("notes")
def test_exchanged_vectors_are_refused_and_made_anew(pincite: Pincite) -> None:
    right = pincite("ask", EATS).stdout
    behind_our_back(
        "CREATE TEMP TABLE was AS SELECT rowid AS id, data FROM vectors",
        "UPDATE vectors SET data = (SELECT data FROM was WHERE id != vectors.rowid)",
    )
    refused = pincite("ask", EATS)
    assert (refused.code, refused.stdout) == (1, "")
    assert "notes.txt' is damaged: a vector of its passage" in refused.stderr
    run = pincite("doctor", "--repair", "--deep")
    assert (run.code, run.stderr) == (0, "repaired: the vectors of 2 passages\n")
    assert pincite("ask", EATS).stdout == right


def test_a_damaged_document_is_read_again_or_removed(pincite: Pincite, notes: Path) -> None:
    for mend in (("ingest", notes), ("remove", notes)):
        behind_our_back("UPDATE contents SET sections = '[]'")
        assert pincite("ask", EATS).code == 1
        run = pincite("doctor", "--repair")
        assert (run.code, f"damaged: {notes}; read its file again" in run.stderr) == (1, True)
        assert pincite(*mend).code == 0
        assert pincite("doctor", "--deep").code == 0
    assert json.loads(pincite("documents", "--json").stdout) == []


def test_a_damaged_document_is_listed_beside_the_others_which_answer(
    pincite: Pincite, notes: Path
) -> None:
    Path("more.txt").write_text("The whale sings.\n", "utf-8")
    assert pincite("ingest", "more.txt").code == 0
    behind_our_back(f"UPDATE documents SET title = 'Lies' WHERE source = '{notes}'")
    said = f"the document {str(notes)!r} is damaged: "
    listed = pincite("documents").stdout
    assert f"\nDamaged:\n  {said}" in listed
    assert "pincite remove" in listed
    assert "more" in listed.partition("Damaged:")[0]
    whale, damaged = json.loads(pincite("documents", "--json").stdout)
    assert (whale["title"], damaged["state"], damaged["source"]) == ("more", "damaged", str(notes))
    run = pincite("ask", "What does the whale do?")
    assert (run.code, "The whale sings." in run.stdout) == (0, True)
    assert "Gulls" not in pincite("ask", EATS).stdout
    assert pincite("export", "all.jsonl").code == 1
    assert said in pincite("doctor").stdout
    assert pincite("remove", notes).code == 0
    assert pincite("doctor").code == 0


@pytest.mark.usefixtures("notes")
def test_lost_commits_are_told_until_they_are_accepted(pincite: Pincite) -> None:
    older = Path(".pincite", FILE_NAME).read_bytes()
    Path("more.txt").write_text("The whale sings.\n", "utf-8")
    assert pincite("ingest", "more.txt").code == 0
    Path(".pincite", FILE_NAME).write_bytes(older)
    for command in (["ask", EATS], ["ingest", "more.txt"], ["doctor"]):
        run = pincite(*command)
        assert run.code == 1
        assert "1 commit is missing" in run.stdout + run.stderr
    accepted = pincite("doctor", "--accept")
    assert "accepted: the library as it is, without 1 commit\n" in accepted.stderr
    assert "herring gull eats fish" in pincite("ask", EATS).stdout
    assert "nothing to accept" in pincite("doctor", "--accept").stderr


@pytest.mark.usefixtures("notes")
def test_import_says_that_it_made_vectors_anew_and_how_to_take_them_over(pincite: Pincite) -> None:
    pincite("export", "all.jsonl", "--vectors")
    run = pincite("--library", "other", "import", "all.jsonl")
    assert "the vectors of 1 document in all.jsonl were made again" in run.stderr
    assert "--trust-vectors takes them over" in run.stderr
