"""The pages as a part of a site."""

from __future__ import annotations

from pathlib import Path

from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server.site import site
from pincite.ui.web.mount import mounted_pages


def test_pages_that_nobody_calls_wake_the_server_seldom(library_folder: Path) -> None:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        queues = [page.get_blocks()._queue for page in mounted_pages(site(engine))]
    assert queues
    for queue in queues:
        assert queue.sleep_when_free >= 0.02
        assert queue.progress_update_sleep_when_free >= 0.02
