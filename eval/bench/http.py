"""Many people asking at once over HTTP: how long they wait, and whether each gets their answer."""

from __future__ import annotations

import http.client
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.store.library import Library
from pincite.eval.bench.questions import ARTICLE
from pincite.eval.bench.server_process import PINCITE, ServerProcess, served
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import Embedder

THIS, OTHER = "this", "other"
_ROUNDS = 2  # of each number of users, by turns with the other server
_IDLE_S = 3.0


@dataclass(frozen=True, slots=True)
class Load:
    """What so many users at once came to, over all rounds.

    Attributes:
        server: ``this``, or ``other`` for what it is compared with.
        users: how many asked at once, each one question after the other.
        milliseconds: of each answer, as its user waited.
        wrong: answers that were not those that one user alone gets.
        failed: requests without an answer.
        seconds: by the clock, of all rounds together.
        cpu_seconds: of the server's processors; None where the system does not say.
    """

    server: str
    users: int
    milliseconds: tuple[float, ...]
    wrong: int
    failed: int
    seconds: float
    cpu_seconds: float | None

    @property
    def answers_per_second(self) -> float:
        """Answers, right or wrong, by the clock."""
        return len(self.milliseconds) / self.seconds

    @property
    def cpu_ms_per_answer(self) -> float | None:
        """Milliseconds of a processor for one answer."""
        if self.cpu_seconds is None or not self.milliseconds:
            return None
        return self.cpu_seconds * 1000 / len(self.milliseconds)

    @property
    def p95_ms(self) -> float:
        """What 95 % of the users waited at most."""
        if len(self.milliseconds) < 2:
            return max(self.milliseconds, default=0.0)
        return statistics.quantiles(self.milliseconds, n=20)[-1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All loads of one run.

    Attributes:
        library: what was asked.
        questions: how many distinct ones.
        loads: in the order in which they are shown.
        idle_cpu_share: of one processor, while nobody asks, by server.
        passages_read: by the cross-encoder, for a question on average, by server.
        other_quotes: questions to which the two servers give other quotes; 0 without another.
    """

    library: str
    questions: int
    loads: tuple[Load, ...]
    idle_cpu_share: Mapping[str, float]
    passages_read: Mapping[str, float]
    other_quotes: int

    def ratio(self, users: int) -> float | None:
        """This server's answers a second, by the other's; None where there is no other."""
        rates = {one.server: one.answers_per_second for one in self.loads if one.users == users}
        return rates[THIS] / rates[OTHER] if rates.get(OTHER) else None

    def cpu_ratio(self, users: int) -> float | None:
        """The other server's processor time for an answer, by this one's; None where one lacks.

        On a machine with other work it says more than answers a second.
        """
        each = {one.server: one.cpu_ms_per_answer for one in self.loads if one.users == users}
        this, other = each.get(THIS), each.get(OTHER)
        return other / this if this and other else None

    @property
    def is_right(self) -> bool:
        """Whether every request of this server got its answer."""
        return not any(one.wrong or one.failed for one in self.loads if one.server == THIS)


def bench_api(
    questions: Sequence[str],
    library: Path,
    users: Sequence[int],
    each: int,
    against: Sequence[str] | None = None,
    rounds: int = _ROUNDS,
) -> Comparison:
    """Serve a library in a process of its own, and ask it; by turns with another Pincite.

    Every question is asked alone first, which gives the answer that it must get under load. Users
    who ask at the same time ask different questions, as far as there are enough.

    Args:
        questions: to be asked.
        library: the library's folder.
        users: numbers of users who ask at the same time, each one question after the other.
        each: questions of one user and round.
        against: a command that runs the other Pincite's command line.
        rounds: how often each number of users asks each server.

    Raises:
        ServeError: a server did not start.
    """
    with ExitStack() as stack:
        servers = {THIS: stack.enter_context(served(library, PINCITE))}
        if against:
            servers[OTHER] = stack.enter_context(served(library, against))
        distinct = list(dict.fromkeys(questions))[: max(users) * each]
        expected = {
            name: {question: server.ask(question)[1] for question in distinct}
            for name, server in servers.items()
        }
        idle = {name: _idle(server) for name, server in servers.items()}
        loads = []
        for number in users:
            parts: dict[str, list[Load]] = {name: [] for name in servers}
            for turn in range(rounds):
                order = list(servers)[:: -1 if turn % 2 else 1]  # so that neither is always first
                for name in order:
                    asked = _together(servers[name], name, distinct, expected[name], number, each)
                    parts[name].append(asked)
            loads += [_sum(part) for part in parts.values()]
    return Comparison(
        library=str(library),
        questions=len(distinct),
        loads=tuple(loads),
        idle_cpu_share={name: share for name, share in idle.items() if share is not None},
        passages_read={name: _passages_read(answers) for name, answers in expected.items()},
        other_quotes=_other_quotes(expected) if against else 0,
    )


@contextmanager
def article_library(embedder: Embedder) -> Iterator[Path]:
    """A throw-away library of the bundled article."""
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as folder:
        with Library.open(folder, create=True) as library:
            article = Path(str(files("pincite.corpus"))) / "documents" / ARTICLE
            ingest_sources([Source(article, "AI safety")], library, embedder)
        yield Path(folder)


def _together(
    server: ServerProcess,
    name: str,
    questions: Sequence[str],
    expected: Mapping[str, Any],
    users: int,
    each: int,
) -> Load:
    times: list[float] = []
    wrong, failed = [], []
    begin = threading.Barrier(users + 1)

    def user(number: int) -> None:
        begin.wait()
        for place in range(number * each, (number + 1) * each):
            question = questions[place % len(questions)]
            try:
                milliseconds, answer = server.ask(question)
            except (OSError, http.client.HTTPException, ValueError) as error:
                failed.append(error)
                continue
            times.append(milliseconds)
            if answer != expected[question]:
                wrong.append(question)

    threads = [threading.Thread(target=user, args=[number]) for number in range(users)]
    for thread in threads:
        thread.start()
    begin.wait()
    started, cpu = time.perf_counter(), server.cpu_seconds()
    for thread in threads:
        thread.join()
    seconds, after = time.perf_counter() - started, server.cpu_seconds()
    spent = None if cpu is None or after is None else after - cpu
    return Load(name, users, tuple(times), len(wrong), len(failed), seconds, spent)


def _sum(parts: Sequence[Load]) -> Load:
    """The rounds of one server and number of users as one."""
    spent = [one.cpu_seconds for one in parts if one.cpu_seconds is not None]
    return Load(
        server=parts[0].server,
        users=parts[0].users,
        milliseconds=tuple(ms for one in parts for ms in one.milliseconds),
        wrong=sum(one.wrong for one in parts),
        failed=sum(one.failed for one in parts),
        seconds=sum(one.seconds for one in parts),
        cpu_seconds=sum(spent) if len(spent) == len(parts) else None,
    )


def _idle(server: ServerProcess) -> float | None:
    """The share of one processor that a server takes while nobody asks."""
    time.sleep(1)  # what the last answer left to do
    before = server.cpu_seconds()
    time.sleep(_IDLE_S)
    after = server.cpu_seconds()
    return None if before is None or after is None else (after - before) / _IDLE_S


def _passages_read(answers: Mapping[str, Any]) -> float:
    return statistics.fmean(answer["trace"]["reranked"] for answer in answers.values())


def _other_quotes(expected: Mapping[str, Mapping[str, Any]]) -> int:
    def places(answer: Any) -> list[tuple[str, int, int]]:
        return [(quote["document"], quote["start"], quote["end"]) for quote in answer["quotes"]]

    other = expected[OTHER]
    return sum(places(answer) != places(other[q]) for q, answer in expected[THIS].items())


def show(console: Console, found: Comparison) -> None:
    """What was measured, as a table."""
    console.print(
        f"{found.questions} distinct questions over HTTP, each user one after the other; "
        f"{os.cpu_count()} processors"
    )
    table = Table(box=None, pad_edge=False)
    columns = (
        *("users", "server", "answers", "answers/s", "CPU ms each"),
        *("median ms", "95 % ms", "wrong", "failed"),
    )
    for name in columns:
        table.add_column(name, justify="left" if name == "server" else "right")
    for load in found.loads:
        cpu = load.cpu_ms_per_answer
        table.add_row(
            str(load.users),
            load.server,
            str(len(load.milliseconds)),
            f"{load.answers_per_second:.1f}",
            "–" if cpu is None else f"{cpu:.0f}",
            f"{statistics.median(load.milliseconds or [0.0]):.0f}",
            f"{load.p95_ms:.0f}",
            str(load.wrong),
            str(load.failed),
        )
    console.print(table)
    for users in dict.fromkeys(load.users for load in found.loads):
        if (ratio := found.ratio(users)) is not None:
            cpu = found.cpu_ratio(users)
            times = "" if cpu is None else f"; {cpu:.2f} times the answers for a processor second"
            console.print(f"{users} users: {ratio:.2f} times the other's answers a second{times}")
    for name, share in found.idle_cpu_share.items():
        console.print(f"while nobody asks, {name} server: {share:.1%} of a processor")
    for name, passages in found.passages_read.items():
        console.print(f"passages read for a question, {name} server: {passages:.1f}")
    if any(load.server == OTHER for load in found.loads):
        console.print(f"questions with other quotes than the other's: {found.other_quotes}")


def to_json(found: Comparison) -> dict[str, Any]:
    """What was measured, flat: one object a load.

    ``ratio`` is this server's answers a second by the other's with as many users, ``cpu_ratio``
    the same for a second of processor time; null without another.
    """
    return {
        "library": found.library,
        "questions": found.questions,
        "processors": os.cpu_count(),
        "other_quotes": found.other_quotes,
        "idle_cpu_share": dict(found.idle_cpu_share),
        "passages_read": dict(found.passages_read),
        "loads": [
            {
                "server": load.server,
                "users": load.users,
                "answers": len(load.milliseconds),
                "answers_per_second": round(load.answers_per_second, 3),
                "cpu_ms_per_answer": load.cpu_ms_per_answer,
                "median_ms": statistics.median(load.milliseconds or [0.0]),
                "p95_ms": load.p95_ms,
                "wrong": load.wrong,
                "failed": load.failed,
                "ratio": found.ratio(load.users) if load.server == THIS else None,
                "cpu_ratio": found.cpu_ratio(load.users) if load.server == THIS else None,
            }
            for load in found.loads
        ],
    }
