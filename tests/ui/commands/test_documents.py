"""Listing, showing, renaming, tagging and removing, as a person does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Document, Origin, Page, Region, Section, Span
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.conftest import Pincite

PAPER = "Gulls nest.\nTerns flee.\nOwls\nOwls hunt."
ORIGIN = Origin("a" * 64, 1234, 1_700_000_000_000_000_000, "application/pdf/1")


@pytest.fixture
def paper(pincite: Pincite) -> str:
    """The library has a paper of three pages, one of them unread, beside a file that was refused.

    ``pincite`` is named so that the library is of its embedder.
    """
    cut, owls = PAPER.index("Terns"), PAPER.index("Owls")
    document = Document(
        "paper.pdf",
        "On birds",
        PAPER,
        (Section(Span(0, owls)), Section(Span(owls, len(PAPER)), ("Part", "Owls"), owls + 5)),
        (Page(Span(0, cut), 1), Page(Span(cut, cut), 2), Page(Span(cut, len(PAPER)), 3)),
        "application/pdf",
        origin=ORIGIN,
        warnings=("page 2 has no text layer",),
        regions=(Region(Span(owls, owls + 4), "hidden"),),
    )
    with Library.open(".pincite", create=True) as library:
        ingest_documents([document], library, HashingEmbedder())
        library.record_failures(
            [Refusal("secret.pdf", "secret.pdf is encrypted; decrypt it", ORIGIN)]
        )
    return "paper.pdf"


def listed(pincite: Pincite, *arguments: object) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(pincite("documents", *arguments, "--json").stdout)
    return entries


def test_the_list_has_states_and_tags_and_below_it_what_was_not_read(
    pincite: Pincite, paper: str
) -> None:
    pincite("tag", paper, "--add", "birds")
    run = pincite("documents")
    table, warned, refused = run.stdout.split("\n\n")
    assert (run.code, run.stderr) == (0, "")
    assert "read with warnings  birds" in table
    assert table.splitlines()[1].split()[1:6] == ["On", "birds", "3", "2", str(len(PAPER))]
    assert warned == "Read with warnings:\n  paper.pdf: page 2 has no text layer"
    assert refused == "Could not be read:\n  secret.pdf is encrypted; decrypt it\n"


def test_the_list_as_json_has_an_entry_for_a_file_that_was_not_read(
    pincite: Pincite, paper: str
) -> None:
    document, refused = listed(pincite)
    assert (document["source"], document["state"]) == (paper, "read with warnings")
    assert refused.pop("seen_at")
    assert refused.pop("origin")["sha256"] == ORIGIN.sha256
    assert refused == {
        "state": "refused",
        "source": "secret.pdf",
        "reason": "secret.pdf is encrypted; decrypt it",
    }


def test_a_library_of_refused_files_only_is_not_called_empty(pincite: Pincite, paper: str) -> None:
    pincite("remove", paper)
    assert pincite("documents").stdout == (
        "\nCould not be read:\n  secret.pdf is encrypted; decrypt it\n"
    )


def test_a_document_is_shown_with_its_headings_and_pages(pincite: Pincite, paper: str) -> None:
    run = pincite("show", paper)
    facts, text = run.stdout.split("\n\n")
    assert (run.code, run.stderr) == (0, "")
    assert text.splitlines() == [
        "— page 1 —",
        "Gulls nest.",
        "— page 2 —",
        "— page 3 —",
        "Terns flee.",
        "§ Part › Owls",
        "Owls hunt.",
    ]
    for said in ("source   paper.pdf", "title    On birds", "1,234 bytes", "page 2 has no text"):
        assert said in facts
    assert "original not kept" in facts
    assert "marked   hidden: 4 characters in 1 place" in facts


def test_a_document_is_shown_as_json_with_everything(pincite: Pincite, paper: str) -> None:
    shown = json.loads(pincite("show", paper, "--json").stdout)
    assert shown["text"] == PAPER
    assert [section["path"] for section in shown["sections"]] == [[], ["Part", "Owls"]]
    assert [page["number"] for page in shown["pages"]] == [1, 2, 3]
    assert shown["warnings"] == ["page 2 has no text layer"]
    assert (shown["origin"]["size"], shown["original_kept"]) == (1234, False)


def test_a_document_that_acts_on_the_terminal_is_shown_harmless(pincite: Pincite) -> None:
    document = Document("a", "T", "\x1b[31mRed\u202e.", (Section(Span(0, 10), ("\x1b[0m",)),))
    with Library.open(".pincite", create=True) as library:
        ingest_documents([document], library, HashingEmbedder())
    assert not {"\x1b", "\u202e"} & set(pincite("show", "a").stdout)


def test_the_bytes_that_were_kept_are_written_to_a_new_file_only(
    tmp_path: Path, pincite: Pincite
) -> None:
    data = b"# Caf\xc3\xa9\r\n\r\nIt opens at nine.\r\n"
    (tmp_path / "cafe.md").write_bytes(data)
    pincite("ingest", "--keep-originals", "cafe.md")
    source = str(tmp_path / "cafe.md")
    assert pincite("show", source, "--original", "copy.md").code == 0
    assert (tmp_path / "copy.md").read_bytes() == data
    again = pincite("show", source, "--original", "copy.md")
    assert (again.code, again.stdout) == (2, "")
    assert "copy.md already exists and was not changed" in again.stderr


def test_bytes_that_were_not_kept_cannot_be_written(
    tmp_path: Path, pincite: Pincite, paper: str
) -> None:
    run = pincite("show", paper, "--original", "copy.pdf")
    assert (run.code, run.stdout) == (2, "")
    assert "was not kept; ingest it again with --keep-originals" in run.stderr
    assert not (tmp_path / "copy.pdf").exists()


def test_a_renamed_document_is_quoted_under_its_new_title(pincite: Pincite, notes: Path) -> None:
    pincite("tag", notes, "--add", "birds")
    run = pincite("rename", notes, "birds", "--title", "Birds of the coast")
    assert (run.code, run.stderr) == (0, f"renamed: {notes} is now birds\n")
    (entry,) = listed(pincite)
    assert (entry["source"], entry["tags"]) == ("birds", ["birds"])
    assert "Birds of the coast › Gulls" in pincite("ask", "What does the herring gull eat?").stdout
    assert pincite("doctor", "--deep").code == 0


def test_a_name_that_is_taken_is_refused(pincite: Pincite, notes: Path, paper: str) -> None:
    run = pincite("rename", notes, paper)
    assert (run.code, run.stdout) == (1, "")
    assert "already has a document 'paper.pdf'" in run.stderr


def test_tags_gather_documents_that_are_listed_asked_and_searched(
    tmp_path: Path, pincite: Pincite, notes: Path
) -> None:
    (tmp_path / "ships.txt").write_text("The gull, a schooner, eats no fish.\n", "utf-8")
    pincite("ingest", "ships.txt")
    ships = tmp_path / "ships.txt"
    run = pincite("tag", ships, notes, "--add", "sea", "--add", "north coast")
    assert (run.code, run.stderr.splitlines()) == (
        0,
        [f"tags of {ships}: north coast, sea", f"tags of {notes}: north coast, sea"],
    )
    pincite("tag", notes, "--remove", "sea")
    assert [entry["source"] for entry in listed(pincite, "--tag", "sea")] == [str(ships)]
    assert len(listed(pincite, "--tag", "sea", "--tag", "north coast")) == 2
    question = "What does the gull eat?"
    for verb in ("ask", "search"):
        assert "schooner" not in pincite(verb, question, "--document", notes).stdout
        shown = pincite(verb, question, "--tag", "sea").stdout
        assert "[1] The gull, a schooner, eats no fish." in shown
        assert "herring" not in shown
        both = pincite(verb, question, "--tag", "north coast", "--document", notes)
        assert "herring" in both.stdout


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("tag", "{notes}"), 2, "no tag is named; name one with --add TAG"),
        (("tag", "{notes}", "--add", "a,b"), 2, "the tag 'a,b' has a comma"),
        (("tag", "gone", "--add", "sea"), 1, "no document 'gone'"),
        (("ask", "owls?", "--tag", "cats"), 1, "the tag 'cats'; there are no tags yet"),
        (("search", "owls?", "--tag", "cats"), 1, "the tag 'cats'; there are no tags yet"),
        (("documents", "--tag", "cats"), 1, "the tag 'cats'; there are no tags yet"),
        (("ask", "owls?", "--document", "gone"), 1, "no document 'gone'; see: pincite documents"),
        (("show", "gone"), 1, "no document 'gone'"),
        (("rename", "{notes}", " "), 2, "the new name ' ' is blank"),
        (("rename", "gone", "new"), 1, "no document 'gone'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(
    pincite: Pincite, notes: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = listed(pincite)
    run = pincite(*(argument.format(notes=notes) for argument in arguments))
    assert (run.code, run.stdout) == (code, "")
    (line,) = run.stderr.splitlines()
    assert said in line
    assert listed(pincite) == before


def test_a_file_that_could_not_be_read_is_forgotten_by_its_name(
    pincite: Pincite, paper: str
) -> None:
    generation = json.loads(pincite("doctor", "--json").stdout)["generation"]
    run = pincite("remove", "secret.pdf")
    assert (run.code, run.stderr) == (0, "removed: secret.pdf\n")
    assert [entry["source"] for entry in listed(pincite)] == [paper]
    assert json.loads(pincite("doctor", "--json").stdout)["generation"] == generation


def test_every_command_takes_a_document_by_its_file_name_and_title(
    pincite: Pincite, notes: Path
) -> None:
    for name in ("notes.txt", "notes", f"{notes.parent.name}/notes.txt"):
        assert str(notes) in pincite("show", name).stdout
        assert pincite("tag", name, "--add", "sea").code == 0
        assert "herring" in pincite("ask", "What do gulls eat?", "--document", name).stdout
    assert pincite("rename", "notes", "birds").code == 0
    assert pincite("remove", "notes").stderr == "removed: birds\n"


def test_a_name_of_two_documents_removes_none_and_names_both(
    tmp_path: Path, pincite: Pincite
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(f"The {folder} gulls nest.", "utf-8")
    pincite("ingest", "a", "b")
    run = pincite("remove", "x.txt")
    assert (run.code, run.stdout, len(listed(pincite))) == (1, "", 2)
    assert all(str(tmp_path / folder / "x.txt") in run.stderr for folder in ("a", "b"))
    assert pincite("remove", "b/x.txt").stderr == f"removed: {tmp_path / 'b' / 'x.txt'}\n"


def test_one_unknown_name_removes_none_of_the_others(
    pincite: Pincite, notes: Path, paper: str
) -> None:
    assert pincite("remove", notes, "secret.pdf", paper, "gone").code == 1
    assert len(listed(pincite)) == 3
    assert pincite("remove", notes, "secret.pdf", paper).code == 0
    assert listed(pincite) == []


def test_a_copy_is_named_in_the_list_and_as_json(tmp_path: Path, pincite: Pincite) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Gulls nest.", "utf-8")
    first, second = str(tmp_path / "a.txt"), str(tmp_path / "b.txt")
    said = pincite("ingest", first, second).stderr
    assert f"added: {second}, 1 passage\n  the same contents as {first}\n" in said
    assert f"{second}: as {first}" in pincite("documents").stdout
    entries = json.loads(pincite("documents", "--json").stdout)
    assert [entry["same_as"] for entry in entries] == [None, first]
