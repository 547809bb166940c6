"""Every failure as problem details (RFC 9457): a status that fits, and a sentence for a person."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from pincite.corpus.errors import (
    AccessDeniedError,
    DiskFullError,
    DocumentNotFoundError,
    LibraryChangedError,
    LibraryDamagedError,
    LibraryEmptyError,
    LibraryError,
    LibraryLockedError,
    LibraryReadOnlyError,
    ModelError,
    NameTakenError,
    PageNotDrawnError,
    PinciteError,
    QuoteError,
    ServerBusyError,
    SourceError,
    TagNotFoundError,
    UploadError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("pincite.api")
_STATUS: tuple[tuple[type[PinciteError], HTTPStatus], ...] = (
    (AccessDeniedError, HTTPStatus.FORBIDDEN),
    (UploadError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SourceError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (DocumentNotFoundError, HTTPStatus.NOT_FOUND),
    (TagNotFoundError, HTTPStatus.NOT_FOUND),
    (PageNotDrawnError, HTTPStatus.NOT_FOUND),
    (NameTakenError, HTTPStatus.CONFLICT),
    (LibraryEmptyError, HTTPStatus.CONFLICT),
    (LibraryReadOnlyError, HTTPStatus.CONFLICT),
    (DiskFullError, HTTPStatus.INSUFFICIENT_STORAGE),
    (LibraryLockedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (LibraryChangedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServerBusyError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_OURS = "internal error; the server's log has the details"
# Of the server's own trouble a caller is told the kind. Whose documents it is about, and where they
# lie, is for whoever reads the log.
_TROUBLES: tuple[tuple[type[PinciteError], str], ...] = (
    (LibraryDamagedError, "a part of this server's library is damaged"),
    (QuoteError, "a quote is not what its document says, so nothing is shown"),
    (LibraryError, "this server's library cannot be used now"),
    (ModelError, "a model of this server failed"),
    (PinciteError, "this server cannot do that now"),
)


def status_of(error: Exception) -> HTTPStatus:
    """The status that says whose fault an error is and whether trying again may help."""
    fitting = (status for kind, status in _STATUS if isinstance(error, kind))
    return next(fitting, HTTPStatus.INTERNAL_SERVER_ERROR)


def sentence_of(error: Exception) -> str:
    """What the caller may read of an error: all of it, unless it is the server's own trouble."""
    if status_of(error) is HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("a request failed", exc_info=error)
        for kind, said in _TROUBLES:
            if isinstance(error, kind):
                return f"{said}; the server's log says what it is and what to do"
        return _OURS
    return str(error)


def kind_of(error: Exception) -> str:
    """A name for the kind of error.

    >>> from pincite.corpus.errors import LibraryEmptyError
    >>> kind_of(LibraryEmptyError("…"))
    'library-empty'
    """
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def details(status: HTTPStatus, detail: str, kind: str = "about:blank") -> dict[str, Any]:
    """One problem as JSON values."""
    return {"type": kind, "title": status.phrase, "status": status.value, "detail": detail}


def details_of(error: Exception) -> dict[str, Any]:
    """The problem that an error is, as JSON values."""
    status = status_of(error)
    known = isinstance(error, PinciteError)
    kind = f"urn:pincite:problem:{kind_of(error)}" if known else "about:blank"
    return details(status, sentence_of(error), kind)


def problem(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The response for one problem."""
    return response(details(status, detail), headers)


def response(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The response with these problem details."""
    status = HTTPStatus(problem["status"])
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": "2", **(headers or {})}
    return JSONResponse(problem, status.value, headers, MEDIA_TYPE)


def report_problems(app: FastAPI) -> None:
    """Make the application answer every failure with problem details."""

    async def ours(request: Request, error: Exception) -> Response:
        return response(details_of(error))

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if _is_no_json(request):
            return problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is taken as application/json only"
            )
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, malformed_sentence(error))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(HTTPStatus(error.status_code), str(error.detail), error.headers)

    app.add_exception_handler(PinciteError, ours)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, ours)


def _is_no_json(request: Request) -> bool:
    """Whether there is a body, and it does not say that it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0"
    return has_body and not re.fullmatch(r"application/(?:[\w.-]+\+)?json", kind)


def _given(error: Mapping[str, Any]) -> str:
    """What stands where one of a few words was wanted."""
    return f", not {str(error['input'])[:40]!r}" if error["type"] == "literal_error" else ""


def malformed_sentence(error: RequestValidationError) -> str:
    """What is wrong with a request, one sentence for all of it."""
    found = (
        f"{'.'.join(str(part) for part in e['loc']) or 'the body'}: {e['msg']}{_given(e)}"
        for e in error.errors()
    )
    return f"the request is not well formed ({'; '.join(found)}); see /api/v1/openapi.json"
