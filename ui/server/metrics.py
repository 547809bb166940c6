"""``/metrics``: what the server did and has, in the text form that Prometheus reads (0.0.4).

Labels have values that stand in the code, never a person's words, names or documents.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pincite.corpus.errors import PinciteError
from pincite.ingest.events import Outcome, Summary
from pincite.retrieval.engine import Engine
from pincite.retrieval.listeners import QuestionEvent
from pincite.ui.api.problems import status_of
from pincite.ui.api.queue import Queue
from pincite.ui.web.ask.turns import Stopped

PATH = "/metrics"
_STATUSES = ("answered", "unsure", "not_found", "failed", "refused")
_OUTCOMES: tuple[Outcome, ...] = ("added", "replaced", "unchanged", "refused")
# A warm question takes some 70 ms on two processors, most of it one stage; a cold one, seconds.
_QUESTION_S = (0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts what happens at one server, in a registry of its own.

    Args:
        engine: what answers; its questions are counted from now on, whoever asks them.
        queue: where questions of programs wait.
    """

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "pincite_questions",
            "Questions by outcome: answered, unsure, not_found, failed (internal error), refused "
            "(wrong request).",
            ["status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "pincite_question_seconds",
            "Time of a question without its wait in the queue.",
            buckets=_QUESTION_S,
            registry=self._registry,
        )
        self._stages = Histogram(
            "pincite_stage_seconds",
            "Time of each stage of the questions that got an answer.",
            ["stage"],
            buckets=_STAGE_S,
            registry=self._registry,
        )
        self._files = Counter(
            "pincite_ingest_files",
            "Uploaded files by outcome.",
            ["outcome"],
            registry=self._registry,
        )
        for status in _STATUSES:  # so that each is there from the start, with 0
            self._questions.labels(status)
        for outcome in _OUTCOMES:
            self._files.labels(outcome)
        self._registry.register(_Present(engine, queue))
        ProcessCollector(registry=self._registry)  # memory, time, open files; on Linux
        engine.listeners.add(self.count_question)

    def count_question(self, asked: QuestionEvent) -> None:
        """Count a question, unless whoever asked it stopped it."""
        if isinstance(asked.error, Stopped):
            return
        self._questions.labels(_status(asked)).inc()
        self._seconds.observe(asked.seconds)
        if asked.answer is not None:
            for stage, milliseconds in asked.answer.trace.milliseconds.items():
                self._stages.labels(stage).observe(milliseconds / 1000)

    def count_files(self, summary: Summary) -> None:
        """Count the files of an upload."""
        for outcome in _OUTCOMES:
            self._files.labels(outcome).inc(summary.count(outcome))

    def text(self) -> bytes:
        """All of it, as it is now."""
        return generate_latest(self._registry)


def metrics_route(metrics: Metrics) -> Route:
    """The route that gives the metrics."""

    def give(request: Request) -> Response:
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}
        return Response(metrics.text(), headers=headers)

    return Route(PATH, give, methods=["GET"])


class _Present(Collector):
    """What there is when it is asked for: the library, the queue, the program."""

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._library = engine.library
        self._queue = queue

    def describe(self) -> Iterable[Metric]:
        return ()  # so that registering it does not read the library

    def collect(self) -> Iterator[Metric]:
        yield _gauge("pincite_queue_running", "API questions being answered.", self._queue.running)
        yield _gauge("pincite_queue_waiting", "API questions waiting.", self._queue.waiting)
        turned_away = CounterMetricFamily(
            "pincite_queue_turned_away", "API questions refused because the queue was full."
        )
        turned_away.add_metric([], self._queue.turned_away)
        yield turned_away
        yield from self._of_the_library()
        build = GaugeMetricFamily(
            "pincite_build_info", "The versions; always 1.", labels=["version", "python"]
        )
        build.add_metric([version("pincite"), platform.python_version()], 1)
        yield build

    def _of_the_library(self) -> Iterator[Metric]:
        readable = "pincite_library_readable", "1 where the library can be read, else 0."
        try:
            generation = self._library.generation
            documents, passages = self._library.counts()
        except PinciteError:
            yield _gauge(*readable, 0)
            return
        yield _gauge(*readable, 1)
        yield _gauge("pincite_documents", "Documents in the library.", documents)
        yield _gauge("pincite_passages", "Passages in the library.", passages)
        yield _gauge(
            "pincite_generation", "The library's generation; each change raises it.", generation
        )


def _gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help, value=value)


def _status(asked: QuestionEvent) -> str:
    if asked.answer is not None:
        return asked.answer.status.lower()
    assert asked.error is not None
    return "failed" if status_of(asked.error) >= 500 else "refused"
