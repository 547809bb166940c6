"""What the workers of a cluster make is what one machine makes, whoever is killed meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pincite.corpus.errors import ClusterError
from pincite.ingest.events import Listener
from pincite.ingest.files.originals import Originals
from pincite.retrieval.libraries import open_library
from tests.ingest.cluster.conftest import FILES, Machines, alone, by_cluster, contents, start, told
from tests.ingest.cluster.hosts import Hosts, wait_until

TAKEN = FILES + 1  # all files but the broken one


@pytest.fixture
def one(tmp_path: Path, files: Path) -> str:
    """A library that this machine has made of the files."""
    address = f"lance://{tmp_path}/one"
    alone(address, files)
    return address


@pytest.fixture
def many(tmp_path: Path) -> str:
    """Where a cluster makes its own."""
    return f"lance://{tmp_path}/many"


def test_a_cluster_makes_the_library_that_one_machine_makes(
    machines: Machines, files: Path, tmp_path: Path, many: str
) -> None:
    one = f"lance://{tmp_path}/one"
    heard: list[int] = []
    by_one = alone(one, files)
    by_many = by_cluster(many, files, machines.address, Listener(on_embedded=heard.append))
    assert contents(many) == contents(one)
    assert told(by_many) == told(by_one)
    assert sum(heard) == by_many.embedded  # of two copies, each may have been with another worker
    with open_library(many) as library:
        assert library.generation == 1
        assert library.problems(deep=True) == []


def test_a_second_run_takes_what_changed_and_forgets_what_is_gone(
    machines: Machines, files: Path, many: str, tmp_path: Path
) -> None:
    by_cluster(many, files, machines.address)
    (files / "00.txt").write_text("The heron stands still. It waits for a frog.\n")
    (files / "new.txt").write_text("The toad is not a frog.\n")
    (files / "01.txt").unlink()
    summary = by_cluster(many, files, machines.address, sync=True)
    assert [summary.count(o) for o in ("added", "replaced", "removed")] == [1, 1, 1]
    assert summary.count("unchanged") == TAKEN - 2
    assert summary.embedded == 2
    alone(fresh := f"lance://{tmp_path}/fresh", files)
    assert contents(many) == contents(fresh)


def test_the_files_themselves_are_kept_where_that_is_wanted(
    machines: Machines, files: Path, many: str
) -> None:
    by_cluster(many, files, machines.address, originals=Originals.ALL)
    with open_library(many) as library:
        for entry in library.entries():
            assert library.original(entry.id) == Path(entry.source).read_bytes()


def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    machines: Machines, files: Path, one: str, many: str
) -> None:
    killed: list[str] = []

    def kill(source: str) -> None:
        if not killed and source.endswith("5.txt"):
            killed.append(source)
            machines.workers[0].kill_children()

    summary = by_cluster(many, files, machines.address, Listener(on_begun=kill))
    assert killed
    assert contents(many) == contents(one)
    assert summary.count("added") == TAKEN


def test_a_file_that_ends_its_worker_is_refused_and_the_others_are_taken(
    machines: Machines, files: Path, many: str
) -> None:
    def kill(source: str) -> None:
        if source.endswith("07.txt"):
            for worker in machines.workers:
                worker.kill_children()

    summary = by_cluster(many, files, machines.address, Listener(on_begun=kill))
    refused = {Path(event.source).name: event.reason for event in summary.refused}
    assert refused.keys() == {"07.txt", "broken.pdf"}
    assert "each worker that tried it ended" in refused["07.txt"]
    assert summary.count("added") == TAKEN - 1
    assert by_cluster(many, files, machines.address).count("added") == 1  # it is tried again


def test_a_job_that_is_stopped_keeps_what_was_done_and_the_next_goes_on(
    machines: Machines, files: Path, one: str, many: str
) -> None:
    begun: list[str] = []
    summary = by_cluster(
        many,
        files,
        machines.address,
        Listener(on_begun=begun.append),
        stopping=lambda: len(begun) > 4,
    )
    assert summary.stopped
    assert 0 < summary.count("added") < TAKEN
    assert contents(many).keys() < contents(one).keys()
    by_cluster(many, files, machines.address)
    assert contents(many) == contents(one)


def test_two_jobs_of_the_same_files_at_once_double_nothing(
    machines: Machines, files: Path, one: str, many: str
) -> None:
    with Hosts(files.parent / "clients") as hosts:
        clients = [
            hosts.start(
                name,
                [
                    *(sys.executable, "-m", "pincite.ui.cli", "--library", many),
                    *("ingest", str(files), "--cluster", machines.address),
                ],
            )
            for name in ("first", "second")
        ]
        for client in clients:
            client.process.wait(60)
    by_cluster(many, files, machines.address)
    assert contents(many) == contents(one)


def test_a_job_whose_client_is_killed_can_be_repeated(
    machines: Machines, files: Path, one: str, many: str
) -> None:
    with Hosts(files.parent / "clients") as hosts:
        client = hosts.start(
            "client",
            [
                *(sys.executable, "-m", "pincite.ui.cli", "--library", many),
                *("ingest", str(files), "--cluster", machines.address),
            ],
        )
        store = Path(many.removeprefix("lance://"))
        wait_until(lambda: any(store.glob("passages-*/data/*")), "the first passages", client)
        client.kill()
    by_cluster(many, files, machines.address)
    assert contents(many) == contents(one)


def test_what_was_done_is_kept_when_the_scheduler_is_killed_and_the_next_job_goes_on(
    files: Path, tmp_path: Path, one: str, many: str
) -> None:
    with Hosts(tmp_path / "machines") as hosts:
        machines = start(hosts)

        def kill(source: str) -> None:
            if source.endswith("5.txt"):
                machines.scheduler.kill()

        with pytest.raises(ClusterError, match=r"the scheduler .* was lost"):
            by_cluster(many, files, machines.address, Listener(on_begun=kill))
        assert contents(many).keys() < contents(one).keys()
    summary = by_cluster(many, files, "local:1")
    assert contents(many) == contents(one)
    assert summary.count("added") + summary.count("unchanged") == TAKEN
