"""Calls to a server that runs, and what must be true of every answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.ui.server.started import Started

_ANSWERED_WITHIN_S = 300
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answered:
    """A response: its status, and its body as it came."""

    status: int
    body: bytes

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Caller:
    """One connection that is kept, and made again where the server has closed it."""

    connection: http.client.HTTPConnection

    def call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answered:
        """Call once; a second time where the connection was closed meanwhile."""
        for is_last in (False, True):
            try:
                self.connection.request(method, path, body, dict(headers))
                answer = self.connection.getresponse()
                return Answered(answer.status, answer.read())
            except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                self.connection.close()
                if is_last:
                    raise
        raise AssertionError

    def ask(self, question: str, headers: Mapping[str, str] = JSON) -> Answered:
        """Ask a question."""
        return self.call(
            "POST", "/api/v1/ask", json.dumps({"question": question}).encode(), headers
        )


@contextmanager
def caller(server: Started) -> Iterator[Caller]:
    """A connection to a server."""
    made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_ANSWERED_WITHIN_S)
    with closing(made):
        yield Caller(made)


def untrue(answer: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    """What of an answer's quotes is not verbatim in these documents, by id, a clause each."""
    for quote in answer["quotes"]:
        text = texts.get(quote["document"])
        if text is None:
            yield f"a quote of a document that is not theirs: {quote['text']!r}"
        elif text[quote["start"] : quote["end"]] != quote["text"]:
            yield f"a quote that is not verbatim: {quote['text']!r}"


def said_in_log(server: Started) -> list[str]:
    """What no server may write to its log, whatever it is sent."""
    log = server.log.read_text("utf-8", "replace")
    return [sign for sign in ("Traceback", "ERROR", "internal error") if sign in log]
