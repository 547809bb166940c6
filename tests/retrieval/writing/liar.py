"""A server that speaks OpenAI's interface and lies in the way that the name of its model says.

It listens on loopback at a free port, and ends with the test.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Script:
    """What the server does for one model.

    Attributes:
        chunks: what it writes.
        status: what it answers with; other than 200, it writes nothing.
        prompt_tokens: how long it says that the prompt was; None for the truth, about.
        finish: why it says that it ended; empty for breaking off in the middle.
        pause_s: how long it waits before each chunk.
    """

    chunks: tuple[str, ...] = ()
    status: int = 200
    prompt_tokens: int | None = None
    finish: str = "stop"
    pause_s: float = 0.0


@dataclass
class Liar:
    """The server while it runs."""

    url: str
    scripts: dict[str, Script]
    requests: list[dict[str, Any]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count how many calls are answered at once."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


@contextmanager
def liar(**scripts: Script) -> Iterator[Liar]:
    """A running server with these scripts by model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    running = Liar(f"http://127.0.0.1:{server.server_address[1]}/v1", dict(scripts))
    server.liar = running  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        running: Liar = self.server.liar  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        running.requests.append(body)
        script = running.scripts[body["model"]]
        with running.counted():
            if script.status != 200:
                self._refuse(script.status)
            else:
                self._write(running, script, body)

    def _refuse(self, status: int) -> None:
        body = json.dumps({"error": {"message": f"no: {status}", "type": "liar"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _write(self, running: Liar, script: Script, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        prompt = sum(len(message["content"]) for message in body["messages"]) // 4
        usage = {
            "prompt_tokens": prompt if script.prompt_tokens is None else script.prompt_tokens,
            "completion_tokens": 7,
            "total_tokens": 7,
        }
        try:
            for chunk in script.chunks:
                time.sleep(script.pause_s)
                self._send({"choices": [_choice({"content": chunk}, None)]}, body)
            if script.finish:
                self._send({"choices": [_choice({}, script.finish)]}, body)
                self._send({"choices": [], "usage": usage}, body)
                self.wfile.write(b"data: [DONE]\n\n")
                self.wfile.flush()
            else:  # as when the process dies
                self.wfile.write(b'data: {"choi')
                self.wfile.flush()
        except OSError:
            running.hung_up.set()
        self.close_connection = True

    def _send(self, value: dict[str, Any], body: dict[str, Any]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
        self.wfile.write(b"data: " + json.dumps({**event, **value}).encode() + b"\n\n")
        self.wfile.flush()


def _choice(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
