"""Does a store refuse to write over what is there, where it is asked to?

Commits rest on that: of two writers that make the same version of a table, one has to lose. A store
that ignores ``If-None-Match: *`` lets both win, and what one of them wrote is lost without a word.
So a library is opened for writing only where a second write of the same name was refused, and of
several at once all but one: some stores look first and write then, and see no other who does
the same (as SeaweedFS did up to 4.16).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from uuid import uuid4

from pincite.corpus.errors import LibraryError, LibraryNotFoundError, LibraryReadOnlyError
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place

_FOLDER = "probe"
_SECONDS = 10.0
_REFUSED = (409, 412)
_AT_ONCE = 8  # writes of one name
_Status = int


def require_safe_commits(place: Place) -> None:
    """Check that the store writes nothing over what is there.

    Raises:
        LibraryError: it does, or it cannot be reached.
        LibraryReadOnlyError: it takes no writes.
    """
    with mapped(place.name):
        is_safe = _folder_refuses(place) if place.local is not None else _bucket_refuses(place)
    if not is_safe:
        raise LibraryError(
            f"the store of {place.name} ignores If-None-Match, so two writers would lose each "
            "other's documents without a word; use a store that honours it, such as S3 itself, "
            "MinIO or Ceph"
        )


def _folder_refuses(place: Place) -> bool:
    assert place.local is not None
    folder = place.local / _FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        one, other = folder / uuid4().hex, folder / uuid4().hex
        one.write_bytes(b"")
    except OSError as error:
        raise LibraryReadOnlyError(
            f"the folder {place.local} cannot be written ({error.strerror or error}); check its "
            "permissions"
        ) from error
    try:
        other.write_bytes(b"")
        try:
            os.link(one, other)  # which is how Lance makes a version
        except FileExistsError:
            return True
        return False
    finally:
        one.unlink(missing_ok=True)
        other.unlink(missing_ok=True)


def _bucket_refuses(place: Place) -> bool:
    bucket = _Bucket.of_environment(place)
    name = f"{_FOLDER}/{uuid4().hex}"
    first = bucket.send("PUT", name, {"if-none-match": "*"})
    if first in (401, 403):
        raise LibraryReadOnlyError(
            f"the store of {place.name} does not let us write; check AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, and what they may do"
        )
    if first == 404:
        raise LibraryNotFoundError(f"the bucket of {place.name} does not exist; make it first")
    if first >= 300:
        raise LibraryError(f"the store of {place.name} refuses to store anything (HTTP {first})")
    together = f"{_FOLDER}/{uuid4().hex}"
    try:
        if bucket.send("PUT", name, {"if-none-match": "*"}) not in _REFUSED:
            return False
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            asked = [
                pool.submit(bucket.send, "PUT", together, {"if-none-match": "*"})
                for _ in range(_AT_ONCE)
            ]
        answers = [one.result() for one in asked]
        won = [one for one in answers if one not in _REFUSED]
        return len(won) <= 1
    finally:
        for one in (name, together):
            bucket.send("DELETE", one, {})


class _Bucket:
    """Sends single requests to a bucket, signed as Amazon's Signature Version 4 says."""

    def __init__(self, place: Place, endpoint: str, region: str, keys: tuple[str, str, str]):
        rest = place.root.removeprefix("s3://")
        self._bucket, _, self._prefix = rest.partition("/")
        self._name = place.name
        self._endpoint = endpoint
        self._region = region
        self._id, self._secret, self._token = keys

    @classmethod
    def of_environment(cls, place: Place) -> _Bucket:
        """With the address and the keys of ``AWS_…``."""
        said = os.environ.get
        region = said("AWS_REGION") or said("AWS_DEFAULT_REGION") or "us-east-1"
        endpoint = said("AWS_ENDPOINT_URL") or said("AWS_ENDPOINT")
        keys = (
            said("AWS_ACCESS_KEY_ID", ""),
            said("AWS_SECRET_ACCESS_KEY", ""),
            said("AWS_SESSION_TOKEN", ""),
        )
        if not keys[0] or not keys[1]:
            raise LibraryError(
                f"there are no credentials for {place.name}; set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            )
        return cls(place, endpoint or f"https://s3.{region}.amazonaws.com", region, keys)

    def send(self, method: str, name: str, headers: Mapping[str, str]) -> _Status:
        """Send a request about an object of the library; the status of the answer.

        Raises:
            LibraryError: there is no answer.
        """
        path = quote(f"/{self._bucket}/{self._prefix}/{name}")
        signed = self._signed(method, path, headers)
        request = urllib.request.Request(
            self._endpoint.rstrip("/") + path,
            data=b"" if method == "PUT" else None,
            headers=signed,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError as error:
            raise LibraryError(
                f"the store of {self._name} cannot be reached ({error}); check AWS_ENDPOINT_URL "
                "and the network"
            ) from error

    def _signed(self, method: str, path: str, headers: Mapping[str, str]) -> dict[str, str]:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        body = hashlib.sha256(b"").hexdigest()
        every = {
            **headers,
            "host": urlsplit(self._endpoint).netloc,
            "x-amz-content-sha256": body,
            "x-amz-date": now,
            **({"x-amz-security-token": self._token} if self._token else {}),
        }
        names = ";".join(sorted(every))
        lines = "".join(f"{key}:{every[key]}\n" for key in sorted(every))
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        asked = "\n".join([method, path, "", lines, names, body])
        text = "\n".join(
            ["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(asked.encode()).hexdigest()]
        )
        key = f"AWS4{self._secret}".encode()
        for part in (now[:8], self._region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        every["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._id}/{scope}, SignedHeaders={names}, "
            f"Signature={signature}"
        )
        return every
