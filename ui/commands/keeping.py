"""What can be done with the documents in a library."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.library import Library
from retrieval.indexes import publish
from ui import terminal
from ui.console import JsonOption, err, out, print_json, settings


def documents(as_json: JsonOption = False) -> None:
    """List the documents in the library."""
    with Library.open(settings().library) as library:
        entries = library.entries()
    if as_json:
        print_json([entry.to_json() for entry in entries])
    else:
        terminal.show_documents(out(), entries)


def remove(
    names: Annotated[list[str], typer.Argument(help="Source paths, or the first digits of ids.")],
) -> None:
    """Forget documents."""
    with Library.open(settings().library) as library:
        entries = [library.find(name) for name in names]
        library.remove([entry.id for entry in entries])
        publish(library)
    for entry in entries:
        err().print(f"removed: {terminal.one_line(entry.source)}", markup=False, soft_wrap=True)
