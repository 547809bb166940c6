"""The parts of the torture, in the order of the page."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.torture import (
    crowd,
    deletion,
    disks,
    flips,
    kills,
    network,
    questions,
    tenants,
    together,
    uploads,
)
from tests.torture.rows import Part, Row

# How often in full, and in the short form, which lacks the parts whose number there is 0. For
# `together` and `crowd` these are seconds, for `network` and `bombs` the tests and files there are.
# The last number is about how many minutes the full form takes: the longest parts begin first.
PARTS = {
    part.name: part
    for part in (
        Part("kills", kills.run, 1000, 8, 4),
        Part("flips", flips.run, 10_000, 24, 5),
        Part("disks", disks.run, 100, 1, 15),
        Part("together", together.run, 60, 1, 1),
        Part("uploads", uploads.run, 1000, 0, 15),
        Part("bombs", uploads.run_bombs, 31, 0, 5),
        Part("questions", questions.run, 10_000, 0, 16),
        Part("crowd", crowd.run, 600, 0, 11),
        Part("tenants", tenants.run, 2000, 0, 3),
        Part("deletion", deletion.run, 1000, 20, 2),
        Part("network", network.run, 4, 0, 5),
    )
}
ABOUT = {
    "kills": (
        "A process goes through a script of changes (put, replace, remove, rename, tag, "
        "compact, each published) and kills itself with SIGKILL before, within or after one "
        "step to the disk: each write, fsync, rename and deletion of ours, and each write, "
        "truncation and deletion of SQLite's. Within an fsync, the half of the file that was "
        "not synced is lost. SQLite's own fsync cannot be reached from Python; what it orders "
        "shows only when the power fails. Afterwards the library must be one of the states of "
        "an undisturbed run, no older than what was acknowledged, with sound indexes that find "
        "what indexes built anew find, and with the same answers. One in ten goes on with the "
        "script to its end."
    ),
    "flips": (
        "A bit is turned, a byte changed or some bytes overwritten in one file of a library: "
        "half of them in the database, the others by turns in SQLite's log, the indexes' files "
        "and the note of the last commit. Then it is asked and listed. Every quote, title, "
        "place, tag and file that is shown must be what it was; what is left out must be named "
        "by `pincite doctor --deep`."
    ),
    "disks": (
        "The same script on a disk that takes so many bytes and no more, at sizes from none to "
        "all that it takes; where one step, or every step from one on, fails with EIO; and, "
        "where the run may mount, on a full and on a read-only disk of memory. The error must "
        "be a sentence, the library must still answer as it did, and be whole once the disk "
        "is."
    ),
    "together": (
        "Two processes write new versions of two documents each, both in one transaction; four "
        "ask, half of them slowly, so that writes fall between. No answer may quote two "
        "versions, or one that is older than what was acknowledged before it was asked."
    ),
    "uploads": (
        "Sound small files of every format with bytes changed, cut, doubled, moved, or with a "
        "piece of another format in them; of zip-based files also the members inside. The "
        "server must answer a question after each upload."
    ),
    "bombs": (
        "Zip bombs, entity bombs, deep nesting, sheets and tables without end, huge pictures "
        "and pages, and PDFs whose pages, outlines and forms lead back to themselves. Each "
        "must be read or refused within the limit for one file."
    ),
    "questions": (
        "Control characters, any Unicode, lone surrogates, questions at and beyond the "
        "longest, JSON of any shape, bodies that are none, and odd addresses. Never a 500, and "
        "every quote is verbatim."
    ),
    "crowd": (
        "64 users of 20 accounts ask without a pause, of their own documents and of others'. "
        "The memory of the server is sampled each second; its growth is fitted to the means of "
        "twelve blocks after the first quarter of the time."
    ),
    "tenants": (
        "Twenty people, each with documents that others may not see, ask for words, titles, "
        "short forms, ids and tags of those, by `ask`, `search` and `read`."
    ),
    "deletion": (
        "Documents are removed from a library of which more than half stays. After `pincite "
        "compact`, no file may hold a part of their names, words or ids, or a vector of "
        "theirs."
    ),
    "network": ("Tests of the server, which `make test` and `pytest -m slow` run as well."),
}


def done(name: str, count: int, seed: int) -> tuple[list[Row], Mapping[str, Any]]:
    """The rows of a part, and what is to be known about its run."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"torture-{name}-") as folder:
        rows = PARTS[name].run(Path(folder), count, seed)
    return rows, {
        "seed": seed,
        "count": count,
        "full": PARTS[name].full,
        "seconds": round(time.monotonic() - began),
        "processors": os.cpu_count(),
        "date": datetime.now(UTC).date().isoformat(),
    }
