"""The examples of the interfaces for programs, run against a real server on the bundled article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from pincite.ui.web.ask.examples import ARTICLE
from tests.docs.examples import check, commands, examples, serving
from tests.docs.markdown import ROOT
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf
from tests.ui.conftest import free_port

_NIGHT = [
    Leaf(column(["Terns dive."])),
    Leaf(column(["The barn owl hunts mice at night."])),
]


@dataclass(frozen=True, slots=True)
class Shell:
    """Where a reader of the documents tries their examples."""

    folder: Path
    environment: Mapping[str, str]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder with a library of the bundled article, and the PDF that the documents speak of."""
    root = tmp_path_factory.mktemp("interfaces")
    folder = root / "home"
    (folder / "birds.pdf").parent.mkdir()
    (folder / "birds.pdf").write_bytes(pdf(_NIGHT, title="Birds of the night"))
    with Library.open(folder / ".pincite", create=True) as library:
        article = Source(ARTICLE, "AI safety")
        ingest_sources([article], library, SentenceTransformerEmbedder())
    return Shell(folder, commands(root / "bin"))


def run(document: str, shell: Shell, port: int, least: int) -> None:
    found = list(examples(ROOT / document))
    assert len(found) >= least
    for example in found:
        check(example, shell.folder, shell.environment, port)


@pytest.mark.model
@pytest.mark.timeout(900)
def test_the_examples_of_the_api_answer_what_they_show(shell: Shell) -> None:
    port = free_port()
    with serving(shell.folder, shell.environment, port):
        run("docs/api.md", shell, port, 9)


@pytest.mark.model
@pytest.mark.timeout(900)
def test_the_examples_for_langchain_print_what_they_show(shell: Shell) -> None:
    run("docs/langchain.md", shell, free_port(), 2)
