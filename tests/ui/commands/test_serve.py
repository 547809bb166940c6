"""What ``pincite serve`` makes of its options."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.ingest.files.originals import Originals
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.server import run
from tests.conftest import Pincite


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), Originals.DRAWABLE),
        (("--no-originals",), Originals.NONE),
        (("--keep-originals",), Originals.ALL),
    ],
)
def test_an_option_says_which_uploads_are_kept_themselves(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], kept: Originals
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(run, "serve", lambda *arguments, **named: served.update(named))
    assert pincite("serve", *options).code == 0
    assert served["options"].originals is kept


@pytest.mark.usefixtures("notes")
def test_what_is_being_loaded_is_said_before_it_is() -> None:
    said: list[str] = []
    with Engine.open(".pincite", embedder=HashingEmbedder()) as engine:
        engine.warm_up(said.append)
    assert said == ["Loading the embedder …", "Loading the library …"]
