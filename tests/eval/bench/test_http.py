"""Many users at once are served, and each gets the answer that one alone gets."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pincite.corpus.errors import ServeError
from pincite.eval.bench import http as bench_api
from tests.conftest import Pincite


def test_a_few_users_get_the_answers_that_one_gets(pincite: Pincite) -> None:
    run = pincite("eval", "bench-api", "--users", "3", "--questions", "4")
    assert run.code == 0, run.stderr
    assert "3 users at once, 4 questions each" in run.stdout
    assert "0 wrong, 0 failed" in run.stdout


def test_a_server_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        def poll(self) -> int:
            return 1

    with pytest.raises(ServeError, match="pincite serve"):
        bench_api._wait_for(1, Ended())  # type: ignore[arg-type]


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
            asked = ["Why?"] * 5
            load = bench_api._together(server.server_port, asked, {"Why?": {}}, 2, 3, [1.0])
        finally:
            server.shutdown()
    assert (load.failed, load.wrong, load.together) == (6, 0, ())
