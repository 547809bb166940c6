"""What people have already, as gold sets: SQuAD 2.0's JSON, and BEIR's folders."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pincite.corpus.errors import GoldSetError
from pincite.eval.jsonlines import json_lines

Lines = list[dict[str, Any]]
_BEIR = "a BEIR folder has corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv"
_GRADE = re.compile(r"-?[0-9]+")


def squad(file: Path) -> tuple[Lines, Lines]:
    """The corpus and the questions of a SQuAD 1.1 or 2.0 file; a paragraph is a document.

    Each question is asked of its own paragraph (``scope_doc``), as it was written for it.

    Raises:
        GoldSetError: the file is not in SQuAD's form.
    """
    corpus: Lines = []
    questions: Lines = []
    try:
        articles = json.loads(file.read_text("utf-8"))["data"]
        for article in articles:
            for number, paragraph in enumerate(article["paragraphs"]):
                doc = f"{article['title']}#{number}"
                title = article["title"].replace("_", " ")
                corpus.append({"id": doc, "title": title, "text": paragraph["context"]})
                questions.extend(_squad_question(qa, doc) for qa in paragraph["qas"])
    except (OSError, ValueError) as error:
        raise GoldSetError(f"{file} is not JSON that can be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise GoldSetError(
            f"{file} is not in SQuAD's form (data, paragraphs, context, qas, answers): {error!r}"
        ) from error
    return corpus, questions


def _squad_question(qa: dict[str, Any], doc: str) -> dict[str, Any]:
    spans = {(a["answer_start"], a["answer_start"] + len(a["text"])): a for a in qa["answers"]}
    return {
        "id": qa["id"],
        "question": qa["question"].strip(),
        "answers": list(dict.fromkeys(a["text"] for a in qa["answers"])),
        "evidence": [
            {"doc": doc, "start": start, "end": end, "text": answer["text"]}
            for (start, end), answer in spans.items()
        ],
        "answerable": bool(qa["answers"]) and not qa.get("is_impossible", False),
        "scope_doc": doc,
    }


def beir(folder: Path, split: str = "test") -> tuple[Lines, Lines]:
    """The corpus and the questions of a BEIR folder, with ``qrels/SPLIT.tsv``.

    BEIR judges whole documents, so the questions have ``relevant_docs`` and no evidence; those
    without a relevant document are left out.

    Raises:
        GoldSetError: a file is missing or not in BEIR's form, with its line.
    """
    corpus: Lines = []
    for where, value in json_lines(folder / "corpus.jsonl", _BEIR):
        title, text = str(value.get("title") or ""), str(value.get("text") or "")
        if not title and not text:
            raise GoldSetError(f"{where}: the document has neither title nor text")
        corpus.append(
            {"id": _id(value, where), "title": title or _id(value, where), "text": text or title}
        )
    relevant: dict[str, list[str]] = {}
    known = {document["id"] for document in corpus}
    for where, query, document, grade in _qrels(folder / "qrels" / f"{split}.tsv"):
        if document not in known:
            raise GoldSetError(f"{where}: the document {document!r} is not in the corpus")
        if grade > 0:
            relevant.setdefault(query, []).append(document)
    questions = [
        {
            "id": id,
            "question": str(value.get("text") or ""),
            "answers": [],
            "evidence": [],
            "answerable": True,
            "split": split,
            "relevant_docs": relevant[id],
        }
        for where, value in json_lines(folder / "queries.jsonl", _BEIR)
        if (id := _id(value, where)) in relevant
    ]
    return corpus, questions


def _qrels(file: Path) -> Iterator[tuple[str, str, str, int]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.reader(stream, delimiter="\t"), start=1):
                where = f"{file}:{number}"
                if number == 1 and row[:1] == ["query-id"]:
                    continue
                if len(row) < 3 or not _GRADE.fullmatch(row[2]):
                    raise GoldSetError(f"{where}: {row!r} is not query, document, grade")
                yield where, row[0], row[1], int(row[2])
    except FileNotFoundError as error:
        raise GoldSetError(f"{file} is missing; {_BEIR}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GoldSetError(f"{file} cannot be read: {error}") from error


def _id(value: dict[str, Any], where: str) -> str:
    if "_id" not in value:
        raise GoldSetError(f"{where}: there is no '_id'")
    return str(value["_id"])
