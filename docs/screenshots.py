"""Make the pictures in docs/images from the running chat: `make screenshots`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.settings import load_settings
from pincite.ui.web.ask.examples import ARTICLE

IMAGES = Path(__file__).parent / "images"
PORT = 7869
ADDRESS = f"http://127.0.0.1:{PORT}/"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WIDTHS = {"narrow": (360, 740), "middle": (768, 1024), "chat": (1440, 900)}


def main() -> None:
    """Serve a library of the bundled article, ask in Chromium, and take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    pincite = Path(sys.executable).parent / "pincite"
    folder = tempfile.TemporaryDirectory()
    with Library.open(folder.name, create=True) as library:
        article = Source(ARTICLE, "AI safety", called=ARTICLE.name)
        ingest_sources([article], library, open_embedder(load_settings()))
    server = subprocess.Popen([pincite, "--library", folder.name, "serve", "--port", str(PORT)])
    try:
        _wait()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            for name, (width, height) in WIDTHS.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(ADDRESS)
                _ask(page, "Who coined the phrase AI safety engineering?")
                page.screenshot(path=IMAGES / f"{name}.png")
                page.close()
            library = browser.new_page(viewport={"width": 1440, "height": 900})
            library.goto(ADDRESS)
            library.get_by_role("tab", name="Library").click()
            expect(library.locator("#library").get_by_text("AI safety").first).to_be_visible()
            library.wait_for_timeout(800)
            library.screenshot(path=IMAGES / "library.png")
            dark = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
            dark.goto(ADDRESS)
            _ask(dark, "Who won the world cup in 2018?")
            dark.screenshot(path=IMAGES / "not-found-dark.png")
            browser.close()
    finally:
        server.terminate()
        server.wait(10)
        folder.cleanup()


def _ask(page: Page, question: str) -> None:
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_label("Question", exact=True).press("Enter")
    expect(page.locator("#turn-1 .reply")).to_contain_text("AI safety", timeout=20_000)
    page.wait_for_timeout(800)


def _wait() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(ADDRESS, timeout=1).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"the chat did not come up on {ADDRESS} within 60 s")


if __name__ == "__main__":
    main()
