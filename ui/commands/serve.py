"""``pincite serve`` and what belongs to it: the chat, the interfaces for programs, who may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.corpus.extras import require
from pincite.corpus.store.address import is_shared
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import LARGEST, MB
from pincite.ingest.uploads import FILES, Limits
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.settings import LogFormat
from pincite.ui.api.queue import WAITING, Queue
from pincite.ui.console import ThresholdOption, open_engine, say, settings
from pincite.ui.server.options import ServerOptions


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
    auth: Annotated[
        Path | None, typer.Option(help="The file of people; see: pincite people.")
    ] = None,
    api_token: Annotated[
        Path | None, typer.Option(help="A file with a token for programs. Needs --auth.")
    ] = None,
    no_auth: Annotated[
        bool,
        typer.Option("--no-auth", help="Accept requests from anyone who can reach this address."),
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Allow asking only: no uploads, no changes.")
    ] = False,
    max_upload_mb: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Refuse uploads larger than this.")
    ] = LARGEST // MB,
    max_upload_files: Annotated[
        int, typer.Option(min=1, metavar="N", help="Refuse uploads with more files than this.")
    ] = FILES,
    originals: Annotated[
        bool | None,
        typer.Option(
            "--keep-originals/--no-originals",
            help="Keep all uploaded files, or none (default: PDFs and pictures, to show their "
            "pages).",
        ),
    ] = None,
    keep_conversations: Annotated[
        bool,
        typer.Option(
            "--keep-conversations",
            help="Keep each person's conversations beside the library, not in their browser. With "
            "--auth.",
        ),
    ] = False,
    queue: Annotated[
        int, typer.Option(min=0, metavar="N", help="Maximum number of API questions waiting.")
    ] = WAITING,
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A gold set, or a folder of gold sets, for the page Evaluate. Repeatable.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat | None,
        typer.Option(
            help="The log format: lines for people, or one JSON object per line and request "
            "(default: $PINCITE_LOG_FORMAT, or lines)."
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A name under which browsers may call the server. Repeatable."
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            envvar="PINCITE_PROXY",
            help="The address of a proxy in front, or its network: believe what it says about who "
            "asks. Repeatable.",
        ),
    ] = None,
    threshold: ThresholdOption = None,
) -> None:
    """Serve the chat, and the interfaces for programs under /api/v1, /v1 and /mcp."""
    require("serve", "pincite serve")
    if gold:
        require("eval", "pincite serve --gold")
    from pincite.ui.server import logs
    from pincite.ui.server.credentials import Credentials
    from pincite.ui.server.proxies import Proxies, checked_name
    from pincite.ui.server.run import is_loopback
    from pincite.ui.server.run import serve as serve_web

    if auth is not None and no_auth:
        raise UsageError("--auth and --no-auth cannot be combined; choose one of them")
    if api_token is not None and auth is None:
        raise UsageError("--api-token needs --auth; without it, no token is required")
    if keep_conversations and auth is None:
        raise UsageError(
            "--keep-conversations goes with --auth; without, nobody has a name to keep them for"
        )
    if keep_conversations and read_only:
        raise UsageError(
            "--keep-conversations and --read-only cannot be combined; choose one of them"
        )
    if keep_conversations and is_shared(settings().library):
        raise UsageError(
            f"--keep-conversations keeps them in a file of this machine, and {settings().library} "
            "may have several servers; leave it out, and browsers keep their conversations"
        )
    if not is_loopback(host) and auth is None and not no_auth:
        raise UsageError(
            f"others can reach these documents on {host}; name who may with --auth FILE (make one "
            "with: pincite people add FILE NAME), or allow everyone with --no-auth"
        )
    proxies = Proxies.of(proxy or ())
    names = [checked_name(text) for text in name or ()]
    credentials = None if auth is None else Credentials.read(auth, api_token)
    if not read_only:  # a first document can be added on the page
        open_library(settings().library, create=True).close()
    form = log_format or settings().log_format
    tell = logs.say if form == "json" else say
    with Engine.open(settings=settings(threshold), say=tell) as engine:
        serve_web(
            engine,
            host,
            port,
            open_browser=open_browser,
            credentials=credentials,
            options=ServerOptions(
                read_only,
                Limits.of(max_upload_mb, max_upload_files),
                _kept(originals),
                queue,
                tuple(gold or ()),
                keep_conversations,
            ),
            say=tell,
            log_format=form,
            proxies=proxies,
            names=names,
        )


def _kept(originals: bool | None) -> Originals:
    if originals is None:
        return Originals.DRAWABLE
    return Originals.ALL if originals else Originals.NONE


def mcp() -> None:
    """Serve the Model Context Protocol on standard input and output."""
    require("serve", "pincite mcp")
    from pincite.ui.mcp import tools  # slow to import

    with open_engine() as engine:
        tools(engine, Queue()).run("stdio")
