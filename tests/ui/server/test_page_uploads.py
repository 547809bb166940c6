"""Files that browsers send, and how many of them may lie about."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pincite.ingest.files.read import MB
from pincite.ingest.uploads import Limits
from pincite.ui.server.page_uploads import PATH, PageUploads

MINUTES = 60.0


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def uploads(tmp_path: Path, clock: _Clock) -> PageUploads:
    return PageUploads(tmp_path / "sent", Limits.of(1, 3), clock)


@pytest.fixture
def client(uploads: PageUploads) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[uploads.route()])) as opened:
        yield opened


def send(client: TestClient, data: bytes = b"One.", name: str = "a") -> Any:
    return client.post(PATH, files={"files": (name, data)})


def test_a_file_is_kept_as_it_was_sent(client: TestClient, tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "a", "\\\\x\\y"):
        (path,) = send(client, b"Two.", name).json()
        assert Path(path).read_bytes() == b"Two."
        assert Path(path).parent.parent == tmp_path / "sent"


def test_what_nothing_takes_in_is_deleted_after_minutes(
    client: TestClient, uploads: PageUploads, clock: _Clock, tmp_path: Path
) -> None:
    (left,) = send(client).json()
    (taken,) = send(client).json()
    uploads.keep([{"name": "b.txt", "path": taken}, 5, {"name": 5, "path": left}, {"path": []}])
    clock.now += 9 * MINUTES
    uploads.delete()
    assert Path(left).exists()
    clock.now += 2 * MINUTES
    uploads.delete()
    assert not Path(left).exists()
    assert Path(taken).exists()
    uploads.delete(everything=True)
    assert not [*(tmp_path / "sent").iterdir()]


def test_there_is_room_for_so_many_files_and_again_once_they_are_gone(
    client: TestClient, uploads: PageUploads, clock: _Clock
) -> None:
    sent = [send(client) for _ in range(13)]
    assert [answer.status_code for answer in sent] == [200] * 12 + [507]
    Path(sent[0].json()[0]).unlink()  # as the page does that has taken it in
    assert send(client).status_code == 200
    clock.now += 11 * MINUTES
    assert [send(client).status_code for _ in range(12)] == [200] * 12


def test_there_is_room_for_so_many_bytes(client: TestClient) -> None:
    assert [send(client, b"x" * MB).status_code for _ in range(8)] == [200] * 7 + [507]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"files": {"files": ("a", b"x" * (3 * MB))}}, 413),
        ({"files": {"other": ("a", b"x")}}, 400),
        ({"files": [("files", ("a", b"x")), ("files", ("b", b"x"))]}, 400),
        ({"files": {"files": ("a", b"x")}, "data": {"field": "x"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"content": iter([b"x"]), "headers": {"Content-Type": "multipart/form-data"}}, 411),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 400),
    ],
)
def test_what_is_no_file_is_refused_and_leaves_nothing(
    client: TestClient, tmp_path: Path, request_: dict[str, Any], status: int
) -> None:
    assert client.post(PATH, **request_).status_code == status
    assert not (tmp_path / "sent").exists()


def test_on_a_full_disk_nothing_is_left_and_a_sentence_says_so(
    client: TestClient, tmp_path: Path
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with patch("pincite.ui.server.page_uploads.shutil.copyfileobj", side_effect=full):
        answer = send(client)
    assert answer.status_code == 507
    assert "where uploads wait to be read, is full; free some space" in answer.text
    assert list((tmp_path / "sent").iterdir()) == []
