"""Commands that ask: one question, a search, a conversation."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from pincite.corpus.errors import PinciteError, QuestionError, UsageError
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.ui import terminal
from pincite.ui.commands import completion
from pincite.ui.console import (
    EXIT_NOT_FOUND,
    EXIT_USAGE,
    JsonOption,
    ThresholdOption,
    err,
    open_engine,
    out,
    print_json,
    say,
)
from pincite.ui.text import citations
from pincite.ui.text.levels import NOT_FOUND, UNSURE
from pincite.ui.written_output import WrittenOutput

DocumentOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Ask only this document: its name, path, title or id. Repeatable.",
        metavar="NAME",
        autocompletion=completion.documents,
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Ask only documents with this tag. Repeatable: with any of them.",
        metavar="TAG",
        autocompletion=completion.tags,
    ),
]


class Format(StrEnum):
    """A format of citations, as `pincite.ui.text.citations.FORMATS` calls it."""

    bibtex = "bibtex"
    ris = "ris"
    apa = "apa"


CiteOption = Annotated[
    Format | None, typer.Option("--cite", help="Print only the quotes, as citations.")
]
DetailsOption = Annotated[bool, typer.Option("--details", help="Also show offsets and scores.")]
WriteOption = Annotated[
    bool,
    typer.Option(
        "--write",
        help="Also let the model of PINCITE_WRITER answer from the quotes; each sentence is "
        "checked.",
    ),
]
QuestionArgument = Annotated[
    str | None, typer.Argument(help="The question, or - to read it from standard input.")
]
_LONGEST_INPUT = 10_000_000  # characters that are read of what may never end
_EXAMPLES = """
For example:
  pincite ask "Which birds nest on cliffs?"
  pincite ask - < question.txt"""
_NEW, _TYPED, _END = "/new", "/typed", ("/exit", "/quit")


def ask(
    ctx: typer.Context,
    question: QuestionArgument = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    as_json: JsonOption = False,
    cite: CiteOption = None,
    write: WriteOption = False,
    details: DetailsOption = False,
    threshold: ThresholdOption = None,
) -> None:
    """Answer a question with verified quotes from the documents.

    Exit code 3 means that the documents are about other things.
    """
    if as_json and cite:
        raise UsageError("--json and --cite cannot be combined; choose one of them")
    if write and cite:
        raise UsageError("--write and --cite cannot be combined; choose one of them")
    if question is None and sys.stdin.isatty():
        err().print(ctx.get_usage() + "\n" + _EXAMPLES, markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_USAGE)
    if question in (None, "-"):
        question = _piped()
    output = WrittenOutput(out(), details=details) if write and not as_json else None
    with open_engine(threshold) as engine:
        answer = engine.ask(
            question,
            documents=document or None,
            tags=tag or None,
            write=write,
            listener=output.listener() if output else None,
        )
        cited = citations.citations(answer.quotes, engine.document) if cite else []
    if as_json:
        print_json(answer.to_json())
    elif cite:
        _print_citations(answer, citations.FORMATS[cite](cited))
    elif output:
        output.finish(answer)
    else:
        terminal.show_answer(out(), answer, details=details)
    if answer.status == "NOT_FOUND":
        raise typer.Exit(EXIT_NOT_FOUND)


def _piped() -> str:
    """The one question that standard input holds."""
    question = sys.stdin.read(_LONGEST_INPUT).removeprefix("\ufeff").strip()
    if not question:
        raise QuestionError(
            "standard input has no question; ask one as in: "
            'pincite ask "Which birds nest on cliffs?"'
        )
    return question


def _print_citations(answer: Answer, text: str) -> None:
    """Print citations; what is to be known of the answer goes to standard error."""
    if answer.status != "ANSWERED":
        say(NOT_FOUND if answer.status == "NOT_FOUND" else UNSURE)
    if text:
        out().print(Text(text), soft_wrap=True)


def search(
    question: Annotated[str, typer.Argument(help="What to search for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Number of passages.")] = 10,
    document: DocumentOption = None,
    tag: TagOption = None,
    as_json: JsonOption = False,
    details: DetailsOption = False,
) -> None:
    """Show the passages that are nearest to a question, ranked."""
    with open_engine() as engine:
        passages = engine.search(question, k, documents=document or None, tags=tag or None)
    if as_json:
        print_json([passage.to_json() for passage in passages])
    else:
        terminal.show_passages(out(), passages, details=details)
    if not passages:
        raise typer.Exit(EXIT_NOT_FOUND)


def chat(
    document: DocumentOption = None,
    tag: TagOption = None,
    write: WriteOption = False,
    threshold: ThresholdOption = None,
) -> None:
    """Ask one question after another; each may refer to those before it.

    One line is one question. /new starts a new conversation, /typed asks the last question again
    without those before it, and /exit or Ctrl-D ends.
    """
    history: list[Turn] = []
    last = ""
    with open_engine(threshold) as engine:
        if write:
            engine.writer()  # so that whoever named none hears it before they ask
        engine.warm_up()
        if sys.stdin.isatty():
            err().print(
                "Ask a question. /new starts over, /typed asks the last one alone, /exit ends."
            )
        while (line := _line()) is not None:
            typed = line == _TYPED
            if line in _END:
                break
            if line == _NEW:
                history = []
            elif typed and not last:
                say("there is no question yet; ask one first")
            elif line.startswith("/") and " " not in line and not typed:
                say(f"unknown command {line}; the commands are {_NEW}, {_TYPED} and {_END[0]}")
            elif question := (last if typed else line):
                last = question
                output = WrittenOutput(out()) if write else None
                try:
                    before = [] if typed else history
                    answer = engine.ask(
                        question,
                        history=before,
                        documents=document or None,
                        tags=tag or None,
                        write=write,
                        listener=output.listener() if output else None,
                    )
                except PinciteError as error:
                    say(str(error))
                    continue
                history = [*before, *answer.turns()]
                if output:
                    output.finish(answer)
                else:
                    terminal.show_answer(out(), answer)


def _line() -> str | None:
    """The next line that a person types; None at the end."""
    try:
        if sys.stdin.isatty():
            return input("› ").strip()
        line = sys.stdin.readline()
        return line.strip() if line else None
    except (EOFError, KeyboardInterrupt):
        return None
