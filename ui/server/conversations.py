"""Conversations of people, kept on the server beside the library.

Nobody is given another person's, and nothing is given of documents that a person may not see any
more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pincite.corpus.errors import LibraryError, UsageError
from pincite.retrieval.answer import Answer
from pincite.ui.server.conversation_file import ConversationFile, damaged, now

MOST_BYTES = 2**20  # of a conversation, as JSON
MOST_CONVERSATIONS = 500  # of a person
LONGEST_TITLE = 200  # characters
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class ConversationEntry:
    """One line of a person's list of conversations."""

    id: str
    title: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and its answer; None where there was none, or none of it may be shown."""

    question: str
    answer: Answer | None

    def to_json(self) -> dict[str, Any]:
        """The turn as JSON values."""
        return {"question": self.question, "answer": self.answer and self.answer.to_json()}


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, its turns in order."""

    entry: ConversationEntry
    turns: tuple[KeptTurn, ...]

    def to_json(self) -> dict[str, Any]:
        """The conversation as JSON values."""
        return {**asdict(self.entry), "turns": [turn.to_json() for turn in self.turns]}


class Conversations:
    """What is kept for people, by their names; for one without a name, by the empty one."""

    def __init__(self, file: ConversationFile) -> None:
        self._file = file

    def entries(self, person: str) -> list[ConversationEntry]:
        """A person's conversations, the newest first."""
        statement = (
            "SELECT id, title, updated_at FROM conversations WHERE person = ?"
            " ORDER BY updated_at DESC, id"
        )
        return [ConversationEntry(*row) for row in self._file.rows(statement, [person])]

    def get(self, person: str, id: str, visible: Callable[[str], bool]) -> Conversation | None:
        """A person's conversation, if they have one of this id.

        Args:
            person: whose it is.
            id: the conversation's.
            visible: tells of a document's id whether the person may see the document now. What is
                quoted from others is taken out; an answer that had no other quotes is none.
        """
        statement = (
            "SELECT id, title, updated_at, turns FROM conversations WHERE person = ? AND id = ?"
        )
        found = self._file.rows(statement, [person, id])
        if not found:
            return None
        *entry, turns = found[0]
        try:
            kept = [(turn["question"], turn["answer"]) for turn in json.loads(turns)]
            answers = [None if a is None else _ANSWER.validate_python(a) for _, a in kept]
        except (ValueError, TypeError, KeyError) as error:
            raise damaged(self._file.path, error) from error
        shown = (a and visible_part(a, visible) for a in answers)
        pairs = zip((question for question, _ in kept), shown, strict=True)
        return Conversation(ConversationEntry(*entry), tuple(KeptTurn(*pair) for pair in pairs))

    def put(self, person: str, id: str, title: str, turns: Sequence[Any]) -> ConversationEntry:
        """Keep a conversation, in the place of the one with its id if the person has one.

        Args:
            person: whose it is.
            id: 1 to 64 letters, digits, ``-`` and ``_``.
            title: cut where it is too long.
            turns: JSON values: objects with ``question`` and ``answer``, as browsers keep them. All
                else that they have is left out.

        Raises:
            UsageError: they are not in this form, or more than is kept.
        """
        if not _ID.fullmatch(id):
            raise UsageError(
                f"the id {id[:80]!r} of a conversation is none; it has 1 to 64 letters, digits, - "
                "and _"
            )
        text = bounded([_kept(turn) for turn in turns], "the conversation")
        title = " ".join(checked_text(title, "the title").split())[:LONGEST_TITLE]
        entry = ConversationEntry(id, title, now())
        with self._file.writing() as run:
            have = "SELECT count(*), coalesce(sum(id = ?), 0) FROM conversations WHERE person = ?"
            count, there = run(have, [id, person]).fetchone()
            if count >= MOST_CONVERSATIONS and not there:
                raise UsageError(
                    f"there are {count} conversations, and {MOST_CONVERSATIONS} are kept; delete "
                    "one first"
                )
            run(
                "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)",
                [person, id, title, entry.updated_at, text],
            )
        return entry

    def delete(self, person: str, id: str) -> bool:
        """Forget a person's conversation; whether there was one of this id."""
        with self._file.writing() as run:
            statement = "DELETE FROM conversations WHERE person = ? AND id = ?"
            return run(statement, [person, id]).rowcount > 0

    def forget(self, person: str) -> None:
        """Forget all conversations of a person."""
        with self._file.writing() as run:
            run("DELETE FROM conversations WHERE person = ?", [person])

    def keep_only(self, people: Collection[str]) -> list[str]:
        """Forget the conversations of everybody else; gives the names of those who had some."""
        with self._file.writing() as run:
            there = run("SELECT DISTINCT person FROM conversations ORDER BY person", []).fetchall()
            gone = [person for (person,) in there if person not in people]
            for person in gone:
                run("DELETE FROM conversations WHERE person = ?", [person])
        return gone


def open_conversations(folder: Path, say: Callable[[str], None]) -> ConversationFile | None:
    """The file in a library's folder; None, with a sentence, if they cannot be."""
    try:
        return ConversationFile.open(folder)
    except LibraryError as error:
        say(f"{error}; the server goes on without, and browsers keep their conversations")
        return None


def ready_to_keep(folder: Path, people: Collection[str], say: Callable[[str], None]) -> bool:
    """Whether conversations can be kept in a folder; if not, a sentence is said.

    Those of people who are not among ``people`` are forgotten.
    """
    file = open_conversations(folder, say)
    if file is None:
        return False
    with file:
        try:
            for name in Conversations(file).keep_only(people):
                say(f"{name} is not among the people any more; their conversations are deleted")
        except LibraryError as error:
            say(f"{error}; the server goes on without, and browsers keep their conversations")
            return False
    return True


def visible_part(answer: Answer, visible: Callable[[str], bool]) -> Answer | None:
    """What is left of an answer for a person who may see only some documents.

    None where quotes were taken out and none is left. What a model wrote is taken out with the
    first quote, because it may say what that quote said.
    """
    quotes = tuple(
        replace(quote, places=tuple(p for p in quote.places if visible(p.document)))
        for quote in answer.quotes
        if visible(quote.document)
    )
    if answer.quotes and not quotes:
        return None
    nearest = tuple(passage for passage in answer.nearest if visible(passage.document))
    written = answer.written if len(quotes) == len(answer.quotes) else None
    return replace(answer, quotes=quotes, nearest=nearest, written=written)


def _kept(turn: Any) -> dict[str, Any]:
    """The turn as JSON values, with nothing but what a turn has."""
    try:
        question, answer = checked_text(turn["question"], "a question"), turn["answer"]
        return KeptTurn(
            question, None if answer is None else _ANSWER.validate_python(answer)
        ).to_json()
    except (ValidationError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(
            "a turn of the conversation is not in its form; it has a question, and an answer as "
            "the server gave it"
        ) from error


def checked_text(value: Any, what: str) -> str:
    """The text.

    Raises:
        UsageError: it is none that can be kept.
    """
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise UsageError(f"{what} of the conversation is not valid text; send it as UTF-8")
    return value


def bounded(value: Any, what: str) -> str:
    """The value as JSON of at most ``MOST_BYTES`` in UTF-8.

    Raises:
        UsageError: it is too large, or JSON has no such values.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{what} cannot be kept: {error}; send it as the server gave it"
        ) from error
    if size > MOST_BYTES:
        raise UsageError(
            f"{what} has {size / 2**20:.1f} MiB, and at most {MOST_BYTES / 2**20:g} MiB are "
            "kept; begin a new conversation"
        )
    return text
