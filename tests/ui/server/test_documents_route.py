"""``/documents/ID``: a document in the browser, with what a link names marked in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import Event, Semaphore
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Document, Page, Section, Span
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.reading.quote import Quote
from pincite.ui.api.problems import problem
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.documents_route import documents_route
from pincite.ui.server.plain_pages import NotFoundPages
from pincite.ui.web.addresses import MOST_WORDS, PageAddresses, place_address, span_from
from pincite.ui.web.documents.page import document_body, parts
from tests.ui.conftest import HOSTILE_HEADING, HOSTILE_SENTENCE, HOSTILE_TITLE
from tests.ui.markup import HARMFUL, Drawn

GULLS = "𝒢ulls nest on cliffs.\nThey lay three eggs in May."
TEXT = f"== Sea ==\n{GULLS}\n\n== Land ==\nOwls hunt voles.\n"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as made:
        yield made


async def failed(request: Request, error: Exception) -> Response:
    return problem(HTTPStatus.NOT_FOUND, "There is no such thing.")


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    routes = [
        documents_route(library),
        Route("/", lambda request: PlainTextResponse("the chat")),
        Route("/sub/x", lambda request: PlainTextResponse("its part")),
        Mount("/api/v1", FastAPI(exception_handlers={HTTPException: failed})),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(PageAddresses, pages=lambda scope: ["/ask"])
    app.add_middleware(NotFoundPages)
    app.add_middleware(AuthMiddleware, credentials=None)
    with TestClient(app, headers=BROWSER) as made:
        yield made


def take_in(library: Library, folder: Path, text: str = TEXT, name: str = "birds.txt") -> Entry:
    file = folder / name
    file.write_text(text, "utf-8")
    ingest_sources([Source(file, title="Birds")], library, HashingEmbedder())
    return library.find(str(file))


def quote_of(document: Document, words: str) -> Quote:
    start = document.text.index(words)
    section = document.section_at(start).path
    return Quote(document.id, "Birds", section, None, start, start + len(words), words, (), 0.5)


def marked(page: str) -> str:
    """The marked words of a page, as a person reads them."""
    return html.unescape(" ".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)))


def test_a_link_to_a_quote_shows_it_marked_in_its_document(
    library: Library, client: TestClient, tmp_path: Path
) -> None:
    document = library.document(take_in(library, tmp_path).id)
    quote = quote_of(document, GULLS)
    address = place_address(quote)
    page = client.get(address)
    assert page.status_code == 200
    assert marked(page.text) == GULLS
    # The browser goes by itself to what is after the #.
    assert f'<mark id="{urlsplit(address).fragment}">' in page.text
    shown = Drawn(page.text).text
    assert "Birds › Sea" in shown
    assert "birds.txt" in shown
    assert str(tmp_path) not in page.text
    assert "Owls hunt voles." in shown


def test_a_document_is_shown_without_a_span_and_by_its_first_digits(
    library: Library, client: TestClient, tmp_path: Path
) -> None:
    id = take_in(library, tmp_path).id
    page = client.get(f"/documents/{id[:12]}")
    assert page.status_code == 200
    assert "Owls hunt voles." in page.text
    assert "<mark" not in page.text


@pytest.mark.parametrize(
    "span", ["", "x", "5", "5-5", "9-3", "-1-4", "1-99999999", "1-2-3", "1--2", "١-٢", "<b>-1"]
)
def test_a_span_that_is_none_is_a_page_of_ours_with_a_way_back(
    library: Library, client: TestClient, tmp_path: Path, span: str
) -> None:
    id = take_in(library, tmp_path).id
    page = client.get(f"/documents/{id}", params={"span": span})
    assert page.status_code == 404
    assert "end the link with two numbers like #120-180" in Drawn(page.text).text
    assert '<a href="/ask">Ask the documents</a>' in page.text
    assert "<b>" not in page.text


def test_a_link_to_a_changed_document_says_so_and_leads_to_where_the_words_stand_now(
    library: Library, client: TestClient, tmp_path: Path
) -> None:
    document = library.document(take_in(library, tmp_path).id)
    address = place_address(quote_of(document, GULLS))
    changed = take_in(library, tmp_path, f"A new beginning.\n\n{TEXT}")
    page = client.get(address)
    assert page.status_code == 404
    assert "This document has changed or is gone" in page.text
    start = library.document(changed.id).text.index(GULLS)
    where = f"{start}-{start + len(GULLS)}"
    assert f'href="/documents/{changed.id}?span={where}#{where}"' in page.text
    [link] = re.findall(r'href="(/documents/[^"]*)"', page.text)
    assert marked(client.get(link).text) == GULLS


def test_a_link_to_a_removed_document_leads_to_another_with_the_same_words(
    library: Library, client: TestClient, tmp_path: Path
) -> None:
    first = take_in(library, tmp_path)
    other = take_in(library, tmp_path, name="copy.txt")
    address = place_address(quote_of(library.document(first.id), GULLS))
    library.remove([first.id])
    assert f"/documents/{other.id}?span=" in client.get(address).text
    library.remove([other.id])
    page = client.get(address)
    assert page.status_code == 404
    assert "The same words stand nowhere in the library now." in page.text


def test_an_unknown_document_is_a_page_of_ours_that_names_no_folder(
    library: Library, client: TestClient
) -> None:
    page = client.get("/documents/0123456789ab?text=%20#1-2")
    assert page.status_code == 404
    assert "The library has no such document." in page.text
    assert '<a href="/ask">Ask the documents</a>' in page.text
    assert str(library.folder) not in page.text


@pytest.mark.parametrize("id", ["nothing", "0" * 63, "0" * 65, "g" * 64, "A" * 64, "0" * 12])
def test_only_the_link_of_a_quote_makes_the_texts_be_searched(
    library: Library, client: TestClient, tmp_path: Path, id: str
) -> None:
    take_in(library, tmp_path)
    asked = {"text": GULLS}
    assert "?span=" not in client.get(f"/documents/{id}", params=asked).text
    assert "The library has no such document." in client.get(f"/documents/{id}", params=asked).text
    assert "?span=" in client.get(f"/documents/{'0' * 64}", params=asked).text


def test_at_most_two_links_make_the_texts_be_searched_at_once(
    library: Library, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = Semaphore(0), Event()

    def with_words(self: Library, words: str, most: int) -> list[str]:
        begun.release()
        assert may_end.wait(30)
        return []

    monkeypatch.setattr(Library, "with_words", with_words)
    address = f"/documents/{'0' * 64}?text=gulls"
    with ThreadPoolExecutor() as threads:
        try:
            searching = [threads.submit(client.get, address) for _ in range(2)]
            assert all(begun.acquire(timeout=30) for _ in searching)
            refused = client.get(address)
            assert refused.status_code == 503
            assert "Others are looking for words" in Drawn(refused.text).text
            assert '<a href="/ask">Ask the documents</a>' in refused.text
            assert client.get("/documents/nothing").status_code == 404
        finally:
            may_end.set()
        assert [one.result().status_code for one in searching] == [404, 404]
    assert client.get(address).status_code == 404


def test_a_start_that_two_ids_share_is_told_as_such(library: Library, client: TestClient) -> None:
    seen: dict[str, Document] = {}
    for number in range(100_000):
        one = Document(str(number), "Birds", TEXT, (Section(Span(0, len(TEXT))),))
        if (start := one.id[:6]) in seen:
            break
        seen[start] = one
    library.put([(one, ()), (seen[start], ())], {}, "none")
    page = client.get(f"/documents/{start}", params={"text": GULLS})
    assert page.status_code == 404
    assert f"{start}' matches 2 documents" in Drawn(page.text).text
    assert str(library.folder) not in page.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/documents", "/documents/", "/sub/y", "/documents/a/b"]
)
def test_each_404_is_our_page_for_a_browser_and_as_it_was_for_a_program(
    client: TestClient, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "There is no page at this address." in page.text
    assert '<a href="/ask">Ask the documents</a>' in page.text
    assert client.head(path).content == b""
    assert client.get(path, headers={"accept": "*/*"}).text == "Not Found"


def test_the_interface_for_programs_says_404_in_its_own_form_to_a_browser_too(
    client: TestClient,
) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is no such thing."


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/v2/ask", "/v1/models", "/mcp", "/mcp/x", "/gradio_api/file=x"),
        *("/static/x", "/assets/x.js", "/svelte/x", "/config/x", "/theme.css", "/manifest.json"),
    ],
)
def test_a_404_of_an_interface_or_of_the_page_itself_stays_as_it_was(
    client: TestClient, path: str
) -> None:
    assert client.get(path).text == "Not Found"


@pytest.mark.parametrize("path", ["/apiary", "/v1x", "/mcps", "/ask/v1", "/statics"])
def test_an_address_that_only_begins_like_an_interface_is_a_page(
    client: TestClient, path: str
) -> None:
    assert "There is no page at this address." in client.get(path).text


def test_what_is_there_is_left_as_it_is(client: TestClient) -> None:
    assert client.get("/sub/x").text == "its part"
    assert client.get("/ask?q=Why").text == "the chat"
    assert client.get("/library").status_code == 404  # this site has no such page


def test_a_hostile_document_stays_text(
    library: Library, client: TestClient, tmp_path: Path
) -> None:
    file = tmp_path / "<b>&.txt"
    file.write_text(f"== {HOSTILE_HEADING} ==\n{HOSTILE_SENTENCE}\n", "utf-8")
    ingest_sources([Source(file, HOSTILE_TITLE)], library, HashingEmbedder())
    document = library.document(library.find(str(file)).id)
    quote = quote_of(document, HOSTILE_SENTENCE)
    body = client.get(place_address(quote)).text.partition("<body>")[2]
    assert not {tag for tag, _ in Drawn(body).elements} & HARMFUL
    assert marked(body) == HOSTILE_SENTENCE
    whole = client.get(f"/documents/{document.id}?span=0-{len(document.text)}").text
    assert not {tag for tag, _ in Drawn(whole.partition("<body>")[2]).elements} & HARMFUL
    library.remove([document.id])
    gone = client.get(place_address(quote)).text.partition("<body>")[2]
    assert not {tag for tag, _ in Drawn(gone).elements} & HARMFUL


def test_a_table_is_shown_as_one_with_its_cells_marked() -> None:
    text = "| Nut | Share |\n|---|---|\n| Hazel | 93 % |\n"
    document = Document("a.md", "A", text, (Section(Span(0, len(text))),))
    start = text.index("| Hazel")
    body = document_body(document, Span(start, len(text) - 1))
    assert "<td" in body
    assert marked(body) == "Hazel 93 %"


def test_pages_and_headings_stand_where_they_begin() -> None:
    text = "Title\nOne.\nTwo."
    sections = (Section(Span(0, 15), ("Title",), body=6),)
    pages = (Page(Span(0, 11), 1), Page(Span(11, 15), 2))
    body = document_body(Document("a.pdf", "A", text, sections, pages), Span(11, 14))
    words = re.sub("(?:<[^>]+>)+", "|", body)
    assert words.endswith("|Go to the marked words|Page 1|Title|One.|Page 2|Two|.|")
    assert "page 2" in body


@pytest.mark.parametrize("line", ["x" * 79 + "\n", "x"])
def test_a_long_text_is_shown_in_parts_that_lead_to_each_other(line: str) -> None:
    text = line * (160_000 // len(line))
    document = Document("a.txt", "A", text, (Section(Span(0, len(text))),))
    middle = document_body(document, Span(80_000, 80_010))
    assert "Part 2 of 3" in middle
    assert f'href="/documents/{document.id}?part=1"' in middle
    assert f'href="/documents/{document.id}?part=3"' in middle
    assert '<mark id="80000-80010">' in middle
    assert "?part=0" not in document_body(document, None)
    assert "Part 3 of 3" in document_body(document, None, 99)


def test_the_last_words_of_a_long_text_are_marked_too() -> None:
    text = "x" * 160_000
    document = Document("a.txt", "A", text, (Section(Span(0, len(text))),))
    assert '<mark id="159999-160000">x</mark>' in document_body(document, Span(159_999, 160_000))
    assert "<article>" in document_body(replace(document, text="", text_sha256=""), None)


@given(st.text(alphabet="ab\n", max_size=300))
def test_the_parts_are_the_whole_text(text: str) -> None:
    long = text * 500
    found = parts(long)
    assert "".join(long[one.start : one.end] for one in found) == long
    assert all(len(one) <= 60_000 for one in found)


@given(st.text(max_size=400))
def test_the_address_of_any_quote_carries_its_first_words(text: str) -> None:
    quote = Quote("ab12", "T", (), None, 7, 8 + len(text), text, (), 0.5)
    address = urlsplit(place_address(quote))
    query = parse_qs(address.query, keep_blank_values=True)
    assert query["text"] == [text[:MOST_WORDS]]
    assert span_from(query["span"][0]) == span_from(address.fragment) == quote.span
    assert re.fullmatch(r"[\w/?=&%.~#-]+", place_address(quote), re.ASCII)
