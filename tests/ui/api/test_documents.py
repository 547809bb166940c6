"""Documents added, shown and removed by a program, and what it is told when that cannot be."""

from __future__ import annotations

import errno
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from httpx import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pincite.corpus.errors import PageNotDrawnError
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.ingest.files.originals import Originals
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.processes.page_images import Drawings
from pincite.ingest.uploads import Intake, Limits
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.api.app import PREFIX, api
from pincite.ui.api.chat_completions import chat_completions
from pincite.ui.api.queue import Queue
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.site import site
from tests.conftest import locked
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf
from tests.retrieval.conftest import make_document

URL = "/api/v1/documents"
GULLS = ("gulls.txt", b"The herring gull eats fish and mussels.\n")
OWLS = ("owls.txt", b"The barn owl hunts mice at night.\n")
PICTURE = ("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(50))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        yield Engine(library, HashingEmbedder())


@pytest.fixture
def client(engine: Engine) -> TestClient:
    return limited(engine)


def limited(engine: Engine, **limits: int) -> TestClient:
    return faces(engine, Drawings(engine.library), Intake(engine, Limits(**limits)))


def faces(engine: Engine, drawings: Drawings, intake: Intake) -> TestClient:
    """The interfaces for programs alone, as the chat beside them takes a while to build."""
    app, queue = Starlette(), Queue()
    app.mount(PREFIX, api(engine, queue, drawings, intake))
    app.mount("/v1", chat_completions(engine, queue))
    return TestClient(AuthMiddleware(app, None), raise_server_exceptions=False)


def send(client: TestClient, *files: tuple[str, bytes], **fields: Any) -> Response:
    return client.post(URL, files=[("files", file) for file in files], data=fields)


def problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert "Traceback" not in answer.text
    return found


def test_files_are_added_with_tags_and_can_be_asked_at_once(client: TestClient) -> None:
    answer = send(client, GULLS, OWLS, tags=["birds", "short"])
    assert answer.status_code == 201
    fates = answer.json()["documents"]
    assert [(f["source"], f["outcome"], f["reason"], f["warnings"]) for f in fates] == [
        ("gulls.txt", "added", "", []),
        ("owls.txt", "added", "", []),
    ]
    asked = {"question": "What does the herring gull eat?", "tags": ["birds"]}
    quote = client.post("/api/v1/ask", json=asked).json()["quotes"][0]
    assert quote["document"] == fates[0]["id"]
    shown = client.get(f"{URL}/{fates[0]['id']}").json()
    assert shown["text"].encode() == GULLS[1]
    assert (shown["tags"], shown["original_kept"]) == (["birds", "short"], False)


def test_each_file_has_its_own_fate_and_the_status_says_what_came_of_all(
    client: TestClient,
) -> None:
    mixed = send(client, GULLS, PICTURE)
    assert mixed.status_code == 201
    fates = {fate["source"]: fate for fate in mixed.json()["documents"]}
    refused = fates["cat.png"]
    assert fates["gulls.txt"]["outcome"] == "added"
    assert (refused["outcome"], refused["id"]) == ("refused", None)
    assert "is a picture that cannot be opened" in refused["reason"]

    again = send(client, GULLS)
    assert (again.status_code, again.json()["documents"][0]["outcome"]) == (200, "unchanged")

    nothing = problem(send(client, PICTURE), 422)
    assert "cat.png is a picture" in nothing["detail"]
    assert nothing["documents"][0]["outcome"] == "refused"


def test_a_zipped_folder_is_taken_file_by_file(client: TestClient) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        folder.writestr("birds/gulls.txt", GULLS[1])
        folder.writestr("birds/.hidden", b"x")
    answer = send(client, ("birds.zip", out.getvalue()))
    assert answer.json()["passed_over"] == {"hidden files": 1}
    assert [f["source"] for f in answer.json()["documents"]] == ["birds/gulls.txt"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"files": 1}, "over 1 files, and an upload may have 1"),
        ({"file_bytes": 36}, "gulls.txt has 0.0 MB, and a file may have"),
        ({"upload_bytes": 50}, "the upload has 0.0 MB, and an upload may have"),
    ],
)
def test_an_upload_over_a_limit_is_refused_and_changes_nothing(
    engine: Engine, limits: dict[str, int], said: str
) -> None:
    client = limited(engine, **limits)
    assert said in problem(send(client, GULLS, OWLS), 413)["detail"]
    assert engine.library.entries() == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_while_it_comes(engine: Engine, declared: bool) -> None:
    client = limited(engine, upload_bytes=1000)
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(30):
            sent += 1
            yield b"x" * 100_000
        yield b"\r\n--x--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=x"}
    content = b"".join(body()) if declared else body()
    answer = client.post(URL, content=content, headers=headers)
    assert "larger than 1.001 MB" in problem(answer, 413)["detail"]
    assert engine.library.entries() == []


def test_a_question_that_fills_the_memory_is_refused(client: TestClient) -> None:
    long = client.post("/api/v1/ask", json={"question": "why " * 300_000})
    assert "larger than 1 MB" in problem(long, 413)["detail"]
    chat = {"messages": [{"role": "user", "content": "why " * 300_000}]}
    refused = client.post("/v1/chat/completions", json=chat)
    assert refused.status_code == 413
    assert "larger than 1 MB" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"json": {"files": []}}, 415, "multipart/form-data"),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "multipart"),
        ({}, 415, "multipart/form-data"),
        ({"files": {"tags": (None, "a")}}, 422, "no file in the upload"),
        ({"files": {"documents": GULLS}}, 422, "other parts than files and tags (documents)"),
        ({"files": {"files": (None, "text")}}, 422, "other parts than files and tags (files)"),
        ({"files": [("files", GULLS), ("tags", (None, "a,b"))]}, 422, "comma"),
        ({"files": {"files": ("../a.txt", b"Gulls.")}}, 422, "leads out of the folder"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, ""),
    ],
)
def test_what_is_no_upload_is_a_problem_with_a_sentence(
    client: TestClient, engine: Engine, sent: dict[str, Any], status: int, said: str
) -> None:
    assert said in problem(client.post(URL, **sent), status)["detail"]
    assert engine.library.entries() == []


def test_whoever_may_only_read_can_neither_add_nor_remove(engine: Engine) -> None:
    id = send(limited(engine), GULLS).json()["documents"][0]["id"]
    client = TestClient(site(engine, options=ServerOptions(read_only=True)))
    problem(send(client, OWLS), 405)
    problem(client.delete(f"{URL}/{id}"), 405)
    verbs = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(verbs["/documents"]) | set(verbs["/documents/{id}"]) == {"get"}
    files = {"files": OWLS}
    assert client.post("/gradio_api/upload", files=files).status_code == 403
    assert len(engine.library.entries()) == 1


def test_while_somebody_else_writes_an_upload_is_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.corpus.store.database.LOCK_WAIT_SECONDS", 0.1)
    with Library.open(tmp_path / "other", create=True) as library:
        client = limited(Engine(library, HashingEmbedder()))
        with locked(library.folder / FILE_NAME):
            answer = send(client, GULLS)
        problem(answer, 503)
        assert answer.headers["retry-after"] == "2"
        assert send(client, GULLS).status_code == 201


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/v1/documents/nothing", 404),
        ("delete", "/api/v1/documents/nothing", 404),
        ("put", "/api/v1/documents", 405),
        ("get", "/api/v1/ask", 405),
        ("post", "/api/v1/health", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    client: TestClient, verb: str, path: str, status: int
) -> None:
    problem(client.request(verb, path), status)


def test_a_pdfs_page_is_drawn_and_its_quotes_can_be_marked_on_it(engine: Engine) -> None:
    data = pdf([Leaf(column(["Terns dive."])), Leaf(column(["The herring gull eats fish."]))])
    with Drawings(engine.library) as drawings:
        client = faces(engine, drawings, Intake(engine, Limits(), Originals.ALL))
        id = send(client, ("birds.pdf", data)).json()["documents"][0]["id"]
        quote = client.post("/api/v1/ask", json={"question": "What does the gull eat?"}).json()[
            "quotes"
        ][0]
        picture = client.get(f"{URL}/{id}/pages/{quote['page']}")
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")
        [(start, end)] = quote["highlights"]
        place = {"start": start, "end": end}
        marks = client.get(f"{URL}/{id}/boxes", params=place).json()
        assert marks["pages"] == {"2": {"width": 612.0, "height": 792.0}}
        [box] = marks["boxes"]
        assert box["page"] == quote["page"] == 2
        assert 0.1 < box["left"] < box["right"] < 0.5
        assert 0.1 < box["top"] < box["bottom"] < 0.15
        assert "no page 3" in problem(client.get(f"{URL}/{id}/pages/3"), 404)["detail"]
        problem(client.get(f"{URL}/{id}/pages/one"), 422)
        problem(client.get(f"{URL}/{id}/boxes?start=5&end=5"), 422)
        problem(client.get(f"{URL}/{id}/boxes?start=0&end=100000"), 422)
        problem(client.get(f"{URL}/{id}/boxes"), 422)


def test_what_is_uploaded_keeps_its_original_where_its_pages_can_be_drawn(
    client: TestClient,
) -> None:
    data = pdf([Leaf(column(["Terns dive."]))])
    for name, content, kept in (("birds.pdf", data, True), (*GULLS, False)):
        id = send(client, (name, content)).json()["documents"][0]["id"]
        assert client.get(f"{URL}/{id}").json()["original_kept"] is kept
        assert client.get(f"{URL}/{id}/pages/1").status_code == (200 if kept else 404)


def test_a_page_whose_file_is_gone_says_what_to_do(engine: Engine) -> None:
    intake = Intake(engine, Limits(), Originals.NONE)
    client = faces(engine, Drawings(engine.library), intake)
    data = pdf([Leaf(column(["Terns dive."]))])
    id = send(client, ("birds.pdf", data)).json()["documents"][0]["id"]
    for path in ("pages/1", "boxes?start=0&end=5"):
        gone = problem(client.get(f"{URL}/{id}/{path}"), 404)
        assert "was not kept" in gone["detail"]
        assert "add it again" in gone["detail"]
        assert "--no-originals" in gone["detail"]
        assert gone["type"] == "urn:pincite:problem:page-not-drawn"


def test_uploads_and_pages_that_take_long_hold_up_nothing_else(engine: Engine) -> None:
    """More of them at once than there are threads for what is quick."""
    going_on = threading.Event()
    intake, drawings = Intake(engine, Limits()), Drawings(engine.library)

    def wait(*_: object) -> Any:
        going_on.wait(60)
        raise PageNotDrawnError("too late")

    with Library.open(engine.library.folder) as library:
        ingest_documents([make_document("Gulls nest.", "g.txt")], library, HashingEmbedder())
    with (
        patch.object(intake, "take", wait),
        patch.object(intake, "remove", wait),
        patch.object(drawings, "page", wait),
        faces(engine, drawings, intake) as client,
        ThreadPoolExecutor(150) as pool,
    ):
        slow = [
            *(pool.submit(send, client, GULLS) for _ in range(50)),
            *(pool.submit(client.delete, f"{URL}/g.txt") for _ in range(20)),
            *(pool.submit(client.get, f"{URL}/g.txt/pages/1") for _ in range(50)),
        ]
        turned_away = next(as_completed(slow, 30)).result()
        assert problem(turned_away, 503)["detail"].startswith("51 uploads and removals")
        assert client.get(URL).status_code == 200
        assert client.post("/api/v1/search", json={"question": "gulls"}).status_code == 200
        going_on.set()
        assert {one.result().status_code for one in slow} == {404, 503}


def test_a_full_disk_for_temporary_files_is_told_in_a_sentence(client: TestClient) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with patch("pincite.ui.api.uploads.shutil.copyfileobj", side_effect=full):
        told = problem(send(client, GULLS), 507)["detail"]
    assert "where uploads wait to be read, is full; free some space" in told
    with patch("pincite.ingest.uploads.TemporaryDirectory", side_effect=full):
        assert problem(send(client, GULLS), 507)["detail"] == told
    assert send(client, GULLS).status_code == 201
