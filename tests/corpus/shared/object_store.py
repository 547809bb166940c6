"""A bucket in memory on loopback, with as much of S3 as Lance uses.

It honours ``If-None-Match: *``, or ignores it as some stores do. With ``looks_first`` it honours it
only of writes that come one after the other. With ``fail_with`` every request gets one status, as
from a store that lets nobody in.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

BUCKET = "pincite"
_DATE = "Mon, 30 Nov 2026 09:00:00 GMT"


@dataclass
class Bucket:
    """What it holds, and how it behaves."""

    honours_conditions: bool = True
    looks_first: bool = False
    fail_with: int | None = None
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """How a program reaches it."""
        return {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
        }


@contextmanager
def served(bucket: Bucket) -> Iterator[Bucket]:
    """Serve it until the block ends."""
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        bucket.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield bucket
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # an answer in one packet; else each waits 40 ms for the last one

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _begin(self) -> tuple[str, dict[str, list[str]], bytes]:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        key = unquote(parts.path).removeprefix(f"/{BUCKET}").removeprefix("/")
        return key, parse_qs(parts.query, keep_blank_values=True), body

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        status = self.bucket.fail_with or status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        key, query, body = self._begin()
        if self.bucket.looks_first and not self._is_taken(key):
            time.sleep(0.05)
            self.bucket.objects[key] = body
            return self._answer(200, ETag=_etag(body))
        with self.bucket.lock:
            if "partNumber" in query:
                self.bucket.uploads[query["uploadId"][0]][int(query["partNumber"][0])] = body
            elif self._is_taken(key):
                return self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            elif self.bucket.fail_with is None:
                self.bucket.objects[key] = body
        return self._answer(200, ETag=_etag(body))

    def _is_taken(self, key: str) -> bool:
        conditional = self.headers.get("if-none-match") == "*"
        return conditional and self.bucket.honours_conditions and key in self.bucket.objects

    def do_GET(self) -> None:
        key, query, _ = self._begin()
        if not key:
            return self._answer(200, self._listed(query), Content_Type="application/xml")
        with self.bucket.lock:
            data = self.bucket.objects.get(key)
        if data is None:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        shared = {"ETag": _etag(data), "Last_Modified": _DATE}
        if wanted := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("range") or ""):
            start, end = wanted.groups()
            first = int(start) if start else max(0, len(data) - int(end))
            last = min(int(end) if start and end else len(data) - 1, len(data) - 1)
            said = f"bytes {first}-{last}/{len(data)}"
            return self._answer(206, data[first : last + 1], Content_Range=said, **shared)
        return self._answer(200, data, **shared)

    def do_HEAD(self) -> None:
        key, _, _ = self._begin()
        data = self.bucket.objects.get(key)
        if data is None:
            return self._answer(404)
        return self._answer(
            200, Content_Length=str(len(data)), ETag=_etag(data), Last_Modified=_DATE
        )

    def do_DELETE(self) -> None:
        key, _, _ = self._begin()
        with self.bucket.lock:
            self.bucket.objects.pop(key, None)
        self._answer(204)

    def do_POST(self) -> None:
        key, query, body = self._begin()
        with self.bucket.lock:
            if "delete" in query:
                keys = re.findall(r"<Key>(.*?)</Key>", body.decode())
                for one in keys:
                    self.bucket.objects.pop(unescape(one), None)
                rows = "".join(f"<Deleted><Key>{one}</Key></Deleted>" for one in keys)
                return self._answer(200, f"<DeleteResult>{rows}</DeleteResult>".encode())
            if "uploads" in query:
                id = f"upload{len(self.bucket.uploads)}"
                self.bucket.uploads[id] = {}
                said = f"<InitiateMultipartUploadResult><UploadId>{id}</UploadId>"
                return self._answer(200, f"{said}</InitiateMultipartUploadResult>".encode())
            if self._is_taken(key):
                return self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            parts = self.bucket.uploads.pop(query["uploadId"][0])
            data = b"".join(parts[number] for number in sorted(parts))
            self.bucket.objects[key] = data
        said = f"<ETag>{escape(_etag(data))}</ETag>"
        return self._answer(
            200, f"<CompleteMultipartUploadResult>{said}</CompleteMultipartUploadResult>".encode()
        )

    def _listed(self, query: dict[str, list[str]]) -> bytes:
        prefix = query.get("prefix", [""])[0]
        after = query.get("start-after", [""])[0]
        delimiter = query.get("delimiter", [""])[0]
        folders: set[str] = set()
        rows = []
        with self.bucket.lock:
            keys = sorted(key for key in self.bucket.objects if key.startswith(prefix))
            for key in keys:
                rest = key[len(prefix) :]
                if key <= after:
                    continue
                if delimiter and delimiter in rest:
                    folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                    continue
                data = self.bucket.objects[key]
                rows.append(
                    f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>"
                    f"{escape(_etag(data))}</ETag><LastModified>2026-11-30T09:00:00.000Z"
                    "</LastModified></Contents>"
                )
        rows += [f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in folders]
        start = "<ListBucketResult><IsTruncated>false</IsTruncated>"
        return f"{start}{''.join(rows)}</ListBucketResult>".encode()


def _etag(data: bytes) -> str:
    return f'"{hash(data) & 0xFFFFFFFF:x}"'
