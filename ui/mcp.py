"""An MCP server: programs that speak the Model Context Protocol ask, search and read here."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

from pincite.corpus.errors import PinciteError, UsageError
from pincite.corpus.hidden import Hidden
from pincite.corpus.types import Span
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.engine import Engine
from pincite.ui.access import EVERYBODY, engine_for, person_of
from pincite.ui.api.ask import ask as ask_engine
from pincite.ui.api.models import CiteFormat
from pincite.ui.api.problems import sentence_of
from pincite.ui.api.queue import Queue
from pincite.ui.api.requests import Message

PATH = "/mcp"
_LONGEST_READ = 20_000  # characters of a document given at once
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_T = TypeVar("_T")

_Question = Annotated[str, Field(description="In natural language.")]
_History = Annotated[
    list[Message] | None,
    Field(description="The conversation so far, oldest first, for a question that leans on it."),
]
_Documents = Annotated[
    list[str] | None, Field(description="Only these documents, by name, title or id; None for all.")
]
_Tags = Annotated[
    list[str] | None, Field(description="Only documents with one of these tags; None for all.")
]

_Cite = Annotated[
    list[CiteFormat] | None,
    Field(description="Give the quotes in these formats too, as ``citations``; None for none."),
]
_Write = Annotated[
    bool,
    Field(
        description="Also let the server's writer answer from the quotes, as ``written``: "
        "sentences that are checked against the quotes they cite."
    ),
]


def tools(engine: Engine, queue: Queue) -> MCPServer:
    """The server over an engine: ``ask``, ``search`` and ``read_document``.

    What is asked waits in ``queue``. Over HTTP it is answered from what the person sees who asks;
    on standard input from everything, because whoever is there has the files themselves.
    """
    server = MCPServer(
        "pincite",
        title="Pincite",
        log_level="WARNING",  # it sets up the log of the whole process
        version=version("pincite"),
        instructions="Questions about the person's own documents, answered with verbatim quotes. "
        "Quote them to the letter and give each its place. UNSURE means that they are only the "
        "closest and may not answer. NOT_FOUND means that the documents are about other things. "
        "`hidden` has the spans of a text that its file contains and does not show: do not take "
        "their words for what the author shows.",
    )

    def visible(context: Context) -> Engine:
        request = context.request_context.request
        return engine_for(engine, EVERYBODY if request is None else person_of(request.scope))

    @server.tool(annotations=_READS)
    async def ask(
        context: Context,
        question: _Question,
        history: _History = None,
        documents: _Documents = None,
        tags: _Tags = None,
        cite: _Cite = None,
        write: _Write = False,
    ) -> dict[str, Any]:
        """Answer a question with verified verbatim quotes.

        ``status`` is ANSWERED, UNSURE (the closest quotes, which may not answer) or NOT_FOUND
        (the documents are about other things). ``context`` makes a quote understood. Where
        ``trace.left_out`` is not 0, other documents were not asked.
        """
        turns = [Turn(one.role, one.text) for one in history or ()]
        return await _told(
            queue,
            lambda: ask_engine(
                visible(context),
                question,
                history=turns,
                documents=documents,
                tags=tags,
                cite=cite or (),
                write=write,
            ),
            writes=write,
        )

    @server.tool(annotations=_READS)
    async def search(
        context: Context,
        question: _Question,
        k: Annotated[int, Field(ge=1, le=100, description="How many.")] = 10,
        history: _History = None,
        documents: _Documents = None,
        tags: _Tags = None,
    ) -> dict[str, Any]:
        """The passages that are nearest to a question, ranked, whether or not they answer it."""
        turns = [Turn(one.role, one.text) for one in history or ()]
        found = await _told(
            queue,
            lambda: visible(context).search(
                question, k, history=turns, documents=documents, tags=tags
            ),
        )
        return {"passages": [passage.to_json() for passage in found]}

    @server.tool(annotations=_READS)
    async def read_document(
        context: Context,
        document: Annotated[str, Field(description="Its name, path, title or id.")],
        start: Annotated[int, Field(ge=0, description="The first character.")] = 0,
        end: Annotated[
            int | None, Field(description="The one after the last; None for all.")
        ] = None,
    ) -> dict[str, Any]:
        """A document's text from ``start`` to ``end``, at most 20,000 characters at once."""
        return await _told(queue, lambda: _read(visible(context), document, start, end))

    return server


def over_http(server: MCPServer) -> Starlette:
    """The server as an ASGI application that answers at ``PATH``; its lifespan must be run."""
    return server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        # Whoever mounts this looks at the names that it is called by.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def _read(engine: Engine, name: str, start: int, end: int | None) -> dict[str, Any]:
    document = engine.document(engine.library.find(name).id)
    whole = len(document.text)
    stop = min(whole if end is None else end, start + _LONGEST_READ, whole)
    if not start < stop:
        raise UsageError(
            f"invalid range {start}–{whole if end is None else end}: the document has {whole:,} "
            f"characters; give a start below {whole} and an end after it"
        )
    return {
        "document": document.id,
        "source": document.source,
        "title": document.title,
        "section": list(document.section_at(start).path),
        "start": start,
        "end": stop,
        "characters": whole,
        "warnings": list(document.warnings),
        "hidden": Hidden.of(document, Span(start, stop)).to_json(),
        "text": document.text[start:stop],
    }


async def _told(queue: Queue, work: Callable[[], _T], *, writes: bool = False) -> _T:
    """Do the work in its turn, and tell the caller in a sentence why it failed."""
    try:
        return await queue.done(work, writes=writes)
    except PinciteError as error:
        raise ToolError(sentence_of(error)) from error
