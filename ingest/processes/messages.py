"""Requests and results as bytes, for the pipes between this process and its workers.

A message is a line of JSON, and after it the parts whose lengths the line tells: a document's
text, its layout, the file's own bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from pincite.corpus import codec
from pincite.corpus.types import Layout, Origin
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import Failed, Read, ReadResult, Request, Unchanged
from pincite.ingest.files.walk import Source

_PIECE = 1 << 20  # characters of a text that are encoded at once


def send_request(stream: IO[bytes], request: Request) -> None:
    """Write a request.

    Raises:
        OSError: nobody reads the other end.
    """
    known = None if request.known is None else asdict(request.known)
    value = {
        "path": str(request.source.path),  # bytes that are no text travel as escapes
        "title": request.source.title,
        "called": request.source.called,
        "suffix": request.source.suffix,
        "known": known,
        "keep": request.keep,
        "largest": request.largest,
    }
    send(stream, value, ())


def receive_request(stream: IO[bytes]) -> Request:
    """The next request.

    Raises:
        EOFError: whoever wrote them has gone.
    """
    value, _ = receive(stream)
    source = Source(Path(value["path"]), value["title"], value["called"], value["suffix"])
    keep = Originals(value["keep"])
    return Request(source, _origin(value["known"]), keep, value["largest"])


def send_result(stream: IO[bytes], result: ReadResult) -> None:
    """Write a result.

    Raises:
        OSError: nobody reads the other end.
    """
    match result:
        case Read(document, original):
            layout = None if document.layout is None else document.layout.to_bytes()
            described = {"kind": "read", **codec.described(document)}
            send_text(stream, described, document.text, (layout, original))
        case Unchanged(origin):
            send(stream, {"kind": "same", "origin": asdict(origin)}, ())
        case Failed(reason, origin):
            known = None if origin is None else asdict(origin)
            send(stream, {"kind": "refused", "reason": reason, "origin": known}, ())


def receive_result(stream: IO[bytes]) -> ReadResult:
    """The next result.

    Raises:
        EOFError: whoever was to write it has gone.
    """
    value, parts = receive(stream)
    origin = _origin(value.get("origin"))
    if value["kind"] == "refused":
        return Failed(value["reason"], origin)
    if value["kind"] == "same" and origin is not None:
        return Unchanged(origin)
    text, layout, original = parts
    document = codec.document_from(
        value, (text or b"").decode(), None if layout is None else Layout.from_bytes(layout)
    )
    return Read(document, original)


def _origin(value: dict[str, Any] | None) -> Origin | None:
    return None if value is None else Origin(**value)


def send(stream: IO[bytes], value: dict[str, Any], parts: Sequence[bytes | None]) -> None:
    """Write a message: a line, and after it its parts.

    Raises:
        OSError: nobody reads the other end.
    """
    _send_line(stream, value, parts)
    _send_parts(stream, parts)


def send_text(
    stream: IO[bytes], value: dict[str, Any], text: str, parts: Sequence[bytes | None] = ()
) -> None:
    """Write a message whose first part is a text: piece by piece, so that it has no second copy.

    Raises:
        OSError: nobody reads the other end.
    """
    _send_line(stream, value, parts, [sum(map(len, _pieces(text)))])
    for piece in _pieces(text):
        stream.write(piece)
    _send_parts(stream, parts)


def _send_line(
    stream: IO[bytes],
    value: dict[str, Any],
    parts: Sequence[bytes | None],
    before: Sequence[int] = (),
) -> None:
    lengths = [*before, *(None if part is None else len(part) for part in parts)]
    stream.write(json.dumps({**value, "parts": lengths}).encode() + b"\n")


def _send_parts(stream: IO[bytes], parts: Sequence[bytes | None]) -> None:
    for part in parts:
        stream.write(part or b"")
    stream.flush()


def _pieces(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE].encode()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes | None]]:
    """The next message's line and its parts.

    Raises:
        EOFError: whoever wrote them has gone.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    value = json.loads(line)
    parts = [None if length is None else _exactly(stream, length) for length in value["parts"]]
    return value, parts


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
