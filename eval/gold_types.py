"""What a gold set is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pincite.corpus.types import Document, Span
from pincite.retrieval.conversation.turns import Turn


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document of a gold set; ``text`` is canonical, and ``document`` what a file was read as."""

    id: str
    title: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = None


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
        all_of: what a complete answer holds. Empty where that is not known.
        evidence: every place that supports the answer; empty for an unanswerable question.
        scope_doc: ask of this document only.
        left_out: ask of all documents but these.
        relevant_docs: document-level gold; by default the documents of the evidence.
        history: the turns of a conversation that go before it, oldest first.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    answerable: bool
    kind: str | None = None
    split: str | None = None
    scope_doc: str | None = None
    left_out: frozenset[str] = frozenset()
    relevant_docs: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    all_of: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoldSet:
    """A gold set, by the name of its folder; ``notes`` say what in it can hardly be meant."""

    name: str
    documents: Mapping[str, GoldDocument]
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()

    def unscoped(self) -> GoldSet:
        """The same questions, each asked of all documents."""
        questions = tuple(replace(question, scope_doc=None) for question in self.questions)
        return replace(self, questions=questions)
