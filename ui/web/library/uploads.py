"""Files that a browser has sent, on their way into the library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files.read import MB
from pincite.ingest.uploads import Intake, Limits, Upload
from pincite.ui.web.library.upload_view import UploadedFile

# The script gives every file such a name of its own, so that of two browsers that send the same
# file neither takes it away from the other.
_SENT = re.compile(r"[0-9a-f]{32}")
_EVERY_S = 0.3  # at the most, a page hears how far it is


@dataclass(frozen=True, slots=True)
class Batch:
    """The files of one upload, and those of them that are here."""

    files: Sequence[UploadedFile]
    uploads: Sequence[Upload]


@dataclass(slots=True)
class Progress:
    """How far an upload is; its ``summary`` is there when all is done."""

    events: list[Event]
    embedded: int = 0
    summary: Summary | None = None


def received(sent: Any, folder: Path, limits: Limits) -> Batch:
    """The files that a browser says it has sent: ``[{"name", "size", "path"}, …]``.

    Args:
        sent: what the browser says; nothing of it is trusted.
        folder: where the server puts what is sent to it; no file elsewhere is taken.
        limits: what an upload may hold.
    """
    files: list[UploadedFile] = []
    uploads: list[Upload] = []
    for item in sent if isinstance(sent, list) else []:
        fields = item if isinstance(item, dict) else {}
        name, size, path = (fields.get(key) for key in ("name", "size", "path"))
        if not isinstance(name, str):
            continue
        here = _here(path, folder) if isinstance(path, str) else None
        if here is not None:
            files.append(UploadedFile(name))
            uploads.append(Upload(name, here))
        elif isinstance(size, int) and size > limits.file_bytes:
            files.append(
                UploadedFile(
                    name,
                    f"it has {size / MB:,.1f} MB, and a file may have "
                    f"{limits.file_bytes / MB:,g} MB; split it",
                )
            )
        else:
            files.append(UploadedFile(name, "it did not arrive whole; upload it again"))
    return Batch(files, uploads)


def taken(batch: Batch, tags: Sequence[str], intake: Intake) -> Iterator[Progress]:
    """Take the files in, and say now and then how far it is; they are deleted afterwards.

    All are taken in even when nobody listens any more.

    Raises:
        PinciteError: as ``Intake.take`` says; then none was taken.
    """
    progress = Progress([])

    def on_embedded(passages: int) -> None:
        progress.embedded += passages

    def work() -> Summary:
        try:
            return intake.take(batch.uploads, tags, Listener(progress.events.append, on_embedded))
        finally:
            for upload in batch.uploads:
                upload.path.unlink(missing_ok=True)
                with suppress(OSError):  # another file of the same bytes is in it
                    upload.path.parent.rmdir()

    thread = ThreadPoolExecutor(1, "upload")
    future = thread.submit(work)
    thread.shutdown(wait=False)
    yield progress
    while not future.done():
        wait([future], _EVERY_S)
        yield progress
    progress.summary = future.result()
    yield progress


def _here(path: str, folder: Path) -> Path | None:
    """The file that was sent under this path; None where it is no such file."""
    if not _SENT.fullmatch(Path(path).name):
        return None
    try:
        file, root = Path(path).resolve(strict=True), folder.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    return file if file.is_file() and file.parent.parent == root else None
