"""Whether the answers that files have as printed stand in the text that is read of them.

A folder has ``corpus.jsonl``, each file under its ``path`` (or else its ``id``), and
``questions.jsonl``, whose answerable questions name the ``files`` (or else ``relevant_docs``) that
answer them, with strings as they are printed there: ``all_of`` is what a complete answer holds,
and any of ``answers`` shows that it was found. Files are read as they are when they are ingested,
in processes of their own, scans by OCR where it is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import GoldSetError
from pincite.eval.bench.extraction import FATES, Fate, file_type
from pincite.eval.jsonlines import get, json_lines, strings
from pincite.ingest.files.read import Read, Request
from pincite.ingest.files.walk import Source
from pincite.ingest.processes.reader_pool import Readers

_FORM = "a folder has corpus.jsonl with the path of each file, and questions.jsonl"
_THOUSANDS = re.compile(r"(?<=\d)[,.'\s](?=\d{3}\b)")
_WORD = re.compile(r"\w+")
_LOOKALIKES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-", "\u2019": "'"})
_ALL = "all"


@dataclass(frozen=True, slots=True)
class File:
    """What became of one file; ``message`` is its warnings, or why it was refused."""

    path: str
    fate: Fate
    message: str

    @property
    def type(self) -> str:
        """Its type by its name."""
        return file_type(self.path)


@dataclass(frozen=True, slots=True)
class Answer:
    """A string that is printed in one of the files that answer a question.

    Attributes:
        question, kind: the question's id and kind.
        needed: whether a complete answer holds it, rather than any one of several.
        files: where it should stand.
        found_in: those of them in whose text it stands.
    """

    question: str
    kind: str
    text: str
    needed: bool
    files: tuple[str, ...]
    found_in: tuple[str, ...]

    @property
    def types(self) -> set[str]:
        """Of the files where it should stand."""
        return set(map(file_type, self.files))


@dataclass(frozen=True, slots=True)
class CheckedSet:
    """The files of one folder, and the answers that they should have."""

    name: str
    files: tuple[File, ...]
    answers: tuple[Answer, ...]

    def questions(self) -> tuple[int, int]:
        """How many questions have strings, and how many of them are whole.

        One is whole if all strings that are needed are there, and one of the others if there are
        others.
        """
        of: dict[str, list[Answer]] = {}
        for answer in self.answers:
            of.setdefault(answer.question, []).append(answer)
        return len(of), sum(map(_whole, of.values()))


def check_printed(folder: Path, progress: Callable[[str, int, int], None]) -> CheckedSet:
    """Read the files of a folder, and look for the answers in their texts.

    Raises:
        GoldSetError: the folder is not in the form, or a question names a file that is not listed.
    """
    paths = [
        get({"path": row.get("path") or row.get("id")}, "path", str, where)
        for where, row in json_lines(folder / "corpus.jsonl", _FORM)
    ]
    questions = list(json_lines(folder / "questions.jsonl", _FORM))
    files: list[File] = []
    texts: dict[str, str] = {}
    for file, text in _read(folder, paths):
        files.append(file)
        texts[file.path] = _padded(text)
        progress("reading", len(files), len(paths))
    answers = (answer for where, row in questions for answer in _answers(row, texts, where))
    return CheckedSet(folder.resolve().name, tuple(files), tuple(answers))


def same_words(text: str) -> str:
    """The words of a text with one blank between them, as two prints of an answer agree in them.

    Case, punctuation, the kind of blank, minus and apostrophe, and marks between thousands do not
    matter.

    >>> same_words("It costs € 1,250.00; see P-7.")
    'it costs 1250 00 see p 7'
    """
    text = text.casefold().translate(_LOOKALIKES)
    return " ".join(_WORD.findall(_THOUSANDS.sub("", text)))


def show(console: Console, sets: Sequence[CheckedSet]) -> None:
    """A line for each type of file and one for all, then what is missing, where, and why."""
    files = [file for some in sets for file in some.files]
    answers = [answer for some in sets for answer in some.answers]
    table = Table(box=None, pad_edge=False)
    for column in ("type", "files", *FATES[:3], "strings", "printed", "share"):
        table.add_column(column, justify="left" if column == "type" else "right")
    for row in _rows(files, answers):
        share = "" if row["share"] is None else f"{row['share']:.3f}"
        table.add_row(*(str(row[name]) for name in list(row)[:-1]), share)
    console.print(table)
    asked, whole = map(sum, zip(*(some.questions() for some in sets), strict=True))
    console.print(
        f"questions: {whole} of {asked} have every string that a complete answer holds and one of "
        "those that show an answer",
        markup=False,
        soft_wrap=True,
    )
    for some in sets:
        for file in some.files:
            if file.fate == "refused":
                _line(console, f"refused: {some.name}: {file.message}")
        for answer in some.answers:
            if not answer.found_in:
                needed = "" if answer.needed else " (one of several)"
                where = ", ".join(answer.files)
                _line(console, f"missing: {answer.question}: {answer.text!r}{needed} in {where}")


def to_json(sets: Sequence[CheckedSet]) -> dict[str, Any]:
    """All of it: the table, and each folder's files and strings."""
    files = [file for some in sets for file in some.files]
    answers = [answer for some in sets for answer in some.answers]
    return {
        "types": _rows(files, answers),
        "sets": [
            {
                "name": some.name,
                "questions": asked,
                "whole": whole,
                "files": [
                    {"path": file.path, "fate": file.fate, "message": file.message}
                    for file in some.files
                ],
                "strings": [
                    {
                        "question": answer.question,
                        "kind": answer.kind,
                        "text": answer.text,
                        "needed": answer.needed,
                        "files": list(answer.files),
                        "found_in": list(answer.found_in),
                    }
                    for answer in some.answers
                ],
            }
            for some in sets
            for asked, whole in (some.questions(),)
        ],
    }


def _read(folder: Path, paths: Iterable[str]) -> Iterable[tuple[File, str]]:
    """Each file with its text, in order; a refused file has none."""
    requests = []
    for path in paths:
        where = (folder / path).resolve()
        size = where.stat().st_size if where.is_file() else 0
        requests.append((Request(Source(where, called=path)), size))
    with Readers() as readers:
        for request, result in readers.read(requests):
            name = request.source.name
            if isinstance(result, Read):
                document = result.document
                fate: Fate = "with warnings" if document.warnings else "read"
                yield File(name, fate, "; ".join(document.warnings)), document.text
            else:
                yield File(name, "refused", getattr(result, "reason", "")), ""


def _answers(row: dict[str, Any], texts: dict[str, str], where: str) -> Iterable[Answer]:
    """The strings of one question, each once."""
    if not row.get("answerable"):
        return
    needed = strings(row, "all_of", where)
    files = strings(row, "files", where) or strings(row, "relevant_docs", where)
    for file in files:
        if file not in texts:
            raise GoldSetError(f"{where}: {file!r} is no file of corpus.jsonl")
    question = get(row, "id", str, where)
    for text in dict.fromkeys([*needed, *strings(row, "answers", where)]):
        words = _padded(text)
        found_in = tuple(file for file in files if words in texts[file])
        kind = get(row, "kind", str, where, default="none")
        yield Answer(question, kind, text, text in needed, files, found_in)


def _padded(text: str) -> str:
    return f" {same_words(text)} "


def _whole(answers: Iterable[Answer]) -> bool:
    answers = list(answers)
    others = [answer.found_in for answer in answers if not answer.needed]
    return all(a.found_in for a in answers if a.needed) and (any(others) or not others)


def _rows(files: Sequence[File], answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """A row for each type: a string counts for each type of file where it should stand."""
    rows = []
    for name in [*sorted({file.type for file in files}), _ALL]:
        fates = [file.fate for file in files if name in (file.type, _ALL)]
        some = [bool(answer.found_in) for answer in answers if name in (*answer.types, _ALL)]
        row: dict[str, Any] = {"type": name, "files": len(fates)}
        row |= {fate: fates.count(fate) for fate in FATES[:3]}
        row |= {"strings": len(some), "printed": sum(some)}
        rows.append({**row, "share": sum(some) / len(some) if some else None})
    return rows


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
