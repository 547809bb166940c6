"""Work on a Dask cluster: what is sent, what comes back, and what breaks on the way."""

from __future__ import annotations

import logging
import queue
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pincite.corpus.counts import counted
from pincite.corpus.errors import ClusterError, PinciteError, UsageError
from pincite.ingest.cluster.address import Cluster

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECT_SECONDS = 10
_NO_WORKER_SECONDS = 60.0  # in which a cluster without any worker may get one
_LOOK_SECONDS = 0.1  # between two looks whether to stop
_AHEAD = 2  # tasks that wait for each thread of the workers, so that none waits for us
_TRIES = 3  # of a task, each on another worker
_TLS = "DASK_DISTRIBUTED__COMM__TLS__"
_LOUD = ("distributed", "distributed.client", "distributed.core", "tornado.application", "asyncio")
_QUIET: dict[str, Any] = {
    # Nobody looks at these pages, and on a shared machine others could.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.dashboard.status.task-stream-length": 0,
}

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Broken:
    """A worker could not do a task, and another one might: its address, and why."""

    worker: str
    error: PinciteError


@dataclass(frozen=True, slots=True)
class Killed(Generic[TaskT]):
    """A task that ended several workers, one after the other."""

    task: TaskT


class Workers(Generic[TaskT, ResultT]):
    """The workers of a cluster. Made by `connected`.

    Args:
        client: Dask's connection to the scheduler.
        cluster: what a person calls it.
        work: done with each task on a worker; a module's function, which the workers import.
    """

    def __init__(
        self, client: Client, cluster: Cluster, work: Callable[[TaskT], ResultT | Broken]
    ) -> None:
        self._client = client
        self._cluster = cluster
        self._work = work
        self._ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._running: dict[Future[Any], tuple[TaskT, int]] = {}
        self._excluded: dict[str, PinciteError] = {}  # workers that could not do a task
        self._seen_worker = time.monotonic()

    def do(
        self, tasks: Iterable[TaskT], stopping: Callable[[], bool]
    ) -> Iterator[ResultT | Killed[TaskT]]:
        """The results of the tasks, as they come; a task whose worker is lost is done again.

        Few tasks wait at the scheduler at any time, so that memory stays bounded. When
        ``stopping`` says so, no task is begun any more, and those at work are given up.

        Raises:
            ClusterError: the scheduler is lost, there is no worker, or none that can do the work.
            PinciteError: several workers failed with it at the same task.
        """
        waiting = iter(tasks)
        try:
            self._fill(waiting, stopping)
            while self._running:
                if (future := self._next(stopping)) is None:
                    return
                yield from self._result(future)
                self._fill(waiting, stopping)
        finally:
            with suppress(Exception):  # the scheduler may be gone
                self._client.cancel(list(self._running))
            self._running.clear()

    def _fill(self, waiting: Iterator[TaskT], stopping: Callable[[], bool]) -> None:
        while len(self._running) < self._room() and not stopping():
            task = next(waiting, None)
            if task is None:
                return
            self._submit(task, 1)

    def _room(self) -> int:
        threads = sum(int(worker["nthreads"]) for worker in self._able().values())
        return max(1, threads) * (1 + _AHEAD)

    def _able(self) -> dict[str, Any]:
        """The workers that have not failed, by address."""
        # A scheduler that has just been lost tells of nothing.
        workers = self._client.scheduler_info(n_workers=-1).get("workers", {})
        return {name: facts for name, facts in workers.items() if name not in self._excluded}

    def _submit(self, task: TaskT, tries: int) -> None:
        only = list(self._able()) if self._excluded else None
        future = self._client.submit(self._work, task, pure=False, workers=only)
        self._running[future] = task, tries
        future.add_done_callback(self._ended.put)

    def _next(self, stopping: Callable[[], bool]) -> Future[Any] | None:
        """The next task that has ended; None when it is time to stop."""
        while not stopping():
            with suppress(queue.Empty):
                future = self._ended.get(timeout=_LOOK_SECONDS)
                if future in self._running:
                    return future
            if self._able():
                self._seen_worker = time.monotonic()
            elif self._excluded:
                raise next(iter(self._excluded.values()))
            elif time.monotonic() - self._seen_worker > _NO_WORKER_SECONDS:
                raise _no_workers(self._cluster)
        return None

    def _result(self, future: Future[Any]) -> Iterator[ResultT | Killed[TaskT]]:
        from distributed import KilledWorker

        task, tries = self._running.pop(future)
        try:
            result: ResultT | Broken = future.result(timeout=_CONNECT_SECONDS)
        except KilledWorker:
            yield Killed(task)
            return
        except PinciteError:
            raise
        except (ModuleNotFoundError, ImportError) as error:
            raise ClusterError(
                f"a worker of {self._cluster} cannot run Pincite ({error}); install the same "
                "version there: pip install 'pincite[shared]'"
            ) from error
        except Exception as error:
            # Dask says in many ways that the connection broke; nothing else than that can come
            # here, because the work gives back what fails in it.
            raise ClusterError(
                f"the scheduler of {self._cluster} was lost ({type(error).__name__}); start it "
                "again, and run the command again to go on"
            ) from error
        if not isinstance(result, Broken):
            yield result
            return
        self._excluded[result.worker] = result.error
        if tries >= _TRIES or not self._able():
            raise result.error
        self._submit(task, tries + 1)


@contextmanager
def connected(
    cluster: Cluster,
    work: Callable[[TaskT], ResultT | Broken],
    topic: str = "",
    on_event: Callable[[Any], None] = lambda event: None,
) -> Iterator[Workers[TaskT, ResultT]]:
    """The workers of a cluster, for as long as it lasts; those on this machine are started.

    Args:
        cluster: which.
        work: see `Workers`.
        topic: under which workers log events.
        on_event: hears of these events, in another thread.

    Raises:
        ClusterError: the scheduler cannot be reached, or has no workers.
        UsageError: it is to be reached by TLS, and there are no certificates.
    """
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_QUIET))
        stack.enter_context(_silent())
        if cluster.workers:
            here = LocalCluster(
                n_workers=cluster.workers,
                threads_per_worker=1,
                host="127.0.0.1",
                security=True,  # with keys of its own: other people on this machine stay out
                dashboard_address="127.0.0.1:0",
                preload=["pincite.ingest.cluster.interrupts"],
                silence_logs=logging.CRITICAL,
            )
            stack.callback(_close, here)
            client = Client(here, set_as_default=False)
        else:
            security = _security(cluster.address)
            try:
                client = Client(
                    cluster.address,
                    timeout=_CONNECT_SECONDS,
                    security=security,
                    set_as_default=False,
                )
            except Exception as error:  # Dask says in many ways that it cannot connect
                raise ClusterError(
                    f"the scheduler {cluster} cannot be reached ({_cause(error)}); start one with: "
                    "dask scheduler, or let processes on this machine work: --cluster local:4"
                ) from error
        stack.callback(_close, client)
        if topic:
            client.subscribe_topic(topic, lambda event: on_event(event[1]))
        try:
            client.wait_for_workers(1, timeout=_NO_WORKER_SECONDS)
        except TimeoutError as error:
            raise _no_workers(cluster) from error
        yield Workers(client, cluster, work)


def _security(address: str) -> Any:
    """Dask's own settings for TLS, checked."""
    from distributed.security import Security

    if not address.startswith("tls://"):
        return None
    try:
        security = Security(require_encryption=True)
        if security.get_connection_args("client")["ssl_context"] is not None:
            return security
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"the certificates for {address} cannot be read ({error}); see {_TLS}CA_FILE, "
            f"{_TLS}CLIENT__CERT and {_TLS}CLIENT__KEY in the environment"
        ) from error
    raise UsageError(
        f"{address} needs certificates; name them in the environment: {_TLS}CA_FILE, "
        f"{_TLS}CLIENT__CERT and {_TLS}CLIENT__KEY"
    )


def _no_workers(cluster: Cluster) -> ClusterError:
    if cluster.workers:
        return ClusterError(
            f"none of {counted(cluster.workers, 'worker')} on this machine runs any more; see "
            "whether it is short of memory, and start fewer"
        )
    return ClusterError(f"{cluster} has no workers; start some with: dask worker {cluster}")


def _cause(error: BaseException) -> str:
    """What is wrong, without the many words that Dask puts around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _close(thing: Any) -> None:
    with suppress(Exception):  # whatever it was connected to may be gone
        thing.close(timeout=2)


@contextmanager
def _silent() -> Iterator[None]:
    """Let Dask say nothing: what fails, we say in a sentence."""
    names = (
        "distributed",
        "distributed.client",
        "distributed.core",
        "tornado.application",
        "asyncio",
    )
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
