"""The lessons that people wrote by hand, as gold sets (``eval/lessons/``, CC0).

``lessons.jsonl`` has a passage a line, with questions that it answers and near misses, which it
does not. ``siblings.jsonl`` has a set of passages a line that are easily confused, and questions
that one of them answers, or none. Each passage becomes a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError
from pincite.corpus.types import Document, Section, Span
from pincite.eval.gold_types import Evidence, GoldDocument, GoldSet, Question
from pincite.eval.jsonlines import json_lines
from pincite.ingest.readers.plain.text import TEXT

FOLDER = Path(str(files("pincite.eval"))) / "lessons"
LESSONS, SIBLINGS = "lessons*.jsonl", "siblings*.jsonl"
_FORM = "lessons are JSON lines with passages and questions; see eval/lessons/README.md"


def hand_written(folder: Path = FOLDER) -> list[GoldSet]:
    """The gold sets of a folder of lessons: single passages, and sets of siblings.

    Raises:
        GoldSetError: a file cannot be read or a line is not in its form.
    """
    return [
        _gold(
            "lessons", [found for file in sorted(folder.glob(LESSONS)) for found in _single(file)]
        ),
        _gold(
            "siblings", [found for file in sorted(folder.glob(SIBLINGS)) for found in _sets(file)]
        ),
    ]


_Found = tuple[list[GoldDocument], list[Question]]


def _gold(name: str, found: list[_Found]) -> GoldSet:
    documents: dict[str, GoldDocument] = {}
    for document in (document for some, _ in found for document in some):
        if documents.setdefault(document.id, document) is not document:
            raise GoldSetError(f"the passage {document.id!r} of the {name} occurs twice")
    return GoldSet(name, documents, tuple(q for _, questions in found for q in questions))


def _single(file: Path) -> Iterator[_Found]:
    for where, value in json_lines(file, _FORM):
        try:
            document = _document(value["id"], value)
            yield (
                [document],
                [
                    _question(f"{value['id']}/{number}", value["kind"], asked, document, where)
                    for number, asked in enumerate(value["questions"], 1)
                ],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise GoldSetError(f"{where}: {error!r} is missing or wrong; {_FORM}") from error


def _sets(file: Path) -> Iterator[_Found]:
    for where, value in json_lines(file, _FORM):
        try:
            documents = [
                _document(f"{value['id']}/{number}", passage)
                for number, passage in enumerate(value["passages"])
            ]
            questions = []
            for number, asked in enumerate(value["questions"], 1):
                at = asked["passage"]
                document = None if at is None else documents[at]
                if at is not None and at < 0:
                    raise IndexError(at)
                named = f"{value['id']}?{number}"
                questions.append(_question(named, value["kind"], asked, document, where))
            own = tuple(document.id for document in documents)
            yield documents, [replace(q, relevant_docs=own) for q in questions]
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise GoldSetError(f"{where}: {error!r} is missing or wrong; {_FORM}") from error


def _document(id: str, value: Mapping[str, Any]) -> GoldDocument:
    reading = TEXT.read(value["text"].encode(), id)
    section = Section(Span(0, len(reading.text)), tuple(value["path"]))
    document = Document(source=id, title=value["title"], text=reading.text, sections=(section,))
    return GoldDocument(id, value["title"], reading.text, {}, document)


def _question(
    id: str, kind: str, value: Mapping[str, Any], document: GoldDocument | None, where: str
) -> Question:
    evidence: tuple[Evidence, ...] = ()
    if value.get("answerable", document is not None) and document is not None:
        start = document.text.find(value["evidence"])
        if start < 0 or value["answer"] not in value["evidence"]:
            raise GoldSetError(
                f"{where}: the evidence of {value['q']!r} is not in its passage, or its "
                "answer not in the evidence"
            )
        evidence = (Evidence(document.id, Span(start, start + len(value["evidence"]))),)
    return Question(
        id=id,
        question=value["q"],
        answers=(value["answer"],) if evidence else (),
        evidence=evidence,
        answerable=bool(evidence),
        kind=kind,
        relevant_docs=() if document is None else (document.id,),
    )
