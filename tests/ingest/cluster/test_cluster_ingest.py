"""What the workers of a cluster make is what one machine makes, whoever is killed meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.corpus.errors import ClusterError
from pincite.ingest.events import Listener
from tests.ingest.cluster.conftest import FILES, Machines, alone, by_cluster, contents, start, told
from tests.ingest.cluster.hosts import Hosts


def test_a_cluster_makes_the_library_that_one_machine_makes(
    machines: Machines, files: Path, tmp_path: Path
) -> None:
    one, many = f"lance://{tmp_path}/one", f"lance://{tmp_path}/many"
    heard: list[int] = []
    listener = Listener(on_embedded=heard.append)
    by_one = alone(one, files)
    by_many = by_cluster(many, files, machines.address, listener)
    assert contents(many) == contents(one)
    assert told(by_many) == told(by_one)
    assert sum(heard) == by_many.embedded  # of two copies, each may have been with another worker
    again = by_cluster(many, files, machines.address)
    assert (again.count("unchanged"), again.embedded) == (FILES + 1, 0)


def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    machines: Machines, files: Path, tmp_path: Path
) -> None:
    one, many = f"lance://{tmp_path}/one", f"lance://{tmp_path}/many"
    killed: list[str] = []

    def kill(source: str) -> None:
        if not killed and source.endswith("5.txt"):
            killed.append(source)
            machines.workers[0].kill_children()

    alone(one, files)
    summary = by_cluster(many, files, machines.address, Listener(on_begun=kill))
    assert killed
    assert contents(many) == contents(one)
    assert summary.count("added") == FILES + 1


def test_a_file_that_ends_its_worker_is_refused_and_the_others_are_taken(
    machines: Machines, files: Path, tmp_path: Path
) -> None:
    def kill(source: str) -> None:
        if source.endswith("07.txt"):
            for worker in machines.workers:
                worker.kill_children()

    summary = by_cluster(
        f"lance://{tmp_path}/many", files, machines.address, Listener(on_begun=kill)
    )
    refused = {Path(event.source).name: event.reason for event in summary.refused}
    assert refused.keys() == {"07.txt", "broken.pdf"}
    assert "each worker that tried it ended" in refused["07.txt"]
    assert summary.count("added") == FILES


def test_what_was_done_is_kept_when_the_scheduler_is_killed_and_a_repetition_doubles_nothing(
    files: Path, tmp_path: Path
) -> None:
    one, many = f"lance://{tmp_path}/one", f"lance://{tmp_path}/many"
    alone(one, files)
    with Hosts(tmp_path / "machines") as hosts:
        machines = start(tmp_path, hosts)
        with pytest.raises(ClusterError, match=r"the scheduler .* was lost"):
            by_cluster(
                many,
                files,
                machines.address,
                Listener(
                    on_begun=lambda source: source.endswith("5.txt") and machines.scheduler.kill()
                ),
            )
        kept = contents(many)
        assert kept.keys() <= contents(one).keys()
    by_cluster(many, files, "local:1")
    assert contents(many) == contents(one)
