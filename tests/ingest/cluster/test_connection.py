"""What a person is told when a cluster cannot be used."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.errors import ClusterError, MissingExtraError, UsageError
from pincite.ingest.cluster import connection, worker
from pincite.ingest.cluster.address import Cluster, require_shared
from pincite.ingest.cluster.connection import connected
from pincite.ingest.cluster.worker import Job, Task, Tools
from pincite.ingest.files.read import Request
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import Options
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.libraries import open_library
from tests.conftest import Pincite
from tests.ingest.cluster.conftest import Machines, by_cluster, settings_for
from tests.ingest.cluster.hosts import Hosts, free_port

TLS = ("ca-file", "client.cert", "client.key")


def do(cluster: str) -> list[object]:
    with connected(Cluster.of(cluster), str) as workers:
        return list(workers.do(["task"], lambda: False))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_CONNECT_SECONDS", 1)
    monkeypatch.setattr(connection, "_NO_WORKER_SECONDS", 1)


def test_a_scheduler_that_is_not_there(impatient: None) -> None:
    with pytest.raises(ClusterError, match=r"cannot be reached .* start one with: dask scheduler"):
        do(f"tcp://127.0.0.1:{free_port()}")


def test_a_scheduler_without_workers(impatient: None, tmp_path: Path) -> None:
    with Hosts(tmp_path) as hosts:
        _, address = hosts.scheduler()
        with pytest.raises(ClusterError, match=f"{address} has no workers; start some"):
            do(address)


def test_tls_without_certificates() -> None:
    with pytest.raises(UsageError, match=r"TLS__CA_FILE, .*CLIENT__CERT and .*CLIENT__KEY"):
        do("tls://scheduler:8786")


def test_tls_with_certificates_that_are_none(tmp_path: Path) -> None:
    import dask

    (file := tmp_path / "cert.pem").write_text("no certificate")
    with (
        dask.config.set({f"distributed.comm.tls.{name}": str(file) for name in TLS}),
        pytest.raises(UsageError, match="certificates for tls://scheduler:8786 cannot be read"),
    ):
        do("tls://scheduler:8786")


def test_a_library_on_this_machine_alone_is_refused_before_it_is_made(
    pincite: Pincite, files: Path
) -> None:
    run = pincite("ingest", files, "--cluster", "local:2")
    assert run.code == UsageError.exit_code
    assert ".pincite is a folder of this machine; name one with: --library lance://" in run.stderr
    assert not Path(".pincite").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--watch"], "--watch and --cluster cannot be combined"),
        (["https://example.org/a.html", "--allow-network"], "is fetched to this machine"),
    ],
)
def test_what_does_not_go_with_a_cluster(
    pincite: Pincite, files: Path, more: list[str], said: str
) -> None:
    run = pincite("ingest", files, *more, "--cluster", "local:2")
    assert run.code == UsageError.exit_code
    assert said in run.stderr


def test_dask_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pincite.corpus.extras.available", lambda extra: extra != "shared")
    with pytest.raises(MissingExtraError, match=r"--cluster local:2 needs the extra shared"):
        require_shared("lance:///library", Cluster.of("local:2"))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    address = f"lance://{tmp_path}/library"
    open_library(address, create=True).close()
    return Job(
        settings=settings_for(address),
        fingerprint=HashingEmbedder().fingerprint,
        version=worker.version("pincite"),
        topic="",
        began="2026-11-30T12:00:00+00:00",
        options=Options(),
    )


def test_a_worker_with_another_version(job: Job) -> None:
    with pytest.raises(ClusterError, match=r"the job is of Pincite 9.9; install the same version"):
        Tools(replace(job, version="9.9"))


def test_a_worker_with_another_model(job: Job) -> None:
    with pytest.raises(ClusterError, match="and the job with another; install the same model"):
        Tools(replace(job, fingerprint="another"))


def test_a_worker_that_does_not_see_the_folder(job: Job) -> None:
    request = Request(Source(Path(os.sep, "nowhere", "a.txt")))
    tools = Tools(job)
    try:
        with pytest.raises(ClusterError, match="does not see the folder /nowhere; make it"):
            tools.take(Task(0, job, ((request, 1),), {}, frozenset()), lambda said: None)
    finally:
        tools.close()


def test_workers_that_do_not_reach_the_library_end_the_job_with_their_reason(
    machines: Machines, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.ingest.cluster.job.version", lambda package: "9.9")
    with pytest.raises(ClusterError, match=r"install the same version .*on the worker tcp://"):
        by_cluster(f"lance://{tmp_path}/library", files, machines.address)
