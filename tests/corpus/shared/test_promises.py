"""What a library promises, where Lance promises less: sums, order, deletion, pinned readers."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pyarrow as pa
import pytest

from pincite.corpus.errors import (
    LibraryChangedError,
    LibraryDamagedError,
    LibraryLockedError,
    PinciteError,
)
from pincite.corpus.shared import compaction, session
from pincite.corpus.shared.examination import differences, index_problems
from pincite.corpus.shared.lance_errors import ConflictError
from pincite.corpus.shared.tableset import Tables
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.upkeep import open_indexes, publish
from tests.corpus.shared.stores import shared
from tests.retrieval.conftest import fill, hashing_settings, make_document

FLIPS = 40


def contents(library: Library) -> list[object]:
    """Everything that a question may read."""
    return [
        (library.document(id), {n: (p, v.tobytes()) for n, (p, v) in _passages(library, id)})
        for id in sorted(library.ids())
    ]


def _passages(library: Library, id: str) -> list[tuple[int, tuple[object, object]]]:
    return list(library.passages_vectors(library.passage_ids([id])).items())  # type: ignore


def test_no_turned_byte_is_read_as_if_it_were_none(library: Library, address: str) -> None:
    expected = contents(library)
    files = [Path(f, name) for f, _, some in os.walk(library.folder) for name in some]
    tables = [file for file in files if file.parent.name == "data"]
    silent = []
    for file in random.choices(tables, k=FLIPS):
        data = file.read_bytes()
        at = random.randrange(len(data))
        file.write_bytes(data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :])
        try:
            with open_library(address) as opened:
                silent += [] if contents(opened) == expected else [(file, at)]
        except PinciteError:
            pass  # it is noticed
        finally:
            file.write_bytes(data)
    assert silent == []


def test_a_passage_whose_document_has_another_name_is_damage_and_no_absence(
    library: Library, address: str
) -> None:
    id = sorted(library.ids())[0]
    (file,) = library.folder.glob("passages-*/data/*.lance")
    data = file.read_bytes()
    at = data.index(id.encode())
    file.write_bytes(data[: at + 10] + bytes([data[at + 10] ^ 4]) + data[at + 11 :])
    with open_library(address) as opened, pytest.raises(LibraryDamagedError, match="is damaged"):
        contents(opened)


def test_doctor_finds_an_index_that_lost_rows_and_it_is_built_anew(library: Library) -> None:
    assert differences(shared(library)) == []
    for file in library.folder.rglob("part_0_invert.lance"):
        data = bytearray(file.read_bytes())
        data[16:400] = bytes(384)
        file.write_bytes(data)
    session._session.cache_clear()  # as in another process, which remembers nothing of the index
    with open_library(library.name) as opened:
        assert differences(shared(opened))
        publish(opened, anew=True)
    with open_library(library.name) as again:
        assert differences(shared(again)) == []


def test_what_is_put_is_on_the_disk_before_the_head_names_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library, make_document("A first one.", "first.txt"))
    steps: list[str] = []
    real, store = os.fsync, shared(library)

    def fsync(descriptor: int) -> None:
        steps.append(os.path.basename(os.path.dirname(os.readlink(f"/proc/self/fd/{descriptor}"))))
        real(descriptor)

    move = store._heads.move
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(store._heads, "move", lambda head: (steps.append("head"), move(head))[1])
    fill(library, make_document("A second one.", "second.txt"))
    assert {"data", "_versions"} <= set(steps[: steps.index("head")])
    assert "_versions" in steps[steps.index("head") :]


@pytest.mark.parametrize("merged", [False, True])
def test_the_order_of_passages_does_not_hang_on_which_rows_an_index_has(
    library: Library, merged: bool
) -> None:
    for i in range(6):
        fill(library, make_document(f"The gull nests. Gull {i} eats fish. Owl.", f"gull{i}.txt"))
    if merged:
        publish(library, anew=True)
    assert index_problems(shared(library)) == []
    found = open_indexes(library, print).lexical.search([Wanted("gull", 1), Wanted("fish", 1)], 50)
    assert list(found) == sorted(found, key=lambda id: (-found[id], id))
    assert len(found) >= 6
    ties = [id for id in found if found[id] == max(found.values())]
    assert ties == sorted(ties)


def test_vectors_are_of_single_precision_and_documents_have_a_bitmap(library: Library) -> None:
    table = shared(library).tables().table("passages")
    assert table.schema.field("vector").type.value_type == pa.float32()
    kinds = {index.name: index.index_type for index in table.describe_indices()}
    assert kinds["first_idx"] == "Bitmap"


def test_with_an_index_of_vectors_the_nearest_are_the_nearest(library: Library) -> None:
    words = ["gull", "owl", "whale", "mast", "fog", "bell", "salt", "tar", "rope", "lamp"]
    texts = [f"The {a} and the {b} by the {c}." for a in words for b in words for c in words[:5]]
    fill(library, *(make_document(text, f"{i}.txt") for i, text in enumerate(texts)))
    exact = [_nearest(library, text) for text in texts[::25]]
    shared(library).merge(index_from=100)
    fill(library, make_document("A mast of no account.", "later.txt"))  # in no index yet
    table = shared(library).tables().table("passages")
    assert "vector_idx" in {index.name for index in table.describe_indices()}
    found = [_nearest(library, text) for text in texts[::25]]
    shares = [len(a & b) / len(a) for a, b in zip(exact, found, strict=True)]
    assert sum(shares) / len(shares) > 0.9
    assert differences(shared(library)) == []


def test_an_index_of_vectors_of_an_older_pincite_answers_and_is_made_anew(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"The {a} and the {b}." for a in ("gull", "owl", "whale") for b in ("mast", "fog")]
    fill(library, *(make_document(text, f"{i}.txt") for i, text in enumerate(texts * 3)))
    exact = [_nearest(library, text) for text in texts]
    with monkeypatch.context() as older:
        older.setattr(compaction, "_METRIC", "dot")
        shared(library).merge(index_from=1)
    assert _metric(library) == "dot"
    assert [_nearest(library, text) for text in texts] == exact
    shared(library).merge(index_from=1)
    assert _metric(library) == "l2"
    assert [_nearest(library, text) for text in texts] == exact


def _metric(library: Library) -> str:
    table = shared(library).tables().table("passages")
    return str(table.stats.index_stats("vector_idx")["indices"][0]["metric_type"])


def _nearest(library: Library, text: str) -> set[float]:
    """The scores of the nearest ten: which of equals are among them is no matter."""
    vector = HashingEmbedder().embed_query(text)
    found = open_indexes(library, print).dense.search(vector, 10)
    return {round(score, 4) for score in found.values()}


def test_deleted_words_leave_the_folder_when_it_is_compacted(library: Library) -> None:
    fill(library, make_document("A xylophone plays.", "gone.txt"))
    library.remove([library.find("gone.txt").id])
    assert words_on_disk(library, b"xylophon")
    library.compact()
    assert not words_on_disk(library, b"xylophon")
    assert library.problems(deep=True) == differences(shared(library)) == []


def words_on_disk(library: Library, words: bytes) -> list[Path]:
    files = (file for file in library.folder.rglob("*") if file.is_file())
    return [file for file in files if words in file.read_bytes()]


def test_who_reads_an_older_head_asks_again_at_the_new_one(library: Library, address: str) -> None:
    engine = Engine(library, HashingEmbedder(), hashing_settings())
    question = "What does the herring gull eat?"
    before = engine.ask(question).quotes[0].text
    tables = shared(library).tables()
    with open_library(address) as other:
        fill(other, make_document("A whale sings.", "whale.txt"))
        other.compact()
    with pytest.raises(LibraryChangedError, match="try again"):
        Tables(tables.place, tables.head)  # as by a process that has read the head just before
    assert engine.ask(question).quotes[0].text == before
    assert engine.ask(question).trace.generation == 2


def test_whoever_compacts_tries_again_where_another_was_faster(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads, beaten = shared(library)._heads, []
    move = heads.move

    def slow(head: object) -> object:
        if len(beaten) < 2:
            beaten.append(True)
            with open_library(address) as other:
                fill(other, make_document(f"A whale {len(beaten)}.", f"{len(beaten)}.txt"))
        return move(head)  # type: ignore[arg-type]

    monkeypatch.setattr(heads, "move", slow)
    library.compact()
    assert library.counts()[0] == 3 + 2
    assert library.problems(deep=True) == differences(shared(library)) == []


def test_whoever_is_always_beaten_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beaten(head: object) -> object:
        raise ConflictError

    monkeypatch.setattr(compaction, "_wait", lambda again: None)
    monkeypatch.setattr(shared(library)._heads, "move", beaten)
    with pytest.raises(LibraryLockedError, match="try again when they have finished"):
        library.compact()
