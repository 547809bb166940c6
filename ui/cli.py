"""The command line: a thin face over Engine and Library.

Exit codes: 0 answered or done, 3 nothing found, 2 wrong usage, 1 failure. Standard output has
what was asked for; standard error has messages for people.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import traceback
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from corpus.errors import PinciteError, UsageError
from corpus.library import Library
from ingest.pipeline import ingest_sources
from ingest.sources import find_sources
from retrieval.engine import Engine, open_embedder
from retrieval.health import examine
from retrieval.indexes import publish
from retrieval.settings import Settings, load_settings
from ui import terminal

EXIT_FAILED, EXIT_NOT_FOUND = 1, 3
_UNBOUNDED = 100_000  # columns

app = typer.Typer(
    name="pincite",
    help="Question your own documents and get verbatim quotes, each at its exact place.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ThresholdOption = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Confidence below which nothing is answered."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]


class _State:
    """The global options, for the commands of this one process."""

    library: Path | None = None
    debug: bool = False


def _print_version(wanted: bool) -> None:
    if wanted:
        _out().print(f"pincite {version('pincite')}")
        raise typer.Exit


@app.callback()
def _global(
    library: Annotated[
        Path | None,
        typer.Option(help="The library's folder (default: $PINCITE_LIBRARY, or .pincite)."),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show tracebacks.")] = False,
    version_: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    _State.library, _State.debug = library, debug


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders of files.")],
    title: Annotated[str | None, typer.Option(help="A title for the one file named.")] = None,
) -> None:
    """Take documents into the library. What is there already is not embedded again."""
    settings = _settings()
    sources = find_sources(paths, title)
    if title is not None and len(sources) != 1:
        raise UsageError(f"--title {title!r} is for one file, and {len(sources)} were named")
    embedder = open_embedder(settings)
    started = time.perf_counter()
    with (
        Library.open(settings.library, create=True) as library,
        terminal.ingesting(_err(), len(sources)) as listener,
    ):
        try:
            summary = ingest_sources(sources, library, embedder, listener)
        except KeyboardInterrupt:
            _say("stopped; what is in the library stays, and running it again goes on from there")
            raise
    terminal.show_summary(_err(), summary, time.perf_counter() - started)
    if summary.refused:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def ask(question: str, as_json: JsonOption = False, threshold: ThresholdOption = None) -> None:
    """Answer a question with verified quotes, or say that the documents do not."""
    with _engine(threshold) as engine:
        answer = engine.ask(question)
    if as_json:
        _print_json(answer.to_json())
    else:
        terminal.show_answer(_out(), answer)
    if answer.status == "NOT_FOUND":
        raise typer.Exit(EXIT_NOT_FOUND)


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show the passages that are nearest to a question, ranked."""
    with _engine() as engine:
        passages = engine.search(question, k)
    if as_json:
        _print_json([passage.to_json() for passage in passages])
    else:
        terminal.show_passages(_out(), passages)
    if not passages:
        raise typer.Exit(EXIT_NOT_FOUND)


@app.command()
def documents(as_json: JsonOption = False) -> None:
    """List the documents in the library."""
    with Library.open(_settings().library) as library:
        entries = library.entries()
    if as_json:
        _print_json([entry.to_json() for entry in entries])
    else:
        terminal.show_documents(_out(), entries)


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="Source paths, or the first digits of ids.")],
) -> None:
    """Forget documents."""
    with Library.open(_settings().library) as library:
        entries = [library.find(name) for name in names]
        library.remove([entry.id for entry in entries])
        publish(library)
    for entry in entries:
        _err().print(f"removed: {terminal.one_line(entry.source)}", markup=False, soft_wrap=True)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
    threshold: ThresholdOption = None,
) -> None:
    """Open the chat in a browser."""
    from ui.web.server import serve as serve_web  # Gradio is slow to import

    with _engine(threshold) as engine:
        serve_web(engine, host, port, open_browser=open_browser, say=_say)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check versions, the model's hash, the library and its indexes."""
    health = examine(_settings())
    if as_json:
        _print_json(health.to_json())
    else:
        terminal.show_health(_out(), health)
    if health.problems:
        raise typer.Exit(EXIT_FAILED)


# Other packages of the house hang their commands in here; `ui` does not import them.
for _command in entry_points(group="pincite.commands"):
    app.add_typer(_command.load(), name=_command.name)


def main() -> None:
    """Run the command line, with every failure as one sentence for a person."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show "›" shows "?"
            stream.reconfigure(errors="replace")
    try:
        app()
        sys.stdout.flush()
    except PinciteError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except OSError as error:
        _fail(f"the system refused ({error}); check the disk's space and permissions", EXIT_FAILED)
    except Exception as error:
        _fail(
            f"something failed that should not have ({type(error).__name__}: {error}); "
            "run it again with --debug before the command, and report what it shows",
            EXIT_FAILED,
        )


def _fail(sentence: str, exit_code: int) -> NoReturn:
    if _State.debug:
        traceback.print_exc()
    _say(sentence)
    sys.exit(exit_code)


def _settings(threshold: float | None = None) -> Settings:
    return load_settings(library=_State.library, threshold=threshold)


def _engine(threshold: float | None = None) -> Engine:
    return Engine.open(settings=_settings(threshold), say=_say)


def _out() -> Console:
    console = Console(highlight=False)
    # Into a file or a pipe, a line is as long as it is.
    return console if console.is_terminal else Console(highlight=False, width=_UNBOUNDED)


def _err() -> Console:
    return Console(stderr=True, highlight=False)


def _say(sentence: str) -> None:
    line = " ".join(terminal.harmless(sentence).split())
    _err().print(f"pincite: {line}", markup=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    # Not through rich, which would wrap; ASCII, so that any locale can carry it.
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


if __name__ == "__main__":
    main()
