"""What every command shares: the global options, where to print, and what to open."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pincite.corpus.store.address import Address
from pincite.ui.text.control_characters import harmless

# What is imported inside functions takes long, and `pincite --help` needs none of it.
if TYPE_CHECKING:
    from rich.console import Console

    from pincite.retrieval.engine import Engine
    from pincite.retrieval.settings import Settings

EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND = 1, 2, 3
_UNBOUNDED = 100_000  # columns

ThresholdOption = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Confidence from which on an answer is ANSWERED."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]


class State:
    """The global options, for the commands of this one process."""

    library: Address | None = None
    debug: bool = False


def settings(threshold: float | None = None) -> Settings:
    """The settings of the environment and of the global options."""
    from pincite.retrieval.settings import load_settings

    return load_settings(library=State.library, threshold=threshold)


def open_engine(threshold: float | None = None) -> Engine:
    """The engine that the settings name; what it repairs is said on standard error."""
    from pincite.retrieval.engine import Engine

    return Engine.open(settings=settings(threshold), say=say)


def out() -> Console:
    """Standard output, for what was asked for."""
    from rich.console import Console

    console = Console(highlight=False)
    # Into a file or a pipe, a line is as long as it is.
    return console if console.is_terminal else Console(highlight=False, width=_UNBOUNDED)


def err() -> Console:
    """Standard error, for messages to people."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(sentence: str) -> None:
    """Say one line to the person."""
    line = " ".join(harmless(sentence).split())
    err().print(f"pincite: {line}", markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    # Not through rich, which would wrap; ASCII, so that any locale can carry it.
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
