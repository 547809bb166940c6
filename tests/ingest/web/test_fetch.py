"""Pages fetched from a server on this machine: what comes, and each way in which nothing does."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pincite.corpus.errors import AddressRefusedError, FetchError
from pincite.ingest.web import address as addresses
from pincite.ingest.web.address import Address, is_public, machine
from pincite.ingest.web.fetch import Fetcher, Limits
from pincite.ingest.web.pages import fetch_all, suffix

GULLS = "<html><head><title>Gulls</title></head><body><p>Gulls eat fish.</p></body></html>"


class Site(ThreadingHTTPServer):
    """Answers by path with a status, headers and a body; notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.drip = 0.0  # seconds between bytes

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, body: str | bytes = b"", status: int = 200, **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = status, named, data
        return self.url + path


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for n in range(len(body)) if self.server.drip else ():
                self.wfile.write(body[n : n + 1])
                time.sleep(self.server.drip)
            if not self.server.drip:
                self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def refused(url: str, *words: str, limits: Limits | None = None) -> FetchError:
    """The error that fetching ends in, which has these words and is one line."""
    with pytest.raises(FetchError) as caught:
        Fetcher(limits).fetch(url)
    said = str(caught.value)
    assert [word for word in words if word not in said] == []
    assert "\n" not in said
    return caught.value


def test_a_page_comes_with_its_type_and_character_set(site: Site) -> None:
    url = site.put("/a?q=1", GULLS, Content_Type="Text/HTML; charset=UTF-8")
    page = Fetcher().fetch(f"{url}#part")
    assert (page.data.decode(), page.media_type, page.charset) == (GULLS, "text/html", "utf-8")
    assert site.asked == ["/robots.txt", "/a?q=1"]


def test_redirects_are_followed_up_to_five_times(site: Site) -> None:
    for n in range(7):
        site.put(f"/{n}", status=302, Location=f"/{n + 1}")
    site.put("/7", GULLS)
    assert Fetcher().fetch(f"{site.url}/2").data.decode() == GULLS
    refused(f"{site.url}/1", "redirects more than 5 times")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "http: and https: only"),
        ("ftp://127.0.0.1/a", "http: and https: only"),
        ("http://localhost:1/", "inside a private network"),
        ("http://127.0.0.1:1/", "inside a private network"),
        ("http://10.0.0.1/", "10.0.0.1, inside a private network"),
        ("http://[::ffff:127.0.0.1]/", "inside a private network"),
        ("http://user:secret@example.org/", "a name or a password"),
    ],
)
def test_a_redirect_is_checked_as_an_address_of_its_own(
    site: Site, location: str, words: str
) -> None:
    error = refused(site.put("/a", status=301, Location=location), words)
    assert isinstance(error, AddressRefusedError)
    assert "secret" not in str(error)


def test_a_name_that_leads_into_a_private_network_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "look_up", lambda host, port: ["93.184.216.34", "10.1.2.3"])
    named = Address.of("http://intranet.example/")
    with pytest.raises(AddressRefusedError, match=r"intranet\.example is 10\.1\.2\.3"):
        machine(named, named)
    monkeypatch.setattr(addresses, "look_up", lambda host, port: ["93.184.216.34"])
    assert machine(named, named) == "93.184.216.34"


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
        *("::1", "fc00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        "nonsense",
    ],
)
def test_what_is_no_machine_of_the_open_internet_is_not_public(ip: str) -> None:
    assert not is_public(ip)


def test_robots_txt_is_kept_and_read_once(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\n")
    open_, closed = site.put("/open", GULLS), site.put("/private/a", GULLS)
    leads = site.put("/leads", status=302, Location="/private/a")
    fetcher = Fetcher()
    fetcher.fetch(open_)
    for url in (closed, leads):
        with pytest.raises(AddressRefusedError, match=r"the robots\.txt of 127\.0\.0\.1 asks"):
            fetcher.fetch(url)
    assert site.asked == ["/robots.txt", "/open", "/leads"]


def test_while_robots_txt_cannot_be_had_nothing_is_fetched(site: Site) -> None:
    site.put("/robots.txt", status=503)
    refused(site.put("/a", GULLS), "robots.txt is busy or failing (503 Service Unavailable)")
    assert "/a" not in site.asked


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "there is no page at"),
        (410, "check the address"),
        (403, "save the page in your browser and ingest the file"),
        (429, "try again later"),
        (500, "busy or failing (500 Internal Server Error)"),
        (204, "answered 204 No Content instead of the page"),
        (799, "(799)"),
    ],
)
def test_a_status_without_a_page_is_a_sentence(site: Site, status: int, words: str) -> None:
    refused(site.put("/a", status=status), words)


@pytest.mark.parametrize("headers", [{}, {"Content_Encoding": "gzip"}])
def test_a_page_over_the_limit_is_refused(site: Site, headers: dict[str, str]) -> None:
    body = gzip.compress(b"x" * 5000) if headers else b"x" * 5000
    url = site.put("/a", body, **headers)
    refused(url, "more than 0.002 MB", "--largest", limits=Limits(size=2000))
    assert Fetcher(Limits(size=5000)).fetch(url).data == b"x" * 5000


def test_a_page_that_comes_byte_by_byte_is_given_up(site: Site) -> None:
    url = site.put("/a", b"x" * 1000)
    site.drip = 0.05
    started = time.monotonic()
    refused(url, "took too long to come", limits=Limits(seconds=0.5))
    assert time.monotonic() - started < 30


def test_a_page_that_is_cut_off_is_refused(site: Site) -> None:
    refused(site.put("/a", b"short", Content_Length="100"), "cannot be fetched")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://127.0.0.1/a", "http: and https: only"),
        ("http:///a", "names no host"),
        ("http://127.0.0.1:port/", "is not well formed"),
        ("http://127.0.0.1/a b", "a character that no address has"),
        ("http://127.0.0.1/\n", "a character that no address has"),
        ("http://[::1/", "is not well formed"),
        ("http://127.0.0.1:1/", "cannot be fetched"),
        (f"http://{'a' * 70}.org/", "is not well formed"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_sentence(url: str, words: str) -> None:
    refused(url, words)


def test_the_type_of_a_page_decides_its_reader_and_then_its_name() -> None:
    assert suffix("application/pdf", "https://e.org/a.html") == ".pdf"
    assert suffix("text/html", "https://e.org") in (".html", ".htm")
    assert suffix("text/plain", "https://e.org/a.md?x=1") == ".md"
    assert suffix("text/plain", "https://e.org") == ".txt"
    assert suffix("application/x-unknown", "https://e.org/a") == ""


def test_pages_lie_under_their_urls_in_utf8_and_one_that_fails_stops_no_other(
    site: Site, tmp_path: Path
) -> None:
    good = site.put("/a", "Möwen".encode("latin-1"), Content_Type="text/plain; charset=latin-1")
    bad = f"{site.url}/gone"
    fetched = fetch_all([bad, good, f"{good}#x", good], tmp_path, Fetcher())
    (source,) = fetched.sources
    assert (source.name, source.suffix) == (good, ".txt")
    assert source.path.read_text("utf-8-sig") == "Möwen"
    (event,) = fetched.refused
    assert (event.source, event.outcome) == (bad, "refused")
    assert urlsplit(good).path == "/a"
