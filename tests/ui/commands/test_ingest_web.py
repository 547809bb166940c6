"""``pincite ingest URL``: nothing from the network unless told, and then as from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Pincite
from tests.ingest.web.test_fetch import GULLS, Site, site
from tests.ui.commands.test_bad_input import assert_refused

__all__ = ["site"]
ALLOWED = "--allow-network"


def listed(pincite: Pincite) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(pincite("documents", "--json").stdout)
    return found


@pytest.fixture
def page(site: Site) -> str:
    """The address of a page on gulls."""
    return site.put("/birds/gulls", GULLS, Content_Type="text/html")


@pytest.mark.parametrize("url", ["https://example.org/a.pdf", "HTTP://example.org", "ftp://a/b"])
def test_without_leave_an_address_is_one_sentence_with_the_way_out(
    pincite: Pincite, tmp_path: Path, url: str
) -> None:
    run = pincite("ingest", url)
    assert_refused(
        run,
        2,
        f"{url} is on the web",
        "reads from the network only when you allow it",
        ALLOWED,
        "save the page",
    )
    assert not (tmp_path / ".pincite").exists()


def test_with_leave_the_page_is_taken_in_under_its_url_and_answers(
    pincite: Pincite, page: str
) -> None:
    run = pincite("ingest", ALLOWED, page)
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr.startswith(f"added: {page}, 1 passage\n1 added, ")
    (entry,) = listed(pincite)
    assert (entry["source"], entry["title"], entry["media_type"]) == (page, "Gulls", "text/html")
    assert "Gulls eat fish." in pincite("ask", "What do gulls eat?", "--document", "gulls").stdout


def test_a_page_is_unchanged_the_next_time_and_replaced_when_it_has_changed(
    pincite: Pincite, site: Site, page: str
) -> None:
    pincite("ingest", ALLOWED, page)
    assert "0 added, 0 replaced, 1 unchanged" in pincite("ingest", ALLOWED, page).stderr
    site.put("/birds/gulls", GULLS.replace("fish", "crabs"), Content_Type="text/html")
    assert f"replaced: {page}" in pincite("ingest", ALLOWED, page).stderr
    assert "crabs" in pincite("show", page).stdout


def test_files_and_pages_are_taken_in_together_and_one_that_fails_stops_none(
    pincite: Pincite, site: Site, page: str, notes: Path
) -> None:
    gone = f"{site.url}/gone"
    run = pincite("ingest", ALLOWED, "--sync", gone, notes, page)
    assert run.code == 1
    assert f"refused: there is no page at {gone} (404 Not Found); check the address" in run.stderr
    assert "1 added, 0 replaced, 1 unchanged, 1 refused" in run.stderr
    assert [entry["source"] for entry in listed(pincite)] == [str(notes), page]


def test_a_title_and_a_limit_are_those_of_files(pincite: Pincite, page: str, notes: Path) -> None:
    assert pincite("ingest", ALLOWED, "--title", "Birds", page).code == 0
    assert "Birds" in pincite("show", page).stdout
    assert_refused(pincite("ingest", ALLOWED, "--title", "B", page, notes), 2, "2 are named")
    assert_refused(pincite("ingest", ALLOWED, "--watch", page), 2, "is on the web")


def test_a_kind_that_no_reader_takes_is_refused_by_its_url(pincite: Pincite, site: Site) -> None:
    url = site.put("/a", b"\x7fELF\x02\x01\x01\0\0\0", Content_Type="application/octet-stream")
    run = pincite("ingest", ALLOWED, url)
    assert run.code == 1
    assert f"refused: {url} is a program" in run.stderr
