"""What can be done with the documents in a library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.corpus.errors import AmbiguousIdError, DocumentNotFoundError, UsageError
from pincite.corpus.exporting import new_file
from pincite.corpus.store.rows import Entry
from pincite.corpus.tags import checked_tag
from pincite.ingest.files.copies import same_contents
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import publish
from pincite.ui import terminal
from pincite.ui.commands import completion
from pincite.ui.console import JsonOption, err, open_engine, out, print_json, settings
from pincite.ui.text.control_characters import one_line
from pincite.ui.text.document_json import document_json
from pincite.ui.text.document_view import show_document
from pincite.ui.text.guide_view import show_guide

Name = Annotated[
    str,
    typer.Argument(
        help="The document: its file name, path, title or id.",
        autocompletion=completion.documents,
    ),
]
Names = Annotated[
    list[str],
    typer.Argument(
        help="The documents: their file names, paths, titles or ids.",
        autocompletion=completion.documents,
    ),
]


def documents(
    tag: Annotated[
        list[str] | None,
        typer.Option(
            help="List only documents with this tag. Repeatable.",
            metavar="TAG",
            autocompletion=completion.tags,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the documents in the library, and the files that could not be read."""
    with open_library(settings().library) as library:
        entries, refusals, damaged = library.entries(), library.refusals(), library.damaged()
        if tag:
            chosen = library.tagged(map(checked_tag, tag))
            entries = [entry for entry in entries if entry.id in chosen]
            refusals, damaged = [], []  # nobody can tell what tags they have
    same_as = same_contents(entries)
    if as_json:
        read = [{**entry.to_json(), "same_as": same_as.get(entry.source)} for entry in entries]
        print_json(
            [*read, *(one.to_json() for one in damaged), *(one.to_json() for one in refusals)]
        )
    else:
        terminal.show_documents(out(), entries, refusals, same_as, damaged)


def show(
    name: Name,
    original: Annotated[
        Path | None, typer.Option(help="Write the original file to this new file.")
    ] = None,
    guide: Annotated[
        bool,
        typer.Option("--guide", help="Show its headings, key sentences and questions."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a document: its facts, and its text with sections and pages."""
    if guide:
        if original is not None:
            raise UsageError("--guide and --original cannot be combined; choose one of them")
        _guide(name, as_json)
        return
    with open_library(settings().library) as library, library.snapshot():
        entry = library.find(name)
        document, data = library.document(entry.id), library.original(entry.id)
    if original is not None:
        _write(entry, data, original)
    elif as_json:
        print_json(document_json(entry, document, kept=data is not None))
    else:
        show_document(out(), entry, document, kept=data is not None)


def _guide(name: str, as_json: bool) -> None:
    with open_engine() as engine:
        made = engine.guide(name)
    if as_json:
        print_json(made.to_json())
    else:
        show_guide(out(), made)


def remove(names: Names) -> None:
    """Remove documents from the library, and files that could not be read from its list."""
    with open_library(settings().library) as library:
        chosen: dict[str, str] = {}
        refused: list[str] = []
        for name in names:
            if damaged := library.find_damaged(name):  # which nothing else can be told of
                chosen[damaged[0]] = damaged[1]
                continue
            if library.entry(name) is None and library.refusal(name) is not None:
                refused.append(name)
                continue
            try:
                entry = library.find(name)
                chosen[entry.id] = entry.source
            except AmbiguousIdError:
                raise
            except DocumentNotFoundError:
                if (source := library.find_refused(name)) is None:
                    raise
                refused.append(source)
        if refused:
            library.clear_failures(refused)
        if chosen:
            library.remove(list(chosen))
            publish(library)
    for source in (*chosen.values(), *refused):
        _say(f"removed: {one_line(source)}")


def rename(
    name: Name,
    new: Annotated[str, typer.Argument(help="The new name.")],
    title: Annotated[str | None, typer.Option(help="Also set this title.")] = None,
) -> None:
    """Rename a document. Its text, passages and tags stay."""
    with open_library(settings().library) as library:
        entry = library.find(name)
        library.rename(entry.id, new, title)
        publish(library)
    _say(f"renamed: {one_line(entry.source)} is now {one_line(new)}")


def tag(
    names: Names,
    add: Annotated[
        list[str] | None,
        typer.Option(
            help="A tag to add. Repeatable.", metavar="TAG", autocompletion=completion.tags
        ),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            help="A tag to remove. Repeatable.", metavar="TAG", autocompletion=completion.tags
        ),
    ] = None,
) -> None:
    """Add tags to documents, or remove tags from them."""
    if not add and not remove:
        raise UsageError("no tag is named; name one with --add TAG or --remove TAG")
    with open_library(settings().library) as library:
        ids = [library.find(name).id for name in names]
        library.tag(ids, add or (), remove or ())
        entries = [library.find(id) for id in ids]
    for entry in entries:
        carried = one_line(", ".join(entry.tags)) or "none"
        _say(f"tags of {one_line(entry.source)}: {carried}")


def _write(entry: Entry, data: bytes | None, file: Path) -> None:
    if data is None:
        raise UsageError(
            f"the original file of {entry.source!r} was not kept; ingest it again with "
            "--keep-originals"
        )
    with new_file(file) as stream:
        stream.write(data)
    _say(f"written: {one_line(str(file))}, {len(data):,} bytes")


def _say(line: str) -> None:
    err().print(line, markup=False, soft_wrap=True)
