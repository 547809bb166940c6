"""A library of each version that was released is opened still: Lance's format moves fast.

python -m tests.corpus.shared.test_stored_library FOLDER    makes one, of today's version
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from pincite.corpus.shared.examination import differences
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from tests.corpus.shared.stores import shared
from tests.retrieval.conftest import fill, hashing_settings, make_document, small_documents

LIBRARIES = Path(__file__).parent / "libraries"


def made(address: str) -> None:
    """Some documents, one of them replaced and one removed, and then a merge."""
    with open_library(address, create=True) as library:
        fill(library, *small_documents(), make_document("Removed words.", "gone.txt"))
        library.remove([library.find("gone.txt").id])
        library.tag([library.find("birds.txt").id], add=["sea"])
        library.compact()


@pytest.fixture(params=sorted(LIBRARIES.glob("*")), ids=lambda folder: folder.name)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    """A copy, because opening a library may change it."""
    shutil.copytree(request.param, tmp_path / "library")
    return open_library(f"lance://{tmp_path / 'library'}")


def test_a_stored_library_is_sound_and_answers(stored: Library) -> None:
    assert stored.problems(deep=True) == differences(shared(stored)) == []
    assert {stored.document(id).text for id in stored.ids()} == {d.text for d in small_documents()}
    assert stored.tags() == {"sea": 1}
    engine = Engine(stored, HashingEmbedder(), hashing_settings())
    assert "mussels" in engine.ask("What does the herring gull eat?").quotes[0].text


def test_a_stored_library_can_be_written(stored: Library) -> None:
    fill(stored, make_document("A whale sings at night.", "song.txt"))
    stored.remove([stored.find("birds.txt").id])
    stored.compact()
    assert stored.problems(deep=True) == differences(shared(stored)) == []
    assert stored.counts()[0] == len(small_documents())


if __name__ == "__main__":
    made(f"lance://{Path(sys.argv[1]).absolute()}")
