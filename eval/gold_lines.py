"""One line of a gold set, checked: a document, or a question with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import GoldSetError
from pincite.corpus.types import Span
from pincite.eval.gold_files import locate
from pincite.eval.gold_types import Evidence, GoldDocument, Question
from pincite.eval.jsonlines import get, strings
from pincite.eval.metrics.shown import stands_in
from pincite.retrieval.conversation.turns import Role, Turn

CORPUS, QUESTIONS = "corpus.jsonl", "questions.jsonl"
_DOCUMENT_KEYS = ("id", "title", "text")
# Sets of dialogues call the side that answers an agent.
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "agent": "assistant"}
_QUESTION_KEYS = (
    "id",
    "question",
    "answers",
    "all_of",
    "evidence",
    "answerable",
    "kind",
    "split",
    "scope_doc",
    "relevant_docs",
    "history",
)


def document_from(value: dict[str, Any], where: str) -> GoldDocument:
    """The document in a line that has its text.

    Raises:
        GoldSetError: the line is wrong.
    """
    text = canonical(get(value, "text", str, where))
    if not text.strip():
        raise GoldSetError(f"{where}: the document has no text")
    extra = {key: item for key, item in value.items() if key not in _DOCUMENT_KEYS}
    id = get(value, "id", str, where)
    return GoldDocument(id, get(value, "title", str, where, default=id), text, extra)


def question_from(value: dict[str, Any], sources: Mapping[str, str], where: str) -> Question:
    """The question in a line; ``sources`` are the texts that offsets count in, by document id.

    Raises:
        GoldSetError: the line is wrong, or its evidence does not stand where it says.
    """
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
        all_of=strings(value, "all_of", where),
        history=tuple(
            _turn(item, where) for item in get(value, "history", list, where, default=[])
        ),
        extra={key: item for key, item in value.items() if key not in _QUESTION_KEYS},
    )
    if not question.question.strip():
        raise GoldSetError(f"{where}: the question is empty")
    if question.evidence and not question.answerable:
        raise GoldSetError(f"{where}: the question has evidence, but is marked unanswerable")
    return question


def _turn(value: Any, where: str) -> Turn:
    if not isinstance(value, dict):
        raise GoldSetError(f"{where}: history should be objects with role and text")
    role, text = get(value, "role", str, where), get(value, "text", str, where)
    if role not in _ROLES:
        raise GoldSetError(
            f"{where}: a turn of the history has the role {role!r}; a role is user or assistant"
        )
    return Turn(_ROLES[role], text)


def _evidence(value: Any, sources: Mapping[str, str], where: str) -> Evidence:
    if not isinstance(value, dict):
        raise GoldSetError(f"{where}: evidence should be objects with doc, start, end and text")
    doc = get(value, "doc", str, where)
    said = get(value, "text", str, where)
    if doc not in sources:
        raise GoldSetError(f"{where}: evidence in the document {doc!r}, which is not in {CORPUS}")
    text = sources[doc]
    if "start" not in value and "end" not in value:
        place = locate(canonical(text), canonical(said))
        if place is None:
            raise GoldSetError(
                f"{where}: the evidence {_short(said)} is not in {doc!r}; copy it from "
                "what was read: pincite show"
            )
        return Evidence(doc, place)
    start, end = get(value, "start", int, where), get(value, "end", int, where)
    if not 0 <= start < end <= len(text) or text[start:end] != said:
        there = text[max(0, start) : max(0, end)]
        raise GoldSetError(
            f"{where}: the evidence [{start}:{end}] of {doc!r} is {_short(there)} there, and not "
            f"{_short(said)}"
        )
    span = _carried(text, start, end)
    if not len(span):
        raise GoldSetError(f"{where}: the evidence {_short(said)} of {doc!r} has no text to quote")
    return Evidence(doc, span)


def _carried(text: str, start: int, end: int) -> Span:
    """The span in the canonical text of what stands in ``text[start:end]``."""
    if text.isascii() and "\r" not in text and "\0" not in text:
        return Span(start, end)
    return Span(len(canonical(text[:start])), len(canonical(text[:end])))


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def unprinted(question: Question, documents: Mapping[str, GoldDocument], where: str) -> list[str]:
    """A note where what should be found in files stands in none of them."""
    files = [documents[id] for id in question.relevant_docs if documents[id].document]
    gold = question.answers or question.all_of
    texts = [file.text for file in files]
    if (
        question.evidence
        or not (files and gold)
        or any(stands_in(answer, texts) for answer in gold)
    ):
        return []
    names = ", ".join(file.id for file in files)
    return [
        f"{where}: {_short(gold[0])} is not in {names}; correct the answer, or see what "
        "was read with: pincite show"
    ]
