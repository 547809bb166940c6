"""Broken files and bombs, uploaded to a server: each is read or refused, and nobody else waits."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from pincite.corpus.store.library import Library
from tests.retrieval.conftest import fill, small_documents
from tests.torture.bombs import bombs
from tests.torture.calls import Caller, caller, said_in_log
from tests.torture.memory import MB, sampled
from tests.torture.rows import Row, Tally
from tests.torture.samples import broken, samples
from tests.ui.server.started import started

PART, BOMBS = "uploads", "bombs"
_AT_ONCE = 10  # files of one upload
_LONGEST_S = 150  # for one upload: the limit of reading one file, and what it takes to begin
_MOST = 4_000 * MB  # of the server and the processes that read, which may have 2 GB each
_OURS = ("internal error", "Traceback", "report")


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """So many broken files, of each format as many."""
    chance = random.Random(seed)
    suffixes = list(samples())
    files = {}
    for number in range(count):
        suffix = suffixes[number % len(suffixes)]
        files[f"{number}.{suffix}"] = broken(suffix, chance)
    what = f"broken files of {len(suffixes)} formats uploaded, {_AT_ONCE} at once"
    return [_row(folder, PART, what, files, _AT_ONCE)]


def run_bombs(folder: Path, count: int, seed: int) -> list[Row]:
    """The first ``count`` bombs, one after the other; the seed changes nothing."""
    del seed
    some = dict(list(bombs().items())[:count])
    return [_row(folder, BOMBS, "bombs uploaded", some, at_once=1)]


def _row(folder: Path, part: str, what: str, files: Mapping[str, bytes], at_once: int) -> Row:
    with Library.open(folder / "library", create=True) as library:
        fill(library, *small_documents())
    with (
        started(folder / "log", "--library", str(folder / "library"), "serve") as server,
        caller(server) as connection,
    ):
        with sampled(server.process) as memory:
            tally, longest = _send(connection, files, at_once)
        for sign in said_in_log(server):
            tally.fault(f"{sign!r} is in the log")
    if memory.peak > _MOST:
        tally.fault(f"{memory.peak / MB:,.0f} MB of memory")
    tally.count = len(files)
    return tally.row(
        part,
        what,
        {"longest upload": f"{longest:,.1f} s", "most memory": f"{memory.peak / MB:,.0f} MB"},
    )


def _send(connection: Caller, files: Mapping[str, bytes], at_once: int) -> tuple[Tally, float]:
    """Upload files, some at once; what came of each, and the seconds of the longest upload."""
    tally, longest, names = Tally(), 0.0, list(files)
    for start in range(0, len(names), at_once):
        some = {name: files[name] for name in names[start : start + at_once]}
        began = time.monotonic()
        try:
            _upload(connection, some, tally)
            if connection.ask("What does the herring gull eat?").status != 200:
                tally.fault(f"the server does not answer after {', '.join(some)}")
        except Exception as error:
            tally.fault(f"{', '.join(some)}: {type(error).__name__}: {error}")
        longest = max(longest, time.monotonic() - began)
        if time.monotonic() - began > _LONGEST_S:
            tally.fault(f"{', '.join(some)}: {time.monotonic() - began:.0f} s")
    return tally, longest


def _upload(connection: Caller, files: Mapping[str, bytes], tally: Tally) -> None:
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + data
        + b"\r\n"
        for name, data in files.items()
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = connection.call("POST", "/api/v1/documents", body, headers)
    if answer.status not in (200, 201, 413, 422):
        tally.fault(f"{', '.join(files)}: {answer.status} {answer.body[:300]!r}")
        return
    fates = answer.value.get("documents", [])
    if not fates:
        tally.outcomes["refused as a whole"] += 1
        return
    for fate in fates:
        reason = fate.get("reason") or ""
        if any(sign in reason for sign in _OURS):
            tally.fault(f"{fate['source']}: {reason}")
        tally.outcomes["refused in a sentence" if reason else "read"] += 1
