"""What a crowd on the network can do to the server: tests that exist, counted here."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.torture.rows import Row, Tally

PART = "network"
_ROOT = Path(__file__).resolve().parents[2]
_SERVER = "tests/ui/server"
_TESTS = {
    "1,100 requests that never end, at a limit of 1,024 files": (
        f"{_SERVER}/test_connections.py::"
        "test_a_crowd_that_never_finishes_a_request_keeps_nobody_out"
    ),
    "5,000 connections in a row": (
        f"{_SERVER}/test_connections.py::test_five_thousand_connections_in_a_row_keep_nobody_out"
    ),
    "2,000 heads and 10 bodies that come byte by byte: all cut within 15 s": (
        f"{_SERVER}/test_connections.py::test_requests_that_come_byte_by_byte_are_cut_off"
    ),
    "200 guesses of a password at once: 10 are looked at": (
        f"{_SERVER}/test_auth.py::test_of_200_guesses_at_once_10_are_looked_at"
    ),
}


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """Run the first ``count`` of the tests; the seed is theirs."""
    del seed
    rows = []
    for what, test in list(_TESTS.items())[:count]:
        report = folder / "report.xml"
        options = ["-q", "-m", "slow or not slow", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command = [sys.executable, "-m", "pytest", *options, test]
        subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=600, check=False)
        tally = Tally()
        for case in ElementTree.parse(report).iter("testcase"):
            failures = [one.get("message", "") for one in case if one.tag in ("failure", "error")]
            if failures:
                tally.fault(f"{case.get('name')}: {failures[0][:200]}")
            else:
                tally.tell("the server answers everybody else")
        rows.append(tally.row(PART, what))
    return rows
