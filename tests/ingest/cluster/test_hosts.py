"""Machines on a network with an object store: killed, cut off, and what is left afterwards.

Each machine is a namespace with processes and folders of its own. Needs root, iproute2, and an S3
server in Python (moto): ``make cluster`` brings it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import PACKAGED
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from tests.deploy.dockerfile import ROOT
from tests.ingest.cluster.conftest import contents
from tests.ingest.cluster.hosts import Host, Hosts, wait_until
from tests.ingest.cluster.networks import Network, can_be_made

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not can_be_made(), reason="needs root and iproute2, to make networks"),
]

LIBRARY = "s3://bucket/library"
_WHO = ("CLIENT", "SCHEDULER", "WORKER")
QUESTIONS = (
    "What does a library's file hold?",
    "How are passwords kept?",
    "Which formats does Pincite read?",
    "What is measured on the page of performance?",
    "Who may remove documents?",
)


class Site:
    """A store, a scheduler, two workers, two servers and a client, on a network of their own."""

    def __init__(self, folder: Path, documents: Path, hosts: Hosts, network: Network) -> None:
        self.folder, self.documents = folder, documents
        self.hosts, self.network = hosts, network
        self.certificate, self.key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=pincite", "-keyout", str(self.key), "-out", str(self.certificate)),
            ],
            check=True,
            capture_output=True,
        )
        tls = "DASK_DISTRIBUTED__COMM__TLS__"
        self.store_url = f"http://{network.addresses['store']}:9000"
        self.environment = {
            "PINCITE_EMBEDDER": PACKAGED,
            "PINCITE_LIBRARY": LIBRARY,
            "AWS_ENDPOINT": self.store_url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            f"{tls}CA_FILE": str(self.certificate),
            **{
                f"{tls}{who}__CERT": str(self.certificate)
                for who in ("CLIENT", "SCHEDULER", "WORKER")
            },
            **{f"{tls}{who}__KEY": str(self.key) for who in ("CLIENT", "SCHEDULER", "WORKER")},
        }
        self.scheduler_url = f"tls://{network.addresses['scheduler']}:8786"
        python = os.environ.get("S3_PYTHON", sys.executable)
        store = [python, "-m", "moto.server", "-H", network.addresses["store"], "-p", "9000"]
        self.start("store", store, PYTHONPATH="")
        wait_until(lambda: answers(f"{self.store_url}/moto-api/"), "the object store")
        request = urllib.request.Request(f"{self.store_url}/bucket", method="PUT")
        urllib.request.urlopen(request, timeout=10).close()
        self.scheduler = self.start_scheduler()
        self.workers = [self.start_worker("one"), self.start_worker("two")]

    def start(self, name: str, command: Sequence[str], **more: str) -> Host:
        """Start a program on a machine."""
        return self.hosts.start(name, self.network.on(name, command), {**self.environment, **more})

    def start_scheduler(self) -> Host:
        """Start the scheduler, again if it was killed."""
        return self.start(
            "scheduler",
            [
                *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"),
                *("--protocol", "tls", "--port", "8786", "--dashboard-address", "127.0.0.1:0"),
                *("--host", self.network.addresses["scheduler"]),
            ],
        )

    def start_worker(self, name: str) -> Host:
        """Start a machine's worker."""
        return self.start(
            name,
            [
                *(sys.executable, "-m", "distributed.cli.dask_worker", self.scheduler_url),
                *("--nthreads", "1", "--no-dashboard", "--memory-limit", "0"),
                *("--local-directory", ".", "--host", self.network.addresses[name]),
            ],
        )

    def pincite(self, name: str, *arguments: str) -> Host:
        """Start a command of Pincite on a machine."""
        return self.start(name, [sys.executable, "-m", "pincite.ui.cli", *arguments])

    def ingest(self) -> Host:
        """Start the job on the client's machine."""
        return self.pincite(
            "client", "ingest", str(self.documents), "--cluster", self.scheduler_url
        )

    def serve(self, name: str) -> str:
        """Start a server on the machine of a worker; gives its address."""
        address = self.network.addresses[name]
        self.pincite(name, "serve", "--host", address, "--no-auth")
        wait_until(lambda: answers(f"http://{address}:7860/api/v1/health"), f"the server on {name}")
        return f"http://{address}:7860"

    def written(self) -> int:
        """How many files with passages there are in the store."""
        url = f"{self.store_url}/bucket?list-type=2&max-keys=1000&prefix=library/passages-"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return len(re.findall(r"<Key>[^<]*/data/", answer.read().decode()))

    def ingest_until_half(self) -> Host:
        """Start the job, and wait until its workers have written something."""
        before = self.written()
        client = self.ingest()
        wait_until(lambda: self.written() > before + 3, "some passages", client)
        return client


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that nobody edits meanwhile."""
    return shutil.copytree(ROOT / "docs", tmp_path_factory.mktemp("documents") / "docs")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    """What this machine makes of the folder, in a library of its own."""
    place = tmp_path_factory.mktemp("one") / "library"
    with open_library(place, create=True) as library:
        ingest_sources(find_sources([documents]), library, PackagedEmbedder())
    return place


@pytest.fixture
def made(tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with (
        Network("store", "scheduler", "one", "two", "client") as network,
        Hosts(tmp_path) as hosts,
    ):
        place = Site(tmp_path, documents, hosts, network)
        for name in ("AWS_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            monkeypatch.setenv(name, place.environment[name])
        yield place


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ask(server: str, question: str) -> list[str]:
    body = json.dumps({"question": question}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server}/api/v1/ask", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [quote["text"] for quote in json.loads(answer.read())["quotes"]]


def ended(client: Host, seconds: float = 300) -> tuple[int, str]:
    """How a command ended, and what it said."""
    code = client.process.wait(seconds)
    return code, client.log.read_text("utf-8", "replace")


def assert_whole(one: Path) -> None:
    """That the store has what one machine makes, sound, each document once."""
    with open_library(one) as alone, open_library(LIBRARY) as shared:
        assert shared.counts() == alone.counts()
        assert shared.problems(deep=True) == []
        ours, theirs = contents(str(one)), contents(LIBRARY)
        assert theirs == ours
    with Engine.open(one) as alone_engine, Engine.open(LIBRARY) as shared_engine:
        for question in QUESTIONS:
            mine, other = alone_engine.ask(question), shared_engine.ask(question)
            assert [q.text for q in other.quotes] == [q.text for q in mine.quotes]


def test_whatever_is_killed_the_library_is_whole_in_the_end(made: Site, one: Path) -> None:
    client = made.ingest_until_half()
    made.workers[0].kill()  # with all that it had in hand
    wait_until(lambda: made.written() > 8, "more passages", client)
    made.scheduler.kill()
    code, said = ended(client)
    assert code == 1
    assert "was lost" in said
    made.scheduler = made.start_scheduler()
    made.workers.append(made.start_worker("one"))
    client = made.ingest_until_half()
    client.kill()
    code, said = ended(made.ingest())
    assert code == 0, said
    assert_whole(one)


def test_a_worker_that_is_cut_off_in_the_middle_holds_up_the_job_and_no_more(
    made: Site, one: Path
) -> None:
    client = made.ingest_until_half()
    made.network.cut("one")
    code, said = ended(client)
    assert code == 0, said
    made.network.mend("one")
    assert_whole(one)
    time.sleep(10)  # in which the worker comes back with what it had in hand, which nobody wants
    assert_whole(one)


def test_a_client_that_is_cut_off_says_so_and_a_repetition_makes_the_library_whole(
    made: Site, one: Path
) -> None:
    client = made.ingest_until_half()
    made.network.cut("client")
    code, said = ended(client)
    assert code == 1
    assert said.startswith("pincite: ") or "\npincite: " in said
    made.network.mend("client")
    code, said = ended(made.ingest())
    assert code == 0, said
    assert_whole(one)


def test_when_a_server_is_killed_or_cut_off_the_other_answers_and_learns_of_what_is_new(
    made: Site, one: Path
) -> None:
    code, said = ended(made.ingest())
    assert code == 0, said
    servers = [made.serve("one"), made.serve("two")]
    with Engine.open(one) as engine:
        expected = {q: [quote.text for quote in engine.ask(q).quotes] for q in QUESTIONS}
    for question in QUESTIONS:
        assert [ask(server, question) for server in servers] == [expected[question]] * 2
    made.network.cut("one")
    assert [ask(servers[1], question) for question in QUESTIONS] == [*expected.values()]
    (new := made.folder / "heron.txt").write_text("The heron waits for a frog in the reeds.\n")
    code, said = ended(made.pincite("client", "ingest", str(new), "--cluster", made.scheduler_url))
    assert code == 0, said
    made.network.mend("one")
    for server in servers:
        assert ask(server, "What does the heron wait for?")[0] in new.read_text()
