"""The box with which a person lets a model write: where there is one, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.web.ask.page import write_box


def box(library_folder: Path, writer: str | None, url: str | None) -> Any:
    with Engine.open(library_folder, embedder=HashingEmbedder()) as engine:
        named = {"writer": writer, "writer_url": url}
        engine.settings = engine.settings.model_copy(update=named)
        return write_box(engine)


def test_a_model_on_this_machine_writes_unless_it_is_turned_off(library_folder: Path) -> None:
    shown = box(library_folder, "openai:m", "http://127.0.0.1:8080/v1")
    assert (shown.visible, shown.value, shown.info) == (True, True, None)
    assert shown.label == "Write an answer from the quotes (openai:m at 127.0.0.1:8080)"


def test_a_model_elsewhere_writes_only_for_who_turns_it_on(library_folder: Path) -> None:
    shown = box(library_folder, "openai:m", "https://models.example/v1")
    assert (shown.visible, shown.value) == (True, False)
    assert shown.info == "The question and the quotes go to models.example."


def test_without_a_writer_there_is_no_box(library_folder: Path) -> None:
    assert box(library_folder, None, None).visible is False


def test_a_writer_that_cannot_be_opened_is_logged_and_has_no_box(
    library_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert box(library_folder, "nobody", None).visible is False
    assert "the writer 'nobody' is refused" in caplog.text
