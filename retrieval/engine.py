"""The composition root: ``Engine.open(path).ask(question)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from pincite.corpus.errors import ModelError, UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.answer import Answer, FoundPassage, found_passage
from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.cross_encoder.cross_encoder import PACKAGED as PACKAGED_CROSS_ENCODER
from pincite.retrieval.cross_encoder.cross_encoder import cross_encoder_for
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.embedding.embedder import (
    PACKAGED,
    Embedder,
    SentenceTransformerEmbedder,
)
from pincite.retrieval.embedding.hashing_embedder import HASHING, HashingEmbedder
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.guides import asking, guide_to
from pincite.retrieval.libraries import open_library
from pincite.retrieval.listeners import Listeners, checked
from pincite.retrieval.one_generation import of_one_generation
from pincite.retrieval.overview.guide import Guide
from pincite.retrieval.pipeline import answer, find, query_of
from pincite.retrieval.reading.reader import Reading
from pincite.retrieval.scope import Choice, Scopes
from pincite.retrieval.settings import Settings, load_settings
from pincite.retrieval.source_cache import SourceCache, ViewCache
from pincite.retrieval.sources import Sources
from pincite.retrieval.trace import Stages
from pincite.retrieval.written_answer import (
    Writers,
    WritingListener,
    further_quotes,
    standalone,
    with_written,
)

if TYPE_CHECKING:
    from pincite.retrieval.writing.writer import Writer

_T = TypeVar("_T")


def open_embedder(
    settings: Settings, say: Callable[[str], None] = lambda sentence: None
) -> Embedder:
    """The embedder that the settings name. torch, where it takes that, is loaded on first use.

    Args:
        settings: with the embedder's name.
        say: gets a sentence when torch has to take the place of ONNX Runtime.

    Raises:
        ModelError: there is no such model, or its files are not what they should be.
        UsageError: the model has no weights in the precision of the settings.
    """
    if settings.embedder == HASHING:
        return HashingEmbedder()
    if settings.embedder == PACKAGED:
        return PackagedEmbedder(settings.precision, say)
    if settings.precision == "int8":
        raise UsageError(
            f"the precision int8 is for {PACKAGED} only, not for {settings.embedder}; leave the "
            "setting precision out, or take float32 or bfloat16"
        )
    return SentenceTransformerEmbedder(settings.embedder, settings.precision)


class Engine:
    """A library and what it takes to ask it. Safe to use from several threads.

    >>> engine = Engine.open(".pincite")                                        # doctest: +SKIP
    >>> engine.ask("Who coined the phrase AI safety engineering?").quotes[0].text  # doctest: +SKIP
    """

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        settings: Settings | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.library = library
        self.embedder = embedder
        self.settings = settings or load_settings()
        self.listeners = Listeners()
        self._say = say
        self.lacks_cross_encoder = False
        self.cross_encoder = self._cross_encoder()
        self._scopes = Scopes()
        self._writers = Writers()
        self._cache: SourceCache | ViewCache = SourceCache(
            library, embedder, self.cross_encoder, say
        )

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> Self:
        """Open the library in the folder ``path`` for questions.

        Args:
            path: the library's folder; by default the one in the settings.
            settings: by default those of the environment.
            embedder: by default the one in the settings.
            say: gets a sentence when something was repaired on the way.

        Raises:
            LibraryError: there is no library, or it cannot be used.
            EmbedderMismatchError: another embedder made its vectors.
            ModelError: the embedder, or a cross-encoder that the settings name, cannot be used.
        """
        settings = settings or load_settings()
        library = open_library(path if path is not None else settings.library)
        try:
            embedder = embedder or open_embedder(settings, say)
            library.require(embedder.fingerprint)
            return cls(library, embedder, settings, say)
        except BaseException:
            library.close()
            raise

    def close(self) -> None:
        """Give the library back."""
        self.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def limited_to(self, tags: Iterable[str]) -> Self:
        """The same engine for somebody who may see only the documents with any of these tags.

        It answers as if there were no others; its ``library`` is a view that can only be read. It
        shares models, indexes and listeners with this one, and is cheap: make one a request.

        Raises:
            UsageError: a tag is not well formed; see `pincite.corpus.tags`.
        """
        limited = copy(self)
        limited.library = self.library.limited_to(tags)
        limited._cache = self._cache.limited_to(limited.library)
        return limited

    def document(self, id: str) -> Document:
        """As `Library.document`; those read of late are at hand."""
        return self._cache.document(id)

    def ask(
        self,
        question: str,
        *,
        history: Iterable[Turn] = (),
        documents: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
        watch: Callable[[str], None] = lambda stage: None,
        write: bool = False,
        listener: WritingListener | None = None,
    ) -> Answer:
        """Answer a question with verified quotes, or say that the documents do not.

        Args:
            question: in natural language.
            history: what was said before it, oldest first. "And in Berlin?" is looked for with the
                words of the question before it.
            documents: the documents to ask, by name, path, title or id; by default all of them.
            tags: ask those that carry any of these tags; with ``documents``, those of them.
            watch: gets the name of each stage as it begins; what it raises ends the work there.
            write: let the writer of the settings answer from the quotes as well, and word a
                follow-up as a question that stands alone.
            listener: hears of the answer before the writer is called, and then of each sentence.

        Raises:
            QuestionError: the question is empty or too long.
            DocumentNotFoundError: the library has no such document.
            TagNotFoundError: no document, or none of those named, carries such a tag.
            LibraryEmptyError: there is nothing to ask.
            ModelError: a model failed.
            SettingsError: a writer is wanted, and the settings name none that can be opened. What
                fails later on the writer's side is in ``written.problem``.
        """
        writer = self.writer() if write else None
        turns = list(history)

        def work() -> Answer:
            asked = checked(question, self.settings.longest_question)
            choice, settings = Choice.of(documents, tags), self.settings
            wording = self._wording(asked, turns, writer, watch)
            found = self._settled(
                lambda sources: answer(
                    wording or asked,
                    sources,
                    settings,
                    self._scopes.of(choice, sources),
                    Stages(watch),
                    () if wording else turns,
                    further=further_quotes(settings.quotes) if writer else 0,
                )
            )
            if wording:
                found = replace(
                    found, question=asked, trace=replace(found.trace, rewritten=wording)
                )
            return found

        found = self.listeners.told(work)
        if writer is None:
            return found
        listener = listener or WritingListener(watch=lambda: watch("write"))
        listener.on_answer(found)
        weight = self._cache.sources().indexes.lexical.rarity
        return with_written(found, writer, self.document, turns, weight, listener)

    def writer(self) -> Writer:
        """The writer that the settings name, opened on first use.

        Raises:
            SettingsError: they name none, or none that can be opened.
        """
        return self._writers.open(self.settings, self._say)

    def use_writer(self, writer: Writer) -> None:
        """Let ``writer`` write from now on, whatever the settings name."""
        self._writers.use(writer)

    def _wording(
        self, question: str, turns: list[Turn], writer: Writer | None, watch: Callable[[str], None]
    ) -> str | None:
        if writer is None or not turns:
            return None
        return standalone(question, turns, writer, lambda: watch("write"))

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        history: Iterable[Turn] = (),
        documents: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
    ) -> list[FoundPassage]:
        """The ``k`` nearest passages, best first. Arguments and errors as for `ask`.

        Raises:
            UsageError: ``k`` is not positive.
        """
        return self.search_and_generation(
            question, k, history=history, documents=documents, tags=tags
        )[0]

    def search_and_generation(
        self,
        question: str,
        k: int = 10,
        *,
        history: Iterable[Turn] = (),
        documents: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
    ) -> tuple[list[FoundPassage], int]:
        """As `search`, with the generation of the library that the passages are of."""
        if k < 1:
            raise UsageError(f"{k} passages were asked for; ask for at least 1")
        question = checked(question, self.settings.longest_question)
        choice, follow_up = Choice.of(documents, tags), FollowUp.of(question, history)
        settings = self.settings.model_copy(
            update={
                "read_passages": max(k, self.settings.read_passages),
                "candidates": max(k, self.settings.candidates),
            }
        )

        def passages(sources: Sources) -> tuple[list[FoundPassage], int]:
            query = query_of(question, sources, Stages(), follow_up)
            scope = self._scopes.of(choice, sources)
            reading = find(query, sources, settings, Stages(), scope, repeats=True)
            hits = reading.hits[:k]
            found = [found_passage(h, sources.document(h.stored.document)) for h in hits]
            return found, sources.indexes.generation

        return self._settled(passages)

    def read(
        self,
        question: str,
        *,
        history: Iterable[Turn] = (),
        documents: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
    ) -> Reading:
        """The sentences and passages that an answer is chosen from. Arguments as for `ask`."""
        question = checked(question, self.settings.longest_question)
        choice, follow_up = Choice.of(documents, tags), FollowUp.of(question, history)

        def reading(sources: Sources) -> Reading:
            query = query_of(question, sources, Stages(), follow_up)
            return find(query, sources, self.settings, Stages(), self._scopes.of(choice, sources))

        return self._settled(reading)

    def guide(self, name: str, *, questions: bool = True) -> Guide:
        """What a document has to offer: how it opens, headings, key sentences, what to ask it.

        Args:
            name: the document's name, path, title or id.
            questions: try questions as well, at most twelve of them. Each takes as long as `ask`.

        Raises:
            DocumentNotFoundError: the library has no such document.
            ModelError: a model failed.
        """
        library = self.library
        if not questions:  # so no index is needed
            return guide_to(name, library, library.document)
        if not library.find(name).passages:  # it cannot be asked, nor perhaps can the library
            return guide_to(name, library, library.document, lambda question: ())
        return self._settled(
            lambda sources: guide_to(
                name, library, sources.document, asking(sources, self.settings)
            ),
            hold=False,  # it asks up to twelve questions
        )

    def warm_up(self, say: Callable[[str], None] = lambda sentence: None) -> None:
        """Load the models and the indexes, so that the first question does not wait for them.

        ``say`` hears what is being loaded.
        """
        say("Loading the embedder …")
        self.embedder.embed_query("warm")
        if self.cross_encoder is not None:
            self.cross_encoder.read("warm", ["warm"])
        say("Loading the library …")
        self._cache.sources()

    def _cross_encoder(self) -> CrossEncoder | None:
        """The one that the settings name; None, with a sentence, where its files are no good."""
        if not self.settings.reranked_passages:
            return None
        try:
            return cross_encoder_for(self.embedder, self.settings.cross_encoder)
        except ModelError as error:
            if self.settings.cross_encoder != PACKAGED_CROSS_ENCODER:
                raise
            self._say(str(error))
            self.lacks_cross_encoder = True
            return None

    def _settled(self, work: Callable[[Sources], _T], *, hold: bool = True) -> _T:
        return of_one_generation(work, self.library, self._cache, hold=hold)
