"""A retriever whose documents are verbatim and carry their citation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    MessageLikeRepresentation,
    convert_to_messages,
)
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field

from pincite.corpus.errors import UsageError
from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.conversation.turns import Role, Turn
from pincite.retrieval.engine import Engine
from pincite.retrieval.langchain.tracing import UntracedRetriever
from pincite.retrieval.reading.quote import Quote

# What LangChain and those who write messages by hand call the two sides.
_ROLES: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
}


class PinciteRetriever(UntracedRetriever):
    """An `Engine` as a LangChain retriever, alone or in a chain.

    A document's ``page_content`` is copied from its source to the letter. Its metadata is the
    citation: ``source``, ``document`` (the id, which pins the text), ``title``, ``section`` (the
    headings from the outermost), ``page``, ``start`` and ``end`` (code points), ``score``, the
    library's ``generation``, and ``hidden``: what of it the file does not show. A quote has
    ``highlights``, ``answer`` (the words in them that answer, or None), ``context`` and ``places``
    too, and the answer's ``status``, ``confidence`` and ``agreement``: when UNSURE, nobody vouches
    for it.

    ``retriever.invoke(question, k=2)`` takes another ``k`` for one question, and
    ``history=messages`` the conversation before it, in any form that LangChain takes for messages.

    >>> retriever = PinciteRetriever(engine=Engine.open(".pincite"), k=3)          # doctest: +SKIP
    >>> retriever.invoke("Who coined the phrase?")[0].metadata["section"]       # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    engine: Engine = Field(description="The library and what it takes to ask it.")
    k: int = Field(4, ge=1, description="Documents returned, at most; an answer has 1 to 3 quotes.")
    documents: list[str] | None = Field(
        None, description="Sources or ids of the documents to ask; by default all of them."
    )
    tags: list[str] | None = Field(
        None,
        description="Ask the documents that carry any of these tags; with ``documents``, of those.",
    )
    mode: Literal["passages", "quotes"] = Field(
        "passages",
        description="'passages' are the nearest; 'quotes' the answer's verified quotes, the "
        "closest ones when it is UNSURE, and none when the documents are about other things.",
    )

    def _may_trace(self) -> bool:
        return self.engine.settings.may_trace

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        history: Sequence[MessageLikeRepresentation] | None = None,
    ) -> list[Document]:
        """Search or ask.

        Raises:
            QuestionError: the question is empty or too long.
            LibraryEmptyError: there is nothing to ask.
            DocumentNotFoundError: a name in ``documents`` names none.
            TagNotFoundError: no document, or none of those named, carries such a tag.
        """
        return self._retrieve(query, self.k if k is None else k, history)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        history: Sequence[MessageLikeRepresentation] | None = None,
    ) -> list[Document]:
        most = self.k if k is None else k
        return await run_in_executor(None, self._retrieve, query, most, history)

    def _retrieve(
        self, question: str, k: int, history: Sequence[MessageLikeRepresentation] | None
    ) -> list[Document]:
        turns = _turns(history)
        if self.mode == "quotes":
            answer = self.engine.ask(
                question, history=turns, documents=self.documents, tags=self.tags
            )
            generation = answer.trace.generation
            return [
                self._cited(
                    quote,
                    generation,
                    highlights=[list(span) for span in quote.highlights],
                    answer=None if quote.answer is None else list(quote.answer),
                    context=[asdict(piece) for piece in quote.context],
                    places=[asdict(p) | {"section": list(p.section)} for p in quote.places],
                    status=answer.status,
                    confidence=answer.confidence,
                    agreement=None if answer.agreement is None else asdict(answer.agreement),
                )
                for quote in answer.quotes[:k]
            ]
        found, generation = self.engine.search_and_generation(
            question, k, history=turns, documents=self.documents, tags=self.tags
        )
        return [self._cited(passage, generation) for passage in found]

    def _cited(self, found: FoundPassage | Quote, generation: int, **more: Any) -> Document:
        return Document(
            id=f"{found.document}:{found.start}-{found.end}",
            page_content=found.text,
            metadata={
                "source": self.engine.document(found.document).source,
                "document": found.document,
                "title": found.title,
                "section": list(found.section),
                "page": found.page,
                "start": found.start,
                "end": found.end,
                "score": found.score,
                "generation": generation,
                "hidden": found.hidden.to_json(),
                **more,
            },
        )


def _turns(history: Sequence[MessageLikeRepresentation] | None) -> list[Turn]:
    """What person and model said; instructions and the results of tools are not asked about.

    Raises:
        UsageError: it is no list of messages.
    """
    # One message is no sequence of its letters, or of its keys.
    if isinstance(history, (str, dict, BaseMessage)):
        history = [history]
    try:
        messages = convert_to_messages(history or ())
    except (ValueError, NotImplementedError) as error:
        raise UsageError(
            f"the history is not a list of messages ({str(error).splitlines()[0]}); give each its "
            "role and its text"
        ) from error
    said = [(_ROLES.get(_role(one)), str(one.text)) for one in messages]
    return [Turn(role, text) for role, text in said if role is not None]


def _role(message: BaseMessage) -> str:
    if isinstance(message, ChatMessage):
        return message.role
    if isinstance(message, HumanMessage):  # its chunks, as they stream, have another ``type``
        return "user"
    return "assistant" if isinstance(message, AIMessage) else ""
