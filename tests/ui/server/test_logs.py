"""What a server writes about itself, and what it keeps to itself."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import LibraryDamagedError, ModelError
from pincite.ui.server.logs import JsonFormatter, LineFormatter, path_without_names
from tests.conftest import Pincite
from tests.ui.server.started import Started, started

SECRETS = ("zanzibar", "salaries", "payroll")
FORM = "multipart/form-data; boundary=x"
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="salaries.txt"\r\n\r\n'
    b"Zanzibar gulls nest on cliffs.\r\n--x--\r\n"
)


def record(message: str, error: BaseException | None = None, **more: Any) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("pincite.api", logging.ERROR, "x.py", 1, message, None, info)
    made.__dict__.update(more)
    return made


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def use(server: Started) -> None:
    """Everything that a careless log would give away."""
    ask = json.dumps({"question": "Where do zanzibar gulls nest?"}).encode()
    assert server.call("/api/v1/documents", UPLOAD, **{"Content-Type": FORM}).status == 201
    for path in ("/api/v1/ask", "/api/v1/search"):
        assert server.call(path, ask, **{"Content-Type": "application/json"}).status == 200
    assert server.call("/api/v1/ask", b"{}", **{"Content-Type": "application/json"}).status == 422
    assert server.call("/ask?q=zanzibar").status == 200
    for path in ("/api/v1/documents/salaries.txt", "/documents/salaries", "/zanzibar?q=payroll"):
        server.call(path)
    server.call("/gradio_api/file=/tmp/salaries.txt")
    server.call("/payroll%0A%7B%22level%22%3A%22forged%22%7D")


def test_as_json_each_line_is_an_object_and_each_request_has_one(tmp_path: Path) -> None:
    options = ["--library", str(tmp_path / "library"), "serve", "--log-format", "json"]
    with started(tmp_path / "log", *options) as server:
        use(server)
    text = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    now = datetime.now(UTC)
    for line in lines:
        assert line["time"].endswith("Z")
        assert now - datetime.fromisoformat(line["time"]) < timedelta(minutes=10)
    calls = [line for line in lines if line["logger"] == "pincite.access"]
    assert all(line["milliseconds"] >= 0 for line in calls)
    seen = [(line["method"], line["path"], line["status"]) for line in calls]
    assert seen.count(("POST", "/api/v1/search", 200)) == 1
    assert seen.count(("POST", "/api/v1/ask", 422)) == 1
    assert ("GET", "/api/v1/documents/*", 200) in seen
    assert any("Ready at" in line["message"] for line in lines)
    assert not [secret for secret in SECRETS if secret in text.lower()]


def test_as_lines_it_is_quiet_while_all_is_well(tmp_path: Path) -> None:
    with started(tmp_path / "log", "--library", str(tmp_path / "library"), "serve") as server:
        use(server)
    lines = (tmp_path / "log").read_text().splitlines()
    assert all(line.startswith("pincite: ") for line in lines)
    assert not [secret for secret in SECRETS if secret in "\n".join(lines).lower()]


def test_a_failure_is_told_by_kind_and_place_and_not_by_what_it_names() -> None:
    error = raised(LibraryDamagedError("salaries.txt is damaged"), raised(ValueError("zanzibar")))
    said = json.loads(JsonFormatter().format(record("a request failed", error)))
    assert [one["kind"] for one in said["errors"]] == ["LibraryDamagedError", "ValueError"]
    assert "test_logs.py:" in said["errors"][0]["frames"][0]
    lines = LineFormatter().format(record("a request failed", error))
    assert "  LibraryDamagedError\n" in lines
    for text in (json.dumps(said), lines):
        assert not [secret for secret in SECRETS if secret in text]


def test_what_names_nothing_of_a_persons_is_told_in_full() -> None:
    model = raised(ModelError("the model's file is damaged"), raised(OSError(28, "No space left")))
    said = json.loads(JsonFormatter().format(record("a request failed", model)))
    messages = [one["message"] for one in said["errors"]]
    assert messages == ["the model's file is damaged", "No space left"]


def test_a_failure_that_came_of_itself_ends() -> None:
    error = raised(ValueError("one"))
    error.__context__ = error
    assert len(json.loads(JsonFormatter().format(record("x", error)))["errors"]) == 1


@given(st.text())
def test_any_message_is_one_line(message: str) -> None:
    line = JsonFormatter().format(record(message.replace("%", "%%")))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["logger"] == "pincite.api"


@given(st.lists(st.text(st.characters(exclude_characters="/"), min_size=1), max_size=5))
def test_of_any_path_only_words_of_ours_are_left(parts: list[str]) -> None:
    left = path_without_names("/documents/" + "/".join(f"_{part}" for part in parts))
    assert left == "/documents/" + "/".join("*" for _ in parts)


@pytest.mark.parametrize(
    ("options", "environment", "form"),
    [
        ((), None, "lines"),
        ((), "json", "json"),
        (("--log-format", "lines"), "json", "lines"),
        (("--log-format", "json"), None, "json"),
    ],
)
def test_the_option_goes_before_the_setting(
    pincite: Pincite,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    environment: str | None,
    form: str,
) -> None:
    from pincite.ui.server import run

    served: dict[str, Any] = {}
    monkeypatch.setattr(run, "serve", lambda *arguments, **named: served.update(named))
    if environment:
        monkeypatch.setenv("PINCITE_LOG_FORMAT", environment)
    assert pincite("serve", *options).code == 0
    assert served["log_format"] == form


def test_another_form_is_refused(pincite: Pincite) -> None:
    refused = pincite("serve", "--log-format", "xml")
    assert refused.code == 2
    assert "lines" in refused.stderr
