"""Several processes tag, rename and remove while others ask: every answer is of one moment."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pincite.corpus.errors import LibraryError
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import fill, hashing_settings, make_document

ROUNDS = 12
# Tags, renames or removes, again and again; the document "kept.txt" is nobody's.
_WRITES = """
import sys
from pincite.corpus.store.library import Library
from tests.retrieval.conftest import fill, make_document

folder, verb, rounds = sys.argv[1:]
with Library.open(folder) as library:
    for number in range(int(rounds)):
        if verb == "tag":
            id = library.find("kept.txt").id
            library.tag([id], add=[f"round {number}"])
            library.tag([id], remove=[f"round {number - 1}"])
        elif verb == "rename":
            names = ["moving.txt", "moved.txt"]
            old, new = names if library.entry(names[0]) else names[::-1]
            library.rename(library.find(old).id, new, f"Moved {number} times")
        else:
            library.remove([library.find("fleeting.txt").id])
            fill(library, make_document(f"The tern number {number} flees.", "fleeting.txt"))
"""


def writer(folder: Path, verb: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _WRITES, str(folder), verb, str(ROUNDS)]
    return subprocess.Popen(command, cwd=root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(
            library,
            make_document("The gull nests on the cliff.\n\nIt eats fish.", "kept.txt"),
            make_document("The owl nests in the barn.", "moving.txt"),
            make_document("The tern flees.", "fleeting.txt"),
        )
        library.tag([library.find("kept.txt").id], add=["birds"])
    return tmp_path / "library"


def test_while_others_write_an_answer_is_always_right(folder: Path) -> None:
    writers = [writer(folder, verb) for verb in ("tag", "rename", "remove")]
    troubles: list[object] = []
    answers = 0
    with Engine.open(folder, settings=hashing_settings(), embedder=HashingEmbedder()) as engine:
        while any(process.poll() is None for process in writers):
            try:
                scoped = engine.ask("Where does the gull nest?", tags=["birds"])
                whole = engine.ask("Where does the owl nest?")
            except LibraryError as error:  # it never held still for long enough
                troubles += [] if "changed 5 times" in str(error) else [error]
                continue
            answers += 1
            if not scoped.quotes[0].text.startswith("The gull nests on the cliff."):
                troubles.append(scoped)
            if "The owl nests in the barn." not in {q.text for q in whole.quotes}:
                troubles.append(whole)
        assert [process.wait() for process in writers] == [0, 0, 0]
        assert troubles == []
        assert answers > 0
        assert engine.library.tags() == {"birds": 1, f"round {ROUNDS - 1}": 1}
        assert engine.library.problems() == []
        final = engine.ask("Where does the owl nest?")
        assert final.quotes[0].title == f"Moved {ROUNDS - 1} times"


def test_threads_of_one_library_tag_rename_and_ask_at_once(folder: Path) -> None:
    troubles: list[object] = []

    def guarded(act: object) -> None:
        try:
            for number in range(ROUNDS):
                act(number)  # type: ignore[operator]
        except Exception as error:
            troubles.append(error)

    with Engine.open(folder, settings=hashing_settings(), embedder=HashingEmbedder()) as engine:
        library = engine.library
        kept = library.find("kept.txt").id

        def rename(number: int) -> None:
            library.rename(library.find("The owl" if number else "moving.txt").id, "The owl", "T")

        acts = [
            lambda number: library.tag([kept], add=[str(number)]),
            rename,
            lambda number: engine.ask("Where does the gull nest?", documents=["kept.txt"]),
            lambda number: engine.search("gull", 2, tags=["birds"]),
        ]
        threads = [threading.Thread(target=guarded, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [error for error in troubles if "changed 5 times" not in str(error)] == []
        assert len(library.find("kept.txt").tags) == ROUNDS + 1
        assert library.problems() == []
