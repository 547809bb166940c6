"""Many users at once are served, and each gets the answer that one alone gets."""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pincite.corpus.errors import ServeError
from pincite.eval.bench import http as bench_api
from pincite.eval.bench import server_process
from pincite.eval.bench.http import Comparison, Load
from pincite.eval.bench.server_process import ServerProcess
from tests.conftest import Pincite


def test_a_few_users_get_the_answers_that_one_gets(pincite: Pincite, tmp_path: Path) -> None:
    report = tmp_path / "load.json"
    run = pincite(
        *("eval", "bench-api", "--users", "3", "--questions", "4", "--rounds", "1"),
        *("--json", str(report)),
    )
    assert run.code == 0, run.stderr
    (load,) = json.loads(report.read_text())["loads"]
    assert (load["users"], load["answers"], load["wrong"], load["failed"]) == (3, 12, 0, 0)
    assert load["ratio"] is None


def test_a_library_of_ones_own_needs_its_questions(pincite: Pincite, tmp_path: Path) -> None:
    run = pincite("eval", "bench-api", "--library", str(tmp_path))
    assert run.code == 2
    assert "--library and --gold go together" in run.stderr


def test_a_server_that_does_not_start_is_said() -> None:
    class Ended:
        def poll(self) -> int:
            return 1

    with pytest.raises(ServeError, match="pincite serve"):
        server_process.wait_for(1, Ended())  # type: ignore[arg-type]


def test_a_command_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with (
        pytest.raises(ServeError, match="missing cannot be run"),
        server_process.served(tmp_path, [missing]),
    ):
        pass


def test_a_server_that_ends_at_once_is_told_with_its_exit_code(tmp_path: Path) -> None:
    fails = [sys.executable, "-c", "raise SystemExit(3)"]
    with (
        pytest.raises(ServeError, match="ended with exit code 3 before it answered"),
        server_process.served(tmp_path, fails),
    ):
        pass


def test_a_problem_instead_of_an_answer_counts_as_failed() -> None:
    class Busy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b'{"status": 503, "detail": "ask again"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            process = ServerProcess(server.server_port, os.getpid())
            load = bench_api._together(process, "this", ["Why?"], {"Why?": {}}, 2, 3)
        finally:
            server.shutdown()
    assert (load.failed, load.wrong, load.milliseconds) == (6, 0, ())


def test_the_ratio_is_of_answers_a_second_with_as_many_users() -> None:
    loads = (
        Load("this", 8, (1.0,) * 30, 0, 0, 10.0, 6.0),
        Load("other", 8, (1.0,) * 10, 0, 0, 10.0, None),
        Load("this", 1, (1.0,), 0, 0, 1.0, None),
    )
    found = Comparison("library", 30, loads, {}, {}, 0)
    assert found.ratio(8) == pytest.approx(3)
    assert found.ratio(1) is None
    assert found.cpu_ratio(8) is None  # the other's is not known
    assert loads[0].cpu_ms_per_answer == pytest.approx(200)
    assert loads[1].cpu_ms_per_answer is None


def test_processor_time_is_compared_for_an_answer() -> None:
    this = Load("this", 8, (1.0,) * 10, 0, 0, 1.0, 1.0)
    other = Load("other", 8, (1.0,) * 5, 0, 0, 1.0, 1.0)
    assert Comparison("library", 1, (this, other), {}, {}, 0).cpu_ratio(8) == pytest.approx(2)


def test_a_wrong_answer_of_the_other_server_is_not_this_one_s() -> None:
    wrong = Load("other", 8, (1.0,), 1, 0, 1.0, None)
    right = Load("this", 8, (1.0,), 0, 0, 1.0, None)
    assert Comparison("library", 1, (right, wrong), {}, {}, 0).is_right
    assert not Comparison("library", 1, (Load("this", 8, (), 0, 1, 1.0, None),), {}, {}, 0).is_right
