"""Where a shared library's tables are, and how Lance gets there."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from pincite.corpus.errors import UsageError

# Else a store that is away is asked for three minutes.
CLIENT = {
    "client_max_retries": "3",
    "client_retry_timeout": "10",
    "connect_timeout": "5s",
    "request_timeout": "60s",
}
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)+")


@dataclass(frozen=True, slots=True)
class Place:
    """The root of a shared library.

    Attributes:
        name: its address, for people.
        root: the folder or ``s3://`` address that the tables stand under.
        local: the folder, where it is one.
    """

    name: str
    root: str
    local: Path | None

    @classmethod
    def of(cls, address: str) -> Place:
        """The place of an address.

        Raises:
            UsageError: it has no folder, or no bucket and name.
        """
        address = address.rstrip("/")
        if address.startswith("lance://"):
            folder = Path(address.removeprefix("lance://")).expanduser()
            if str(folder) in ("", "."):
                raise UsageError(f"{address} names no folder; say lance:///FOLDER")
            return cls(address, str(folder.absolute()), folder.absolute())
        if not _BUCKET.fullmatch(address):
            raise UsageError(f"{address} is not the form s3://BUCKET/NAME; name both")
        return cls(address, address, None)

    @property
    def options(self) -> dict[str, str] | None:
        """What Lance is told of the store, beside the ``AWS_…`` of the environment."""
        if self.local is not None:
            return None
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        # Plain HTTP only where the address of the store says so.
        return {**CLIENT, **({"allow_http": "true"} if endpoint.startswith("http://") else {})}

    @property
    def folder(self) -> Path:
        """The folder on this machine for what stands beside the library."""
        if self.local is not None:
            return self.local
        base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        if sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
        digest = hashlib.sha256(self.root.encode()).hexdigest()[:12]
        return Path(base).expanduser() / "pincite" / digest

    def table(self, path: str) -> str:
        """Where a table is."""
        return f"{self.root}/{path}"
