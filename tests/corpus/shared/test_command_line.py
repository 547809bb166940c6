"""Every command that takes a library takes a shared one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NOTES, Pincite


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared library that the environment names."""
    monkeypatch.setenv("PINCITE_LIBRARY", f"lance://{tmp_path / 'library'}")


@pytest.mark.usefixtures("shared")
def test_documents_go_in_are_asked_named_tagged_exported_and_go_out(
    pincite: Pincite, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text(NOTES)
    assert "added" in pincite("ingest", "notes.txt").stderr
    assert "1 unchanged" in pincite("ingest", "notes.txt").stderr
    assert "eats fish and mussels" in pincite("ask", "What does the herring gull eat?").stdout
    assert pincite("tag", "notes.txt", "--add", "sea").code == 0
    assert pincite("rename", "notes.txt", "birds.txt").code == 0
    assert "mussels" in pincite("search", "gull mussels").stdout
    assert pincite("export", "all.jsonl").code == 0
    for command in (("rebuild",), ("compact",), ("doctor", "--deep")):
        assert pincite(*command).code == 0
    assert pincite("remove", "birds.txt").code == 0
    assert pincite("import", "all.jsonl").code == 0
    listed = pincite("documents", "--json").stdout
    assert "birds.txt" in listed
    assert "sea" in listed
    assert not (tmp_path / ".pincite").exists()


@pytest.mark.usefixtures("shared")
def test_what_there_is_not_is_said_in_one_line(pincite: Pincite) -> None:
    run = pincite("ask", "Who?")
    assert (run.code, run.stdout) == (1, "")
    assert run.stderr.count("\n") == 1
    assert "pincite ingest" in run.stderr
