"""Many users at once are served, and each gets the answer that one alone gets."""

from __future__ import annotations

import pytest

from corpus.errors import ServeError
from eval import bench_api
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
