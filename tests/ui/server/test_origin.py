"""Calls that pages of other servers make, told by what browsers say about them."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pincite.ui.server.origin import OriginMiddleware

FOLLOWED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def status(path: str, headers: dict[str, str], method: str = "GET") -> int:
    anything = Route("/{path:path}", lambda request: PlainTextResponse("in"), methods=[method])
    app = OriginMiddleware(Starlette(routes=[anything]), {"localhost"})
    answer = TestClient(app, base_url="http://localhost:7860").request(
        method, path, headers=headers
    )
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    return answer.status_code


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything-new"])
def test_another_site_may_only_lead_to_a_page(site: str) -> None:
    link = {"sec-fetch-site": site, **FOLLOWED}
    for path in ("/", "/ask", "/documents/abc", "/library"):
        assert status(path, link) == 200
        assert status(path, {"sec-fetch-site": site}) == 403
        assert status(path, {**link, "sec-fetch-dest": "iframe"}) == 403
        assert status(path, {**link, "sec-fetch-mode": "no-cors"}) == 403
        assert status(path, link, "POST") == 403
    for path in ("/api/v1/documents", "/metrics", "/gradio_api/info", "/v1/models", "/config"):
        assert status(path, link) == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_and_what_a_person_types_get_everything(site: str) -> None:
    assert status("/api/v1/documents", {"sec-fetch-site": site}) == 200


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:7860", 200),
        ("https://localhost:7860", 403),
        ("http://localhost:7861", 403),
        ("http://localhost", 403),
        ("http://127.0.0.1:7860", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
    ],
)
def test_an_origin_is_ours_with_its_scheme_name_and_port(origin: str, expected: int) -> None:
    assert status("/api/v1/ask", {"origin": origin}, "POST") == expected


def test_a_form_of_ours_which_sends_no_referrer_is_ours() -> None:
    assert status("/x", {"origin": "null", "sec-fetch-site": "same-origin"}, "POST") == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 200),
        ("LOCALHOST.:1", 200),
        ("127.0.0.1", 400),
        ("localhost.evil.example", 400),
        ("localhost:80.evil.example", 400),
        ("localhost@evil.example", 400),
        ("", 400),
    ],
)
def test_other_names_are_refused(host: str, expected: int) -> None:
    assert status("/", {"host": host}) == expected
