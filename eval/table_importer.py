"""A sheet of questions as a gold set: what people have is a table with question, answer, file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError
from pincite.eval.gold_files import GoldFile, read_files
from pincite.eval.metrics.shown import stands_in

COLUMNS = {
    "question": "the question",
    "answer": "its answer as written in the file; several ones on lines of their own; empty where "
    "the files do not say",
    "file": "the file that says it, relative to the sheet; several ones on lines of their own",
    "all of": "what a complete answer holds, on lines of their own",
    "kind": "a word for the kind of question",
}
_NEEDED = ("question", "answer", "file")

Lines = list[dict[str, Any]]
Row = tuple[str, dict[str, str]]  # where it stands, and its cells by column


def table(sheet: Path, gold_dir: Path) -> tuple[Lines, Lines]:
    """The corpus and the questions in a CSV file or the first sheet of a workbook.

    The first row names the columns, of which ``COLUMNS`` tells. Paths in the corpus become relative
    to ``gold_dir``.

    Raises:
        GoldSetError: a column is unknown or missing, a file is missing, or an answer stands in none
            of its files; with the row.
    """
    rows = list(_rows(sheet))
    paths = {name: sheet.parent / name for _, row in rows for name in _several(row["file"])}
    where = {name: place for place, row in reversed(rows) for name in _several(row["file"])}
    documents = read_files({n: GoldFile(path, None, where[n]) for n, path in paths.items()})
    home = gold_dir.resolve()
    corpus = [
        {"id": name, "path": os.path.relpath(path.resolve(), home)} for name, path in paths.items()
    ]
    texts = {name: document.text for name, document in documents.items()}
    questions = [_question(place, n, row, texts) for n, (place, row) in enumerate(rows, start=1)]
    return corpus, questions


def _question(
    place: str, number: int, row: dict[str, str], texts: dict[str, str]
) -> dict[str, Any]:
    answers, all_of, files = (_several(row[name]) for name in ("answer", "all of", "file"))
    if not row["question"]:
        raise GoldSetError(f"{place}: the question is empty; fill it in, or delete the row")
    if answers and not files:
        raise GoldSetError(f"{place}: the answer has no file; name the file that says it")
    printed = [texts[name] for name in files]
    for gold in (*answers[:1], *all_of) if printed else ():
        if not stands_in(gold, printed) and not any(stands_in(a, printed) for a in answers):
            raise GoldSetError(
                f"{place}: the answer {gold!r} is not in {', '.join(files)}; copy it from "
                "the file, or see what was read with: pincite show"
            )
    return {
        "id": f"q{number}",
        "question": row["question"],
        "answers": answers,
        "all_of": all_of,
        "evidence": [],
        "answerable": bool(answers or all_of),
        "relevant_docs": files,
        **({"kind": row["kind"]} if row["kind"] else {}),
    }


def _rows(sheet: Path) -> Iterator[Row]:
    """The rows under the head, each with its place for messages; empty ones are left out."""
    cells = _workbook(sheet) if sheet.suffix.lower() == ".xlsx" else _csv(sheet)
    head = [name.strip().casefold() for name in next(cells, [])]
    while head and not head[-1]:
        head.pop()
    known = ", ".join(COLUMNS)
    for number, name in enumerate(head, start=1):
        if name not in COLUMNS:
            raise GoldSetError(
                f"{sheet}, row 1: column {number} is called {name!r}; the columns are {known}: "
                "rename it, or delete it"
            )
    for name in _NEEDED:
        if name not in head:
            raise GoldSetError(f"{sheet}, row 1: there is no column {name!r}; add it")
    for number, row in enumerate(cells, start=2):
        values = dict.fromkeys(COLUMNS, "") | dict(zip(head, map(str.strip, row), strict=False))
        if any(values.values()):
            yield f"{sheet}, row {number}", values


def _csv(sheet: Path) -> Iterator[list[str]]:
    try:
        text = sheet.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldSetError(
            f"{sheet} cannot be read: {error}; save it as CSV in UTF-8, or as .xlsx"
        ) from error
    first = text.split("\n", 1)[0]
    yield from csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count))


def _workbook(sheet: Path) -> Iterator[list[str]]:
    from python_calamine import CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(sheet)) as book:
            rows = book.get_sheet_by_index(0).to_python()
    except Exception as error:  # it has one for each format
        raise GoldSetError(
            f"{sheet} is not a workbook that can be read ({error}); save it again as .xlsx"
        ) from error
    for row in rows:
        # A whole number comes as a float.
        yield [f"{v:g}" if isinstance(v, float) and v.is_integer() else str(v) for v in row]


def _several(cell: str) -> list[str]:
    """The lines of a cell."""
    return [line.strip() for line in cell.splitlines() if line.strip()]
