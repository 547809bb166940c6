"""The command line: a thin face over Engine and Library.

Exit codes: 0 answered, unsure or done, 3 nothing found, 2 wrong usage, 1 failure. Standard output
has what was asked for; standard error has messages for people.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from pincite.corpus.errors import PinciteError
from pincite.corpus.store.address import address
from pincite.ui.command_table import CommandTable
from pincite.ui.console import EXIT_FAILED, State, out, say
from pincite.ui.plain_help import HELP_OPTIONS, plain

_COLLECT_AT = 10_000  # new objects; imports reach the 700 of Python hundreds of times

app = typer.Typer(
    name="pincite",
    cls=CommandTable,
    help="Question your own documents and get verbatim quotes, each at its exact place.",
    no_args_is_help=True,
    context_settings={"help_option_names": HELP_OPTIONS},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out().print(f"pincite {version('pincite')}")
        raise typer.Exit


@app.callback()
def _global(
    library: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="The library's folder, or the address of a shared one: lance://FOLDER or "
            "s3://BUCKET/NAME (default: $PINCITE_LIBRARY, or .pincite).",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show tracebacks of errors.")] = False,
    version_: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    State.library, State.debug = None if library is None else address(library), debug


def main() -> None:
    """Run the command line, with every failure as one sentence for a person."""
    _start_lightly()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show "›" shows "?"
            stream.reconfigure(errors="replace")
    if isinstance(sys.stdin, io.TextIOWrapper):  # a line that is no text is refused, not fatal
        encoding = None if sys.stdin.isatty() else "utf-8"
        sys.stdin.reconfigure(encoding=encoding, errors="surrogateescape")
    try:
        plain(typer.main.get_command(app))()
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
            f"internal error ({type(error).__name__}: {error}); run it again as "
            "pincite --debug …, and report what it shows",
            EXIT_FAILED,
        )


def _start_lightly() -> None:
    """Spare a short command what is worth its time only to long ones."""
    # Importing makes many objects that stay: they need not be searched for garbage again and again,
    # nor once more at the end, when the system takes back all of them.
    gc.set_threshold(_COLLECT_AT)
    atexit.register(gc.freeze)
    # Pincite has none, and looking for them reads what every installed package says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _fail(sentence: str, exit_code: int) -> NoReturn:
    if State.debug:
        traceback.print_exc()
    say(sentence)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
