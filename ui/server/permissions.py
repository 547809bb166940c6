"""Which role each call needs, whatever answers it.

What is not named here and may change something needs the role admin, so that a new call is open
to nobody else until somebody says so. What one may see of what a call gives is a matter of
collections, and is decided where it is answered.
"""

from __future__ import annotations

import re

from starlette.types import Scope

from pincite.ui.access import Role

_GRADIO = "/gradio_api"
# The calls of a page. What they do is decided by the page that a role has.
_OF_PAGES = "|".join(
    (
        *("run/[^/]+", "api/[^/]+", "call/[^/]+", "call/v2/[^/]+", "queue/(join|data)"),
        *("cancel", "reset", "component_server"),
    )
)
# By method and path; the first that fits holds.
_RULES: tuple[tuple[str, str, Role], ...] = (
    (".*", "/metrics", "admin"),
    (".*", rf"/monitoring(/.*)?|{_GRADIO}/(runs|vibe-code|dev/.*)", "admin"),  # shut off anyway
    (".*", rf"{_GRADIO}/upload", "write"),
    ("POST", "/api/v1/(ask|search)", "read"),
    ("POST", "/api/v1/documents", "write"),
    ("DELETE", "/api/v1/documents/.*", "write"),
    ("POST", "/v1/chat/completions", "read"),
    ("POST|DELETE", "/mcp", "read"),
    ("PUT|DELETE", "/conversations(/[^/]*)?", "read"),  # one's own
    ("POST", "/feedback", "read"),
    ("POST", rf"{_GRADIO}/({_OF_PAGES})", "read"),
    ("GET|HEAD|OPTIONS", ".*", "read"),
    (".*", ".*", "admin"),
)


def needed_role(scope: Scope) -> Role:
    """The role without which a request is refused.

    >>> needed_role({"type": "http", "method": "DELETE", "path": "/api/v1/documents/012345"})
    'write'
    """
    if scope["type"] != "http":
        return "admin"
    # As the router sees it, which leads from a path with a slash at its end to the one without.
    path = scope["path"].rstrip("/") or "/"
    return next(
        role
        for method, pattern, role in _RULES
        if re.fullmatch(method, scope["method"]) and re.fullmatch(pattern, path, re.DOTALL)
    )
