"""Pages of other servers that are open in the same browser, and what they learn of this one."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from tests.ui.browsing import PATIENCE_MS, needs_chromium

pytestmark = needs_chromium

# What a page can see of an address that it may not read: whether it loads, as each kind of thing.
_SEEN = """async (address) => {
  const element = (name, attribute) => new Promise((resolve) => {
    const made = document.createElement(name);
    made.onload = () => resolve("load");
    made.onerror = () => resolve("error");
    if (name === "link") made.rel = "stylesheet";
    made[attribute] = address;
    document.body.append(made);
    setTimeout(() => resolve("nothing"), 3000);
  });
  const got = (mode) => fetch(address, { mode }).then(
    (answer) => `${answer.type} ${answer.status}`, () => "error");
  return Promise.all([
    element("img", "src"), element("script", "src"), element("link", "href"),
    element("video", "src"), element("object", "data"), element("embed", "src"),
    got("no-cors"), got("cors"),
  ]);
}"""
_OPENED = """async (address) => {
  const opened = window.open(address);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  let length = "closed to us";
  try { length = String(opened.length); } catch {}
  return [opened.closed, length];
}"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of another server, with an empty page."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title><body></body>")
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


# Another site, and another port of the same one, which browsers call the same site.
@pytest.fixture(params=["localhost", "127.0.0.1"])
def neighbour(browser: Browser, elsewhere: int, request: pytest.FixtureRequest) -> Iterator[Page]:
    profile = browser.new_context()
    page = profile.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://{request.param}:{elsewhere}/")
    yield page
    profile.close()


@pytest.fixture(scope="module")
def document(address: str) -> str:
    """The id of a document that is there."""
    with urlopen(f"{address}api/v1/documents") as answer:
        return str(json.load(answer)["documents"][0]["id"])


@pytest.mark.parametrize(
    "path", ["documents/{}", "api/v1/documents/{}", "api/v1/documents/{}/pages/1", "api/v1/search"]
)
def test_a_neighbour_cannot_tell_which_documents_there_are(
    neighbour: Page, address: str, document: str, path: str
) -> None:
    there, missing = (
        neighbour.evaluate(_SEEN, address + path.format(id)) for id in (document, "0" * 64)
    )
    assert there == missing
    assert set(there) <= {"error", "nothing", "load"}
    assert there[0] == there[1] == there[6] == there[7] == "error"


@pytest.mark.parametrize("path", ["", "favicon.ico", "api/v1/health", "theme.css", "metrics"])
def test_a_neighbour_can_load_nothing(neighbour: Page, address: str, path: str) -> None:
    image, script, sheet, *_, opaque, read = neighbour.evaluate(_SEEN, address + path)
    assert [image, script, sheet, opaque, read] == ["error"] * 5


def test_a_window_that_a_neighbour_opens_tells_it_nothing(
    neighbour: Page, address: str, document: str
) -> None:
    there, missing = (
        neighbour.evaluate(_OPENED, f"{address}documents/{id}") for id in (document, "0" * 64)
    )
    assert there == missing == [True, "0"]


def test_a_link_on_another_site_leads_to_a_document(
    neighbour: Page, address: str, document: str
) -> None:
    neighbour.evaluate(
        """(address) => {
          const link = document.createElement("a");
          link.href = address;
          link.id = "link";
          link.textContent = "There";
          document.body.append(link);
        }""",
        f"{address}documents/{document}",
    )
    neighbour.click("#link")
    neighbour.wait_for_url(f"{address}documents/{document}")
    assert neighbour.title().endswith("Pincite")


def test_a_link_leads_to_no_interface_for_programs(neighbour: Page, address: str) -> None:
    answer = neighbour.goto(f"{address}favicon.ico")  # typed, which is no neighbour's doing
    assert answer is not None
    assert answer.status == 200
    neighbour.go_back()
    neighbour.evaluate("(address) => { location = address; }", f"{address}api/v1/documents")
    neighbour.wait_for_url(f"{address}api/v1/documents")
    assert "takes no calls from other sites" in neighbour.content()
