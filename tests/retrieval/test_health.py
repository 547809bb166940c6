from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from pincite.retrieval.cross_encoder import packaged
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.health import Health, examine
from pincite.retrieval.search import manifest, segments
from pincite.retrieval.search.dense import DenseSegment
from pincite.retrieval.search.segments import Segment
from pincite.retrieval.settings import load_settings
from tests.retrieval.conftest import hashing_settings


@pytest.fixture
def folder(library: Library) -> Path:
    """The folder of a sound library that nothing holds open."""
    library.close()
    return library.folder


def look(folder: Path, **overrides: str) -> Health:
    return examine(hashing_settings(library=folder, **overrides))


def contents(folder: Path) -> dict[str, str]:
    files = (f for f in folder.rglob("*") if f.is_file())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def dense_file(folder: Path) -> Path:
    return next(folder.glob("indexes/*/segments/*/dense.faiss"))


def test_a_sound_library_has_no_problems(folder: Path) -> None:
    health = look(folder)
    assert health.problems == ()
    assert (health.exists, health.documents, health.generation) == (True, 3, 1)
    with Library.open(folder) as library:
        assert health.passages == len(list(library.passage_texts()))
    assert (health.embedder, health.library) == (HashingEmbedder().fingerprint, str(folder))


def test_no_library_is_no_problem_and_none_is_made(tmp_path: Path) -> None:
    health = look(tmp_path / "nowhere")
    assert (health.exists, health.generation, health.documents) == (False, None, 0)
    assert health.problems == ()
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_library_is_sound(tmp_path: Path) -> None:
    Library.open(tmp_path / "empty", create=True).close()
    health = look(tmp_path / "empty")
    assert (health.exists, health.documents, health.problems) == (True, 0, ())


def test_a_library_of_another_embedder_is_a_problem_that_names_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = HashingEmbedder(64)
    monkeypatch.setattr("pincite.retrieval.health.open_embedder", lambda settings, say: other)
    (problem,) = look(folder).problems
    assert "hashing@256" in problem
    assert "hashing@64" in problem


def test_an_embedder_that_is_not_there_is_a_problem_and_the_rest_is_still_looked_at(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    dense_file(folder).write_bytes(b"damaged")
    health = look(folder, embedder=str(tmp_path / "model"))
    assert health.embedder is None
    assert ["safetensors" in problem for problem in health.problems] == [True, False]
    assert "dense.faiss" in health.problems[1]
    assert health.documents == 3


def test_a_damaged_index_is_a_problem_that_the_next_question_mends(folder: Path) -> None:
    data = bytearray(dense_file(folder).read_bytes())
    data[len(data) // 2] ^= 1
    dense_file(folder).write_bytes(data)
    (problem,) = look(folder).problems
    assert "dense.faiss is damaged" in problem
    assert "the next question rebuilds it" in problem
    with Engine.open(folder, settings=hashing_settings()) as engine:
        engine.ask("Where do gulls nest?")
    assert look(folder).problems == ()


def test_a_missing_index_is_a_problem(folder: Path) -> None:
    shutil.rmtree(folder / "indexes")
    (problem,) = look(folder).problems
    assert "there is no index" in problem


def test_a_file_that_is_no_library_is_a_problem(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"this is no database " * 99)
    health = look(folder)
    assert health.exists
    assert ["damaged" in problem for problem in health.problems] == [True]


@pytest.mark.parametrize("damage", ["none", "index", "no index"])
def test_looking_changes_nothing(folder: Path, damage: str) -> None:
    if damage == "index":
        dense_file(folder).write_bytes(b"damaged")
    if damage == "no index":
        shutil.rmtree(folder / "indexes")
    before = contents(folder)
    look(folder)
    assert contents(folder) == before


def test_the_findings_are_json(folder: Path) -> None:
    found = look(folder).to_json()
    assert json.loads(json.dumps(found))["documents"] == 3
    assert {"python", "faiss-cpu", "tantivy"} <= found["versions"].keys()


def deeply(folder: Path) -> tuple[str, ...]:
    return examine(hashing_settings(library=folder), deep=True).problems


def put(folder: Path, change: Callable[[Segment], Segment]) -> None:
    """Put another segment in the place of the first, as only a fault in our own code could."""
    (place,) = (folder / "indexes").iterdir()
    listed = manifest.latest(place)
    segment = segments.load(place / manifest.SEGMENTS, listed.segments[0])
    files = change(segment).save(place / manifest.SEGMENTS)
    changed = replace(listed, number=listed.number + 1, segments=(files,))
    assert manifest.commit(place, changed)


def test_the_deep_look_finds_a_sound_library_sound_and_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    assert deeply(folder) == ()
    assert contents(folder) == before


@pytest.mark.parametrize("wrong", ["one vector is another", "one is missing"])
def test_only_the_deep_look_compares_the_vectors_in_the_index(folder: Path, wrong: str) -> None:
    def change(segment: Segment) -> Segment:
        if wrong == "one is missing":
            return Segment.merged([(segment, [0])])
        vectors = segment.dense.vectors()
        vectors[0] = vectors[1]
        return replace(segment, dense=DenseSegment.of(vectors))

    put(folder, change)
    assert look(folder).problems == ()
    problems = deeply(folder)
    assert "of the library's are missing there or are others" in problems[0]
    assert all(problem.endswith("rebuild them with: pincite rebuild") for problem in problems)
    assert len(problems) == (2 if wrong == "one is missing" else 1)


def test_only_the_deep_look_reads_the_texts(folder: Path) -> None:
    with Library.open(folder) as library, library._database.writing() as run:
        run("UPDATE contents SET text = text || '!'")
    assert look(folder).problems == ()
    assert len(deeply(folder)) == 3


def test_a_cross_encoder_that_is_gone_is_a_problem_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "folder", lambda: tmp_path)
    packaged.packaged.cache_clear()
    [problem] = examine(load_settings(library=tmp_path / "nowhere")).problems
    packaged.packaged.cache_clear()
    assert "cross_encoder.json is missing or damaged" in problem
    assert "until Pincite is installed again" in problem


def test_a_cross_encoder_by_name_that_is_no_model_is_a_problem(tmp_path: Path) -> None:
    settings = load_settings(library=tmp_path / "nowhere", cross_encoder=str(tmp_path))
    [problem] = examine(settings).problems
    assert "no safetensors weights" in problem
