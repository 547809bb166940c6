"""Twenty people with documents of their own, and questions that try to learn of the others'.

Every document says nearly the same public sentence, and has secrets of its own: words, a title, a
name, the long form of a short form, and a tag. What a person gets is held against the secrets of
all documents that they may not see.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pincite.corpus.errors import LibraryError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import fill, make_document

PEOPLE, OWN, SHARED = 20, 3, 12
_SOUNDS = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A document with all that only those may learn who may see it."""

    document: Document
    tags: frozenset[str]
    word: str
    title: str
    short: str
    long: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All its secrets, in small letters."""
        document = self.document
        return (self.word, self.title.lower(), *self.long, document.id[:12], document.source)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question of a person, and what they choose to ask."""

    kind: str
    question: str
    history: tuple[Turn, ...] = ()
    choice: dict[str, list[str]] = field(default_factory=dict)


class People:
    """Who may see what, from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._used: set[str] = set()
        self.tags = [f"team-{self._word()}" for _ in range(PEOPLE)]
        owners = [[tag] for tag in self.tags for _ in range(OWN)]
        owners += [self._random.sample(self.tags, 2) for _ in range(SHARED)]
        self.secrets = [self._secret(frozenset(tags)) for tags in owners]

    def seen_by(self, person: int) -> list[Secret]:
        """What a person may see."""
        return [one for one in self.secrets if self.tags[person] in one.tags]

    def foreign_to(self, person: int) -> list[Secret]:
        """What they may not."""
        return [one for one in self.secrets if self.tags[person] not in one.tags]

    def foreign_words(self, person: int) -> frozenset[str]:
        """All that they must not learn."""
        words = {word for one in self.foreign_to(person) for word in one.words}
        return frozenset(words | set(self.tags) - {self.tags[person]})

    def attempts(self, count: int) -> Iterator[tuple[int, Attempt]]:
        """So many questions, each with who asks it."""
        kinds = [
            self._public,
            self._own,
            self._names_word,
            self._misspells_word,
            self._short_form,
            self._long_form,
            self._names_title,
            self._lists,
            self._follows_up,
            self._names_document,
            self._names_tag,
        ]
        for number in range(count):
            person = self._random.randrange(PEOPLE)
            secret = self._random.choice(self.foreign_to(person))
            yield person, kinds[number % len(kinds)](secret, person)

    def _word(self) -> str:
        while (word := "".join(self._random.sample(_SOUNDS, 4))) in self._used:
            pass
        self._used.add(word)
        return word

    def _secret(self, tags: frozenset[str]) -> Secret:
        word, title, first, second, source = (self._word() for _ in range(5))
        short = f"{first[0]}{second[0]}".upper() + self._random.choice("XYQ")
        third = f"{short[2].lower()}{self._word()}"
        text = (
            f"# {title.capitalize()}\n\n"
            "The public office opens at nine in the morning in spring.\n\n"
            f"The {word} is kept in the harbour. "
            f"The {first} {second} {third} ({short}) began here.\n\n"
            f"## Costs of {word}\n\nThe {word} costs nine crowns a day.\n"
        )
        document = make_document(text, f"/files/{source}.md")
        return Secret(document, tags, word, title, short, (first, second, third))

    def _public(self, secret: Secret, person: int) -> Attempt:
        return Attempt("public", "When does the public office open in spring?")

    def _own(self, secret: Secret, person: int) -> Attempt:
        own = self._random.choice(self.seen_by(person))
        return Attempt("own word", f"How much does the {own.word} cost?")

    def _names_word(self, secret: Secret, person: int) -> Attempt:
        return Attempt("foreign word", f"Where is the {secret.word} kept and what does it cost?")

    def _misspells_word(self, secret: Secret, person: int) -> Attempt:
        at = self._random.randrange(1, len(secret.word) - 1)
        wrong = self._random.choice(
            [
                secret.word[:at] + secret.word[at + 1 :],
                secret.word[:at] + "x" + secret.word[at + 1 :],
                secret.word[:at] + secret.word[at + 1] + secret.word[at] + secret.word[at + 2 :],
            ]
        )
        return Attempt("misspelt foreign word", f"where is the {wrong} kept")

    def _short_form(self, secret: Secret, person: int) -> Attempt:
        return Attempt("foreign short form", f"What is the {secret.short}, and when did it begin?")

    def _long_form(self, secret: Secret, person: int) -> Attempt:
        return Attempt("foreign long form", f"When did the {' '.join(secret.long)} begin?")

    def _names_title(self, secret: Secret, person: int) -> Attempt:
        typo = secret.title[:3] + secret.title[4:]
        return Attempt("foreign title", f"What is the document {typo} about?")

    def _lists(self, secret: Secret, person: int) -> Attempt:
        return Attempt(
            "list of documents",
            self._random.choice(["Which documents are there?", "What are the documents about?"]),
        )

    def _follows_up(self, secret: Secret, person: int) -> Attempt:
        history = (
            Turn("user", f"Where is the {secret.word[:-1]} kept?"),
            Turn("assistant", f"The {secret.short} is in the harbour."),
        )
        return Attempt("follow-up", "and what does it cost?", history)

    def _names_document(self, secret: Secret, person: int) -> Attempt:
        document = secret.document
        name = self._random.choice(
            [document.id, document.id[:8], document.source[:-4], document.title[:-1]]
        )
        return Attempt("foreign document", "What does it cost?", choice={"documents": [name]})

    def _names_tag(self, secret: Secret, person: int) -> Attempt:
        tag = self._random.choice(sorted(secret.tags))[:-1]
        return Attempt("foreign tag", "What does it cost?", choice={"tags": [tag]})


def typed(attempt: Attempt) -> str:
    """All that the person wrote, in small letters."""
    said = (attempt.question, *(turn.text for turn in attempt.history))
    return " ".join((*said, *(name for names in attempt.choice.values() for name in names))).lower()


def leaks(told: Any, foreign: Iterable[str], known: str = "") -> list[str]:
    """The foreign secrets that stand in what was told, but for those that stand in ``known``."""
    text = str(told).lower()
    return [word for word in foreign if word.lower() in text and word.lower() not in known]


def without_echo(answer: Answer) -> dict[str, Any]:
    """An answer's JSON value without what repeats the person's own words."""
    value = answer.to_json()
    del value["question"], value["trace"]["carried"]
    value["trace"]["corrected"] = list(value["trace"]["corrected"].values())
    return value


def store_all(people: People, library: Library) -> None:
    """Put the documents of all of them into a library, with their tags."""
    fill(library, *(secret.document for secret in people.secrets), passage_tokens=24)
    for secret in people.secrets:
        library.tag([secret.document.id], add=secret.tags)


def ask_all(people: People, shared: Engine, most: int) -> tuple[Counter[str], list[str]]:
    """How often each kind of question was asked, and a line for each thing that was told."""
    asked: Counter[str] = Counter()
    found = []
    for person, attempt in people.attempts(most):
        engine = shared.limited_to([people.tags[person]])
        asked[attempt.kind] += 1
        found += [f"{attempt.kind}: {told}" for told in told_to(people, person, engine, attempt)]
    return asked, found


def told_to(people: People, person: int, engine: Engine, attempt: Attempt) -> list[str]:
    """What a person is told by ask, search and read, that is not theirs."""
    foreign, own = people.foreign_words(person), people.seen_by(person)
    ids = {secret.document.id for secret in own}
    question, known = attempt.question, typed(attempt)
    named = {"history": attempt.history, **attempt.choice}
    try:
        answer = engine.ask(question, **named)  # type: ignore[arg-type]
        passages = engine.search(question, 50, **named)  # type: ignore[arg-type]
        reading = engine.read(question, **named)  # type: ignore[arg-type]
    except LibraryError as error:
        refused = [] if attempt.choice else [f"no answer: {error}"]
        return refused + leaks(error, foreign, known)
    told = leaks(without_echo(answer), foreign) + leaks(passages, foreign)
    told += leaks(reading, foreign, known)
    shown = [*answer.quotes, *answer.nearest, *passages, *reading.candidates]
    told += [item.document for item in shown if item.document not in ids]
    told += [place.document for quote in answer.quotes for place in quote.places]
    told = [one for one in told if one not in ids]
    if (answer.trace.documents, answer.trace.left_out) != (len(own), 0):
        told.append(f"counts {answer.trace.documents} and {answer.trace.left_out}")
    return told
