"""What is answered to a call that does not get as far as what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from pincite.ui.api import app as programs
from pincite.ui.api import chat_completions
from pincite.ui.api.problems import problem


def refusal(
    scope: Scope, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The refusal in the form that the caller's interface has for failures."""
    path = scope["path"]
    if path.startswith(f"{programs.PREFIX}/"):
        return problem(status, sentence, headers)
    if path.startswith(f"{chat_completions.PREFIX}/"):
        return chat_completions.refusal(status, sentence, headers=headers)
    return PlainTextResponse(sentence, status.value, headers)
