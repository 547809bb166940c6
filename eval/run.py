"""Asking every question of a gold set, and noting what came back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pincite.corpus.errors import GoldSetError, PinciteError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Span, sha256
from pincite.eval.goldset import GoldDocument, GoldSet, Question
from pincite.eval.memory import peak_rss_mb
from pincite.eval.metrics.characters import Place
from pincite.eval.metrics.given import GivenText, given_text
from pincite.ingest.pipeline import Listener, ingest_documents
from pincite.ingest.readers.plain.text import TEXT
from pincite.retrieval.answer import Answer
from pincite.retrieval.confidence.confidence import confidence
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import Settings

_RANKED = 100  # passages of each question that are looked at, at most

History = Literal["none", "last", "all"]
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


@dataclass(frozen=True, slots=True)
class Given:
    """A quote that was given, with the gold document's id.

    ``marked`` are its highlights, and ``answer`` the words of them that answer, where that is told.
    """

    doc: str
    start: int
    end: int
    text: str
    marked: tuple[tuple[int, int], ...] = ()
    answer: tuple[int, int] | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.doc, Span(self.start, self.end)

    @property
    def marks(self) -> list[Place]:
        """Where the words stand that it marks as the answer."""
        return [(self.doc, Span(start, end)) for start, end in self.marked]

    @property
    def answer_text(self) -> str:
        """The words that answer, or else the sentences that it marks."""
        spans = self.marked if self.answer is None else (self.answer,)
        return " ".join(self.text[s - self.start : e - self.start] for s, e in spans)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    ``quotes`` are those that stand behind the confidence, ``shown`` or not, so that the quality of
    quotes and the decision to show them are measured apart. ``written`` is None where no model was
    to write. A question that failed has an ``error`` and nothing else.
    """

    question: Question
    answered: bool = False
    shown: bool = False
    confidence: float = 0.0
    quotes: tuple[Given, ...] = ()
    verbatim: bool = True
    ranked: tuple[Place, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    milliseconds: float = 0.0
    error: str = ""
    written: GivenText | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A gold set, asked."""

    gold: GoldSet
    outcomes: tuple[Outcome, ...]
    embedder: str
    settings: Settings
    confidence_kind: str
    threshold: float
    passages: int
    ingest_seconds: float | None
    peak_rss_mb: float
    history: History = "all"
    unscoped: bool = False


def evaluate(
    gold: GoldSet,
    settings: Settings,
    embedder: Embedder,
    library: Path | None = None,
    progress: Progress = lambda doing, done, total: None,
    history: History = "all",
    write: bool = False,
) -> Run:
    """Ask every question of the gold set.

    Args:
        library: a library that has the gold set's documents; by default a throw-away one is built.
        history: what of the turns before a question is given with it.
        write: let the writer of the settings answer each question whose quotes are shown.

    Raises:
        GoldSetError: a document of the gold set is not in ``library``.
        LibraryError: ``library`` cannot be used.
        SettingsError: no writer is named, or none that can be opened.
    """
    judged = confidence({}, embedder.fingerprint, settings.threshold)
    asking = settings.model_copy(update={"threshold": 0.0, "nearest": _RANKED})
    with (
        library_of(gold, embedder, library, progress) as (folder, seconds),
        Engine.open(folder, settings=asking, embedder=embedder) as engine,
    ):
        names = names_of(gold, engine.library)
        passages = sum(entry.passages for entry in engine.library.entries())
        engine.warm_up()
        if write:
            engine.writer()  # refused now rather than after the first question
        outcomes = []
        for question in gold.questions:
            before = _history(question, history)
            outcomes.append(_ask(question, before, engine, names, gold, settings.threshold, write))
            progress("asking", len(outcomes), len(gold.questions))
    return Run(
        gold=gold,
        outcomes=tuple(outcomes),
        embedder=embedder.fingerprint,
        settings=settings,
        confidence_kind=judged.kind,
        threshold=judged.threshold,
        passages=passages,
        ingest_seconds=seconds,
        peak_rss_mb=peak_rss_mb(),
        history=history,
    )


@contextmanager
def library_of(
    gold: GoldSet, embedder: Embedder, given: Path | None, progress: Progress
) -> Iterator[tuple[Path, float | None]]:
    """The library ``given``, or a throw-away one of the gold set, and the seconds it took."""
    if given is not None:
        yield given, None
        return
    with tempfile.TemporaryDirectory(prefix="pincite-eval-") as folder:
        embedder.embed_query("warm")  # so that loading the model is not timed
        done = 0

        def on_event(_: object) -> None:
            nonlocal done
            done += 1
            on_embedded(0)

        def on_embedded(_: int) -> None:  # a long document must not leave its watcher without word
            progress("ingesting", done, len(gold.documents))

        started = time.perf_counter()
        with Library.open(folder, create=True) as library:
            documents = map(document_of, gold.documents.values())
            ingest_documents(documents, library, embedder, Listener(on_event, on_embedded))
        yield Path(folder), time.perf_counter() - started


def document_of(gold: GoldDocument) -> Document:
    """The document as it is taken in."""
    if gold.document is not None:
        return gold.document
    reading = TEXT.read(gold.text.encode(), gold.id)
    return Document(source=gold.id, title=gold.title, text=reading.text, sections=reading.sections)


def names_of(gold: GoldSet, library: Library) -> dict[str, str]:
    """The gold id of each document in the library that has the text of a gold document.

    Raises:
        GoldSetError: a document of the gold set is not in the library.
    """
    stored: dict[str, list[str]] = {}
    for entry in library.entries():
        stored.setdefault(entry.text_sha256, []).append(entry.id)
    names = {}
    for document in gold.documents.values():
        same = stored.get(sha256(document.text))
        if not same:
            raise GoldSetError(
                f"the document {document.id!r} of the gold set {gold.name} is not in the library "
                f"{library.folder} with the same text, or another with its text has taken its "
                "place; ingest it, or leave out --library"
            )
        names[same.pop(0)] = document.id
    return names


def _history(question: Question, which: History) -> tuple[Turn, ...]:
    """The turns that go with a question: all, none, or from the user's last one on."""
    turns = question.history
    if which == "all":
        return turns
    last = max((at for at, one in enumerate(turns) if one.role == "user"), default=len(turns))
    return turns[last:] if which == "last" else ()


def _ask(
    question: Question,
    history: Sequence[Turn],
    engine: Engine,
    names: Mapping[str, str],
    gold: GoldSet,
    threshold: float | None,
    write: bool,
) -> Outcome:
    scope = None
    if question.scope_doc is not None:
        scope = [id for id, name in names.items() if name == question.scope_doc]
    elif question.left_out:
        scope = [id for id, name in names.items() if name not in question.left_out]
    started = time.perf_counter()
    try:
        answer = engine.ask(question.question, history=history, documents=scope)
    except PinciteError as error:
        return Outcome(question, error=str(error))
    milliseconds = (time.perf_counter() - started) * 1000
    quotes = tuple(
        Given(names.get(q.document, q.document), q.start, q.end, q.text, q.highlights, q.answer)
        for q in answer.quotes
    )
    found = answer.trace.scores["features"]
    judged = confidence(found, engine.embedder.fingerprint, threshold)
    shown = bool(quotes) and judged.level != "NOT_FOUND"
    written = GivenText() if write else None
    if write and shown:  # as a server does, which calls no model where nothing is shown
        try:
            with_text = engine.ask(question.question, history=history, documents=scope, write=True)
            written = given_text(with_text, names)
        except PinciteError as error:
            written = GivenText(problem=str(error))
    return Outcome(
        question=question,
        answered=bool(quotes) and judged.level == "ANSWERED",
        shown=shown,
        confidence=judged.value,
        quotes=quotes,
        verbatim=all(_verbatim(quote, gold) for quote in quotes),
        ranked=_ranked(answer, names),
        features=found,
        milliseconds=milliseconds,
        written=written,
    )


def _verbatim(quote: Given, gold: GoldSet) -> bool:
    """Checked against the gold set's own text, not the library's word for it."""
    document = gold.documents.get(quote.doc)
    return document is None or document.text[quote.start : quote.end] == quote.text


def _ranked(answer: Answer, names: Mapping[str, str]) -> tuple[Place, ...]:
    return tuple(
        (names.get(passage.document, passage.document), Span(passage.start, passage.end))
        for passage in answer.nearest
    )
