"""Gold sets: documents, questions, and where in the documents the answers stand.

A gold set is a folder with two files of JSON lines:

    corpus.jsonl      {"id", "title"?, "text"} or {"id", "title"?, "path"}
    questions.jsonl   {"id", "question", "answerable": bool, "answers": [text…],
                       "evidence": [{"doc", "start", "end", "text"} or {"doc", "text"}…],
                       "all_of"?: [text…], "kind"?, "split"?, "scope_doc"?, "relevant_docs"?,
                       "history"?: [{"role": "user" or "assistant", "text"}…]}

Offsets are Unicode code points into ``text``, half-open. A document with a ``path``, relative to
the folder, and without a text is a file that the product's readers read; evidence without offsets
is found in its text, whatever blanks and marks are between the words. Any of ``answers`` is an
answer, and a complete answer has all of ``all_of``. Keys that are not named here are carried along.
Everything is checked on loading, and whatever is wrong is said with its file and line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError
from pincite.eval.gold_files import GoldFile, read_files
from pincite.eval.gold_lines import CORPUS, QUESTIONS, document_from, question_from, unprinted
from pincite.eval.gold_types import Evidence, GoldDocument, GoldSet, Question
from pincite.eval.jsonlines import Lines, get, json_lines, numbered, write_lines

__all__ = [
    "Evidence",
    "GoldDocument",
    "GoldSet",
    "Question",
    "bundled",
    "gold_sets",
    "load",
    "load_split",
    "write",
]

BUNDLED = Path(str(files("pincite.eval"))) / "gold"
_FORM = f"a gold set is a folder with {CORPUS} and {QUESTIONS}"


def load(folder: Path, *, split: str | None = None, limit: int | None = None) -> GoldSet:
    """Read and check the gold set in ``folder``.

    Args:
        split: only the questions of this split.
        limit: only the first so many of them.

    Raises:
        GoldSetError: a file is missing, a line is wrong, an id occurs twice, evidence does not
            match its document, or no question is left, or none that can be answered.
    """
    gold = _checked(
        folder, json_lines(folder / CORPUS, _FORM), json_lines(folder / QUESTIONS, _FORM)
    )
    return _narrowed(gold, folder / QUESTIONS, split, limit)


def load_split(folder: Path, split: str, limit: int | None = None) -> GoldSet:
    """Read the split of a gold set that has splits, and all of one that has none."""
    has_splits = any(question.split for question in load(folder).questions)
    return load(folder, split=split if has_splits else None, limit=limit)


def gold_sets(folder: Path) -> list[Path]:
    """The folder itself where it is a gold set, else those of its folders that are, by name.

    Raises:
        GoldSetError: there is none.
    """
    if (folder / QUESTIONS).is_file():
        return [folder]
    found = sorted(file.parent for file in folder.glob(f"*/{QUESTIONS}"))
    if not found:
        raise GoldSetError(f"{folder} has no gold set; {_FORM}")
    return found


def bundled(split: str | None = None) -> GoldSet:
    """The gold set of the bundled article."""
    return load(BUNDLED / "ai_safety", split=split)


def write(folder: Path, corpus: Iterable[Any], questions: Iterable[Any]) -> GoldSet:
    """Write a gold set into ``folder``, checked first; nothing is written if it is wrong.

    Raises:
        GoldSetError: it is wrong, the folder has a gold set already, or cannot be written to.
    """
    for name in (CORPUS, QUESTIONS):
        if (folder / name).exists():
            raise GoldSetError(f"{folder / name} already exists; name a folder without one")
    lines = {CORPUS: list(corpus), QUESTIONS: list(questions)}
    gold = _checked(
        folder,
        numbered(folder / CORPUS, lines[CORPUS]),
        numbered(folder / QUESTIONS, lines[QUESTIONS]),
    )
    _narrowed(gold, folder / QUESTIONS)
    for name, values in lines.items():
        write_lines(folder / name, values)
    return gold


def _checked(folder: Path, corpus: Lines, asked: Lines) -> GoldSet:
    documents, sources = _documents(folder, corpus)
    questions: dict[str, Question] = {}
    notes = []
    for where, value in asked:
        question = question_from(value, sources, where)
        if question.id in questions:
            raise GoldSetError(f"{where}: the question id {question.id!r} occurs twice")
        questions[question.id] = question
        notes += unprinted(question, documents, where)
    return GoldSet(folder.resolve().name, documents, tuple(questions.values()), tuple(notes))


def _documents(folder: Path, corpus: Lines) -> tuple[dict[str, GoldDocument], dict[str, str]]:
    """The documents, and the texts that their evidence counts in, by id and in their order."""
    documents: dict[str, GoldDocument | None] = {}
    sources: dict[str, str] = {}
    pending: dict[str, GoldFile] = {}
    for where, value in corpus:
        id = get(value, "id", str, where)
        if id in documents:
            raise GoldSetError(f"{where}: the document id {id!r} occurs twice")
        if "text" not in value and "path" in value:
            title = get(value, "title", str, where, default="") or None
            pending[id] = GoldFile(_path(folder, value, where), title, where)
            documents[id] = None
        else:
            documents[id], sources[id] = document_from(value, where), value["text"]
    for id, document in read_files(pending).items():
        documents[id] = GoldDocument(id, document.title, document.text, {}, document)
        sources[id] = document.text
    return {id: document for id, document in documents.items() if document}, sources


def _path(folder: Path, value: dict[str, Any], where: str) -> Path:
    # By its words, not on the disk: the folder may not be there yet.
    return Path(os.path.normpath(folder / get(value, "path", str, where)))


def _narrowed(
    gold: GoldSet, file: Path, split: str | None = None, limit: int | None = None
) -> GoldSet:
    questions = gold.questions
    chosen = [q for q in questions if split in (None, q.split)][:limit]
    if not chosen:
        if split is None or not questions:
            raise GoldSetError(f"{file} has no question")
        splits = ", ".join(sorted({q.split for q in questions if q.split})) or "none"
        raise GoldSetError(f"{file} has no question of the split {split!r}; its splits: {splits}")
    if not any(q.answerable for q in chosen):
        raise GoldSetError(
            f"{file}: none of the {len(chosen)} questions is answerable, so there is "
            "nothing to find; add some whose answer stands in the documents"
        )
    return replace(gold, questions=tuple(chosen))
