"""``/gradio_api/upload``: files that browsers send to the page Library, until it takes them in."""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pincite.corpus.errors import LibraryError
from pincite.ingest.files.read import MB
from pincite.ingest.temporary import temporary_space
from pincite.ingest.uploads import WAIT, Limits
from pincite.ui.api.uploads import most

_LOG = logging.getLogger("pincite.pages")
PATH = "/gradio_api/upload"
_SHARE = 4  # the uploads that may wait, each as large as an upload may be
_LEFT_S = 600  # until a file is deleted that nothing takes in
_READ_S = 86_400  # in which a file that was called for is read, and deleted by who reads it
_FORM, _FORM_BYTES = "multipart/form-data", 4096  # what stands around the one file in it


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    bytes: int
    until: float


class PageUploads:
    """The files that were sent to one server, and how much room is left for others.

    Args:
        folder: where they are put, each in a folder of its own.
        limits: what one upload may hold.
        clock: seconds.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._most = limits.file_bytes + _FORM_BYTES
        self._most_bytes, self._most_files = _SHARE * most(limits), _SHARE * limits.files
        self._clock = clock
        self._files: list[_File] = []
        self._coming: list[int] = []  # bytes of each file that is being sent

    def route(self) -> Route:
        """The route that takes a file, and gives a list with its path."""
        return Route(PATH, self._take, methods=["POST"])

    def delete(self, everything: bool = False) -> None:
        """Delete what was left here, or everything; called now and then."""
        now = self._clock()
        for file in [*self._files]:
            if everything or file.until < now:
                file.path.unlink(missing_ok=True)
                with suppress(OSError):
                    file.path.parent.rmdir()
        # Not by one assignment of what was there before: others may come meanwhile.
        for file in [file for file in self._files if not file.path.exists()]:
            self._files.remove(file)

    def keep(self, called_for: Any) -> None:
        """Let the files alone that a browser tells the page to take in.

        Args:
            called_for: as the browser says it, ``[{"name", "path"}, …]``; nothing is trusted.
        """
        items = called_for if isinstance(called_for, list) else []
        named = [one for one in items if isinstance(one, dict) and isinstance(one.get("name"), str)]
        paths = {one["path"] for one in named if isinstance(one.get("path"), str)}
        until = self._clock() + _READ_S
        self._files = [
            replace(file, until=until) if str(file.path) in paths else file for file in self._files
        ]

    async def _take(self, request: Request) -> Response:
        try:
            with self._room(request) as size, temporary_space(WAIT):
                return await self._taken(request, size)
        except LibraryError as error:
            _LOG.error("a file was not kept: %s", error)
            return PlainTextResponse(str(error), HTTPStatus.INSUFFICIENT_STORAGE)
        except HTTPException as why:
            return PlainTextResponse(why.detail, why.status_code)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.NO_CONTENT)  # goes nowhere

    async def _taken(self, request: Request, size: int) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _FORM:
            raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Files are sent as {_FORM}.")
        async with request.form(max_files=1, max_fields=0) as form:
            sent = form.get("files")
            if not isinstance(sent, UploadFile):
                raise HTTPException(HTTPStatus.BAD_REQUEST, "There is no file in it, as 'files'.")
            path = self._folder / secrets.token_hex(16) / secrets.token_hex(16)
            await run_sync(_copy, sent, path)
        self._files.append(_File(path, size, self._clock() + _LEFT_S))
        return JSONResponse([str(path)])

    @contextmanager
    def _room(self, request: Request) -> Iterator[int]:
        """Keep room for a file while it is sent.

        Raises:
            HTTPException: there is none, or it is not said for how much.
        """
        said = request.headers.get("content-length", "")
        if not said.isdecimal() or len(said) > 15:
            raise HTTPException(HTTPStatus.LENGTH_REQUIRED, "Say how long it is: Content-Length.")
        size = int(said)
        if size > self._most:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"It has more than the {self._most / MB:,g} MB that it may have.",
            )
        self.delete()
        there = [*(file.bytes for file in self._files), *self._coming]
        if sum(there) + size > self._most_bytes or len(there) >= self._most_files:
            raise HTTPException(
                HTTPStatus.INSUFFICIENT_STORAGE,
                "Too many files wait to be taken in; send it again in some minutes.",
            )
        self._coming.append(size)
        try:
            yield size
        finally:
            self._coming.remove(size)


def _copy(sent: UploadFile, path: Path) -> None:
    path.parent.mkdir(parents=True)
    try:
        with path.open("xb") as stream:
            shutil.copyfileobj(sent.file, stream)
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
