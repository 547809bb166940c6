"""What people think of answers, as a gold set: the server keeps it beside the library.

An answer that was rated up becomes a question whose evidence are its quotes. One that was rated
down becomes a line for review: that an answer was bad does not say that there is none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document

FEEDBACK_FILE = "conversations.sqlite"  # as pincite.ui.server.conversation_file writes it
REVIEW = "review.jsonl"
RATED_DOWN, MOVED = "rated down", "no quote of it stands where it stood"

Lines = list[dict[str, Any]]
_STATEMENT = "SELECT person, verdict, question, history, answer FROM feedback ORDER BY id"


@dataclass(frozen=True, slots=True)
class RatedAnswers:
    """Lines of a gold set, and the lines that a person has to look at."""

    corpus: Lines = field(default_factory=list)
    questions: Lines = field(default_factory=list)
    review: Lines = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rated:
    """An answer with the verdict on it; ``quotes`` as `pincite.ui.server.feedback` keeps them."""

    verdict: str
    question: str
    history: Lines
    status: str
    quotes: Lines


def rated_answers(folder: Path) -> RatedAnswers:
    """What became of the ratings that lie with the library in ``folder``.

    The last verdict of a person on an answer counts. Questions that several people rated up, after
    the same history, are one with the evidence of all. Of the documents, the corpus has those that
    evidence stands in. Who rated is told nowhere.

    Raises:
        GoldSetError: there are no ratings, or they cannot be read.
        LibraryError: there is no library, or it cannot be used.
    """
    with Library.open(folder) as library, library.snapshot():
        documents = _Documents(library)
        questions: dict[str, dict[str, Any]] = {}
        review: Lines = []
        for rated in _rated(folder / FEEDBACK_FILE):
            evidence = [_evidence(quote) for quote in rated.quotes if documents.have(quote)]
            if rated.verdict == "down" or not evidence:
                why = RATED_DOWN if rated.verdict == "down" else MOVED
                review.append(_for_review(rated, why, documents))
                continue
            line = questions.setdefault(
                json.dumps([rated.question, rated.history]),
                {
                    "id": f"feedback-{len(questions) + 1}",
                    "question": rated.question,
                    "answers": [],
                    "evidence": [],
                    "answerable": True,
                    "kind": "feedback",
                    "history": rated.history,
                },
            )
            line["evidence"] += [one for one in evidence if one not in line["evidence"]]
        cited = {one["doc"] for line in questions.values() for one in line["evidence"]}
        return RatedAnswers(documents.corpus(sorted(cited)), list(questions.values()), review)


class _Documents:
    """Documents by their source names, each read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._read: dict[str, Document | None] = {}

    def have(self, quote: Mapping[str, Any]) -> bool:
        """Whether the words of the quote stand where they stood."""
        document = self._of(quote["source"])
        start, end = quote["start"], quote["end"]
        return (
            document is not None
            and 0 <= start < end
            and document.text[start:end] == quote["text"]
            and bool(quote["text"].strip())
        )

    def corpus(self, sources: list[str]) -> Lines:
        """The lines of the corpus for these documents."""
        found = (self._of(source) for source in sources)
        return [{"id": d.source, "title": d.title, "text": d.text} for d in found if d is not None]

    def _of(self, source: str) -> Document | None:
        if source not in self._read:
            entry = self._library.entry(source)
            self._read[source] = self._library.document(entry.id) if entry else None
        return self._read[source]


def _evidence(quote: Mapping[str, Any]) -> dict[str, Any]:
    return {"doc": quote["source"], **{name: quote[name] for name in ("start", "end", "text")}}


def _for_review(rated: _Rated, why: str, documents: _Documents) -> dict[str, Any]:
    return {
        "question": rated.question,
        "why": why,
        "history": rated.history,
        "status": rated.status,
        "quotes": [{**quote, "stands": documents.have(quote)} for quote in rated.quotes],
    }


def _rated(file: Path) -> Iterator[_Rated]:
    """What was rated, in the order in which it was, each by its last verdict."""
    last: dict[tuple[str, str, str, str], str] = {}
    for person, verdict, question, history, answer in _rows(file):
        last.pop((person, question, history, answer), None)
        last[person, question, history, answer] = verdict
    for (_, question, history, answer), verdict in last.items():
        try:
            yield _Rated(verdict, question, json.loads(history), **_answer(json.loads(answer)))
        except (ValueError, TypeError, KeyError) as error:
            raise _unusable(file, error) from error


def _answer(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": value["status"], "quotes": value["quotes"]}


def _rows(file: Path) -> list[tuple[str, str, str, str, str]]:
    if not file.is_file():
        raise GoldSetError(
            f"there is no {file}; it is made when people rate answers on the server of this library"
        )
    try:
        address = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(_STATEMENT).fetchall()
    except sqlite3.Error as error:
        raise _unusable(file, error) from error
    if not rows:
        raise GoldSetError(f"nobody has rated an answer in {file} yet")
    return rows


def _unusable(file: Path, why: object) -> GoldSetError:
    return GoldSetError(
        f"the ratings in {file} cannot be read ({why}); restore the file from a copy, or move it "
        "away"
    )
