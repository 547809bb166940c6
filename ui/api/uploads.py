"""Files that are sent as ``multipart/form-data``, on their way to the intake."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from pincite.corpus.errors import UploadError, UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.events import Summary
from pincite.ingest.files.read import MB
from pincite.ingest.temporary import temporary_space
from pincite.ingest.uploads import WAIT, Intake, Limits, Upload, upload_folder
from pincite.ui.api.queue import Queue

_FORM = "multipart/form-data"
_AROUND = MB  # bytes of a body beside the files' own: names, tags, boundaries
_TAGS = 100

BODY: dict[str, Any] = {
    "required": True,
    "content": {
        _FORM: {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "The files, a part each; a zip is a folder of files.",
                    },
                    "tags": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Tags for each of the documents, a part each.",
                    },
                },
            }
        }
    },
}


def most(limits: Limits) -> int:
    """The bytes that the body of an upload may have."""
    return limits.upload_bytes + _AROUND


async def take(request: Request, intake: Intake, queue: Queue) -> Summary:
    """Take the files of a request in, when its turn has come in the queue.

    Raises:
        UploadError: they are over a limit.
        DiskFullError, LibraryError: there is no room for them.
        UsageError: there is none, or a tag is not well formed.
        ServerBusyError: too many wait already.
        HTTPException: the request is no form with files.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"files are sent as {_FORM}, in parts named 'files'"
        )
    try:
        form = await _form(request, intake.limits.files)
        files = [value for value in form.getlist("files") if isinstance(value, UploadFile)]
        tags = [value for value in form.getlist("tags") if isinstance(value, str)]
        if len(files) + len(tags) < len(form.multi_items()):
            raise UsageError(
                f"the form has other parts than files and tags ({', '.join(sorted(form))}); send "
                "files in parts named 'files', each with its file name, and tags as 'tags'"
            )
        return await queue.done(partial(_take, intake, files, tags))
    finally:
        await request.close()


async def _form(request: Request, most_files: int) -> FormData:
    try:
        with temporary_space(WAIT):
            return await request.form(max_files=most_files, max_fields=_TAGS)
    except HTTPException as error:
        if "Too many files" not in error.detail:
            raise
        raise UploadError(
            f"the upload has over {most_files:,} files, and an upload may have {most_files:,}; "
            "upload them in several uploads"
        ) from error


def _take(intake: Intake, files: Sequence[UploadFile], tags: Sequence[str]) -> Summary:
    with upload_folder() as folder:
        uploads = []
        for number, file in enumerate(files):
            path = folder / str(number)
            with temporary_space(WAIT), path.open("wb") as stream:
                shutil.copyfileobj(file.file, stream)
            uploads.append(Upload(file.filename or "", path))
        return intake.take(uploads, tags)


def fates(summary: Summary, library: Library) -> list[dict[str, Any]]:
    """What became of each file, as JSON values."""
    found = []
    for event in summary.events:
        entry = None if event.outcome == "refused" else library.entry(event.source)
        found.append(
            {
                "source": event.source,
                "outcome": event.outcome,
                "id": entry.id if entry else None,
                "passages": event.passages,
                "reason": event.reason,
                "warnings": event.warnings,
                "same_as": event.same_as or None,
            }
        )
    return found
