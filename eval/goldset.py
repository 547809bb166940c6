"""Gold sets: documents, questions, and where in the documents the answers stand.

A gold set is a folder with two files of JSON lines:

    corpus.jsonl      {"id", "title", "text", "path"?}
    questions.jsonl   {"id", "question", "answers": [text…],
                       "evidence": [{"doc", "start", "end", "text"}…], "answerable": bool,
                       "kind"?, "split"?, "scope_doc"?, "relevant_docs"?, "history"?}

Offsets are Unicode code points into ``text``, half-open. Keys that are not named here are carried
along. Everything is checked on loading, and whatever is wrong is said with its file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import GoldSetError
from pincite.corpus.types import Span
from pincite.eval.jsonlines import Lines, get, json_lines, numbered, strings

CORPUS, QUESTIONS = "corpus.jsonl", "questions.jsonl"
BUNDLED = Path(str(files("pincite.eval"))) / "gold"
_FORM = f"a gold set is a folder with {CORPUS} and {QUESTIONS}"
_DOCUMENT_KEYS = ("id", "title", "text")
_QUESTION_KEYS = (
    "id",
    "question",
    "answers",
    "evidence",
    "answerable",
    "kind",
    "split",
    "scope_doc",
    "relevant_docs",
    "history",
)


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document of a gold set; ``text`` is canonical."""

    id: str
    title: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer stands: a span of the canonical text of the document ``doc``."""

    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known of its answer.

    Attributes:
        answers: short answers; any of them will do. Empty where none is known.
        evidence: every place that supports the answer; empty for an unanswerable question.
        scope_doc: ask of this document only.
        relevant_docs: document-level gold; by default the documents of the evidence.
        turns: how many turns of a conversation go before it. They are not used yet.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    answerable: bool
    kind: str | None = None
    split: str | None = None
    scope_doc: str | None = None
    relevant_docs: tuple[str, ...] = ()
    turns: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoldSet:
    """A gold set, by the name of its folder."""

    name: str
    documents: Mapping[str, GoldDocument]
    questions: tuple[Question, ...]


def load(folder: Path, *, split: str | None = None, limit: int | None = None) -> GoldSet:
    """Read and check the gold set in ``folder``.

    Args:
        split: only the questions of this split.
        limit: only the first so many of them.

    Raises:
        GoldSetError: a file is missing, a line is wrong, an id stands twice, evidence does not
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
            raise GoldSetError(f"{folder / name} is there already; name a folder without gold set")
    lines = {CORPUS: list(corpus), QUESTIONS: list(questions)}
    gold = _checked(
        folder,
        numbered(folder / CORPUS, lines[CORPUS]),
        numbered(folder / QUESTIONS, lines[QUESTIONS]),
    )
    _narrowed(gold, folder / QUESTIONS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, values in lines.items():
            text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
            aside = folder / f".{name}.part"
            aside.write_text(text, "utf-8")
            aside.replace(folder / name)
    except OSError as error:
        raise GoldSetError(f"the folder {folder} cannot be written: {error.strerror}") from error
    return gold


def _checked(folder: Path, corpus: Lines, asked: Lines) -> GoldSet:
    documents: dict[str, GoldDocument] = {}
    sources: dict[str, str] = {}
    for where, value in corpus:
        document = _document(value, where)
        if document.id in documents:
            raise GoldSetError(f"{where}: the document id {document.id!r} stands twice")
        documents[document.id], sources[document.id] = document, value["text"]
    questions: dict[str, Question] = {}
    for where, value in asked:
        question = _question(value, sources, where)
        if question.id in questions:
            raise GoldSetError(f"{where}: the question id {question.id!r} stands twice")
        questions[question.id] = question
    return GoldSet(folder.resolve().name, documents, tuple(questions.values()))


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


def _document(value: dict[str, Any], where: str) -> GoldDocument:
    text = canonical(get(value, "text", str, where))
    if not text.strip():
        raise GoldSetError(f"{where}: the document has no text")
    extra = {key: item for key, item in value.items() if key not in _DOCUMENT_KEYS}
    id = get(value, "id", str, where)
    return GoldDocument(id, get(value, "title", str, where, default=id), text, extra)


def _question(value: dict[str, Any], sources: Mapping[str, str], where: str) -> Question:
    scope = get(value, "scope_doc", str, where, default="") or None
    evidence = tuple(
        _evidence(item, sources, where) for item in get(value, "evidence", list, where, default=[])
    )
    relevant = strings(value, "relevant_docs", where)
    for id in (*relevant, *([scope] if scope else [])):
        if id not in sources:
            raise GoldSetError(f"{where}: the document {id!r} is not in {CORPUS}")
    question = Question(
        id=get(value, "id", str, where),
        question=get(value, "question", str, where),
        answers=strings(value, "answers", where),
        evidence=evidence,
        answerable=get(value, "answerable", bool, where),
        kind=get(value, "kind", str, where, default="") or None,
        split=get(value, "split", str, where, default="") or None,
        scope_doc=scope,
        relevant_docs=relevant or tuple(dict.fromkeys(e.doc for e in evidence)),
        turns=len(get(value, "history", list, where, default=[])),
        extra={key: item for key, item in value.items() if key not in _QUESTION_KEYS},
    )
    if not question.question.strip():
        raise GoldSetError(f"{where}: the question is empty")
    if question.evidence and not question.answerable:
        raise GoldSetError(f"{where}: the question has evidence, and is said to be unanswerable")
    return question


def _evidence(value: Any, sources: Mapping[str, str], where: str) -> Evidence:
    if not isinstance(value, dict):
        raise GoldSetError(f"{where}: evidence should be objects with doc, start, end and text")
    doc = get(value, "doc", str, where)
    start, end = get(value, "start", int, where), get(value, "end", int, where)
    said = get(value, "text", str, where)
    if doc not in sources:
        raise GoldSetError(f"{where}: evidence in the document {doc!r}, which is not in {CORPUS}")
    text = sources[doc]
    if not 0 <= start < end <= len(text) or text[start:end] != said:
        there = text[max(0, start) : max(0, end)]
        raise GoldSetError(
            f"{where}: the evidence [{start}:{end}] of {doc!r} is {_short(there)} there, and not "
            f"{_short(said)}"
        )
    span = _carried(text, start, end)
    if not len(span):
        raise GoldSetError(f"{where}: the evidence {_short(said)} of {doc!r} is no text to quote")
    return Evidence(doc, span)


def _carried(text: str, start: int, end: int) -> Span:
    """The span in the canonical text of what stands in ``text[start:end]``."""
    if text.isascii() and "\r" not in text and "\0" not in text:
        return Span(start, end)
    return Span(len(canonical(text[:start])), len(canonical(text[:end])))


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")
