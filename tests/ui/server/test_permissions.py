"""Which role each call needs: every route of the site, and every event of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.ingest.uploads import Intake, Limits
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.access import ROLES, Role
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.permissions import needed_role
from pincite.ui.server.site import site
from pincite.ui.web.app import build
from pincite.ui.web.evaluate.protocol import load_evaluations
from pincite.ui.web.mount import PagesByRole
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.visitors import account

# Every route that there is, by the role that it needs. A new one has to be written down here.
ROUTES: dict[Role, str] = {
    "read": """
        GET /api/v1/ GET /api/v1/openapi.json GET /api/v1/health
        POST /api/v1/ask POST /api/v1/search
        GET /api/v1/documents GET /api/v1/documents/{id} GET /api/v1/documents/{id}/guide
        GET /api/v1/documents/{id}/pages/{number} GET /api/v1/documents/{id}/boxes
        GET /v1/models POST /v1/chat/completions
        GET /mcp POST /mcp DELETE /mcp
        GET /documents/{id}
        GET /conversations DELETE /conversations
        GET /conversations/{id} PUT /conversations/{id} DELETE /conversations/{id}
        POST /feedback
        GET / GET /config GET /config/ GET /openapi.json GET /theme.css GET /robots.txt
        GET /favicon.ico GET /manifest.json GET /pwa_icon GET /pwa_icon/{size} GET /logout
        GET /static/{path:path} GET /assets/{path:path} GET /svelte/{path:path}
        POST /gradio_api/run/{api_name} POST /gradio_api/run/{api_name}/
        POST /gradio_api/api/{api_name} POST /gradio_api/api/{api_name}/
        POST /gradio_api/call/{api_name} POST /gradio_api/call/{api_name}/
        POST /gradio_api/call/v2/{api_name} POST /gradio_api/call/v2/{api_name}/
        GET /gradio_api/call/{api_name}/{event_id}
        POST /gradio_api/queue/join GET /gradio_api/queue/data GET /gradio_api/queue/status
        POST /gradio_api/cancel POST /gradio_api/reset POST /gradio_api/reset/
        POST /gradio_api/component_server POST /gradio_api/component_server/
        GET /gradio_api/call/v2/{api_name}/{event_id} GET /gradio_api/heartbeat/{session_hash}
        GET /gradio_api/app_id GET /gradio_api/app_id/ GET /gradio_api/deep_link
        GET /gradio_api/custom_component/{id}/{environment}/{type}/{file_name}
        GET /gradio_api/file/{path:path} GET /gradio_api/file={path_or_url:path}
        GET /gradio_api/info GET /gradio_api/info/ GET /gradio_api/openapi.json
        GET /gradio_api/login_check GET /gradio_api/login_check/ GET /gradio_api/theme.css
        GET /gradio_api/proxy={url_path:path} GET /gradio_api/startup-events
        GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file
        GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8
        GET /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}
        GET /gradio_api/token GET /gradio_api/token/ GET /gradio_api/user GET /gradio_api/user/
        GET /gradio_api/upload_progress
    """,
    "write": """
        POST /api/v1/documents DELETE /api/v1/documents/{id}
        POST /gradio_api/upload
    """,
    "admin": """
        GET /metrics
        POST /login POST /login/
        GET /monitoring GET /monitoring/summary GET /monitoring/{key}
        GET /gradio_api/runs GET /gradio_api/runs/ GET /gradio_api/dev/reload
        GET /gradio_api/vibe-code GET /gradio_api/vibe-code/
        POST /gradio_api/vibe-code POST /gradio_api/vibe-code/
        POST /gradio_api/vibe-edit POST /gradio_api/vibe-edit/
        POST /gradio_api/undo-vibe-edit POST /gradio_api/undo-vibe-edit/
        POST /gradio_api/vibe-starter-queries POST /gradio_api/vibe-starter-queries/
        POST /gradio_api/process_recording
        POST /gradio_api/stream/{event_id} POST /gradio_api/stream/{event_id}/close
    """,
}
# Every event of the pages, and every function that a component calls, by the least role whose
# pages have it.
EVENTS: dict[Role, set[str]] = {
    "read": {
        *("build.ask", "ask_page.chat", "ask_page.fresh", "ask_page.redraw"),
        *("library_page.act", "library_page.look", "library_page.look_again"),
        "library_page.look_for_questions",
    },
    "write": {"library_page.take", "library_page.<lambda>", "library_page.where_to"},
    "admin": {"evaluate_page.act", "evaluate_page.look", "evaluate_page.saved"},
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Library.open(tmp_path_factory.mktemp("roles") / "library", create=True) as library:
        fill(library, *small_documents())
        yield Engine(library, HashingEmbedder(), hashing_settings())


def routes_below(routes: Iterable[object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The methods and paths of routes and of all that is mounted below them."""
    for route in routes:
        app = getattr(route, "app", None)
        path = prefix + getattr(route, "path", "").rstrip("/" if app is not None else "")
        if isinstance(app, PagesByRole):
            for pages in app.pages.values():
                yield from routes_below(pages.routes, prefix)
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes_below(included.routes, prefix)
        elif not getattr(route, "methods", None) and getattr(route, "routes", None):
            assert isinstance(route, BaseRoute)
            yield from routes_below(getattr(route, "routes", ()), path)
        else:
            for method in getattr(route, "methods", None) or ("GET", "POST", "DELETE"):
                yield method, prefix + getattr(route, "path", "")


def test_every_route_is_known_with_the_role_that_it_needs(engine: Engine) -> None:
    people = {"ada": account("ada")}
    options = ServerOptions(keep_conversations=True)
    app = site(engine, credentials=Credentials(people), options=options)
    there = set(routes_below(app.routes))
    known = {
        (method, path): role
        for role, text in ROUTES.items()
        for method, path in zip(*[iter(text.split())] * 2, strict=True)
    }
    there = {("GET" if method == "HEAD" else method, path) for method, path in there}
    assert len(there) > 50
    assert there - known.keys() == set(), "routes without a role; say which each needs"
    for (method, path), role in known.items():
        real = re.sub(r"\{[^}]*\}", "0123456", path)
        assert needed_role({"type": "http", "method": method, "path": real}) == role, path


@pytest.fixture(scope="module")
def doors() -> TestClient:
    """Something that answers everybody who is let through to it."""

    async def inside(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        await PlainTextResponse("inside")(scope, receive, send)  # type: ignore[arg-type]

    people = {role: account(role, role, token=f"the token of {role}") for role in ROLES}
    return TestClient(AuthMiddleware(inside, Credentials(people)))


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_route_lets_in_those_whose_role_is_enough(doors: TestClient, role: Role | None) -> None:
    headers = {"authorization": f"Bearer the token of {role}"} if role else {}
    for needed, text in ROUTES.items():
        for method, path in zip(*[iter(text.split())] * 2, strict=True):
            given = doors.request(method, path.replace("{", "").replace("}", ""), headers=headers)
            if role is None:
                assert given.status_code == 401, path
            elif ROLES.index(role) < ROLES.index(needed):
                assert given.status_code == 403, path
                assert f"ask whoever runs this server for the role {needed}" in given.text
            else:
                assert given.text == "inside", path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", "/new"), ("PUT", "/api/v1/ask"), ("PATCH", "/api/v1/documents/012345")),
        *(("POST", "/conversations"), ("PUT", "/feedback"), ("PUT", "/conversations/a/b")),
        *(("POST", "/metrics"), ("GET", "/metrics/"), ("HEAD", "/metrics"), ("DELETE", "/\n")),
        *(("POST", "/gradio_api/new"), ("POST", "/gradio_api/run/a/b"), ("BREW", "/")),
    ],
)
def test_what_nobody_has_thought_of_is_for_admins(method: str, path: str) -> None:
    assert needed_role({"type": "http", "method": method, "path": path}) == "admin"
    assert needed_role({"type": "websocket", "path": path}) == "admin"


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_have_its_events_and_no_others(engine: Engine, role: Role) -> None:
    evaluations = load_evaluations(engine.settings, engine.embedder, ())
    pages = build(engine, Intake(engine, Limits()), evaluations, role=role)
    functions = [one.fn for one in pages.fns.values() if one.fn is not None]
    for block in pages.blocks.values():
        functions += [
            value for value in vars(block).values() if getattr(value, "_is_server_fn", False)
        ]
    named = {
        ".".join(re.sub(r"<locals>\.", "", function.__qualname__).split(".")[-2:])
        for function in functions
    }
    expected = set().union(*(EVENTS[known] for known in ROLES[: ROLES.index(role) + 1]))
    assert named == expected
