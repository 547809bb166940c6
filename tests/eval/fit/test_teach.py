"""Teaching the checker, with a network of two layers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.fit.lessons import Lesson
from pincite.retrieval.confidence.checker import AdjustedChecker, taught
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from tests.conftest import WORDS

THINGS = list(WORDS[:10])


def lesson(asked: str, said: str, topic: str = "ships") -> Lesson:
    """It answers when the text names what is asked about."""
    says, text = asked == said, f"a {said} ."
    kind = "answer" if says else "unanswerable"
    place = (2, 2 + len(said)) if says else None
    return Lesson(f"the {asked} ?", text, says, kind, "harbour", topic, place)


LESSONS = [lesson(a, b, f"topic {i % 3}") for i, a in enumerate(THINGS[:6]) for b in THINGS[:6]]


@pytest.fixture
def embedder(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), "float32")


def recipe(**changes: float):  # type: ignore[no-untyped-def]
    from pincite.eval.fit.teach import Recipe

    quick = Recipe(rank=8, rate=1e-2, epochs=40, batch=12, courses=1)
    return replace(quick, **changes)


def test_what_was_taught_is_told_apart_and_the_embedder_embeds_as_before(
    embedder: SentenceTransformerEmbedder,
) -> None:
    from pincite.eval.fit.teach import teach, told

    before = embedder.embed_documents(["the gull ."])
    # What two layers of noise can learn: some texts answer, whatever is asked.
    easy = [replace(x, says=x.text in ("a gull .", "a whale ."), answer=None) for x in LESSONS]
    odds = np.array(told(easy, teach(easy, embedder, recipe()), embedder))
    says = np.array([x.says for x in easy])
    assert odds[says].min() > odds[~says].max()
    assert np.array_equal(embedder.embed_documents(["the gull ."]), before)


def test_the_same_lessons_teach_the_same(embedder: SentenceTransformerEmbedder) -> None:
    from pincite.eval.fit.teach import teach, told

    few = recipe(epochs=2)
    first, second = (told(LESSONS, teach(LESSONS, embedder, few), embedder) for _ in range(2))
    assert first == pytest.approx(second, abs=1e-5)


def test_the_mean_of_courses_is_theirs_within_the_rank(
    embedder: SentenceTransformerEmbedder,
) -> None:
    from pincite.eval.fit import teach as module

    taken: list[module.Adjustments] = []

    def noted(*arguments: object) -> module.Adjustments:
        taken.append(course(*arguments))  # type: ignore[arg-type]
        return taken[-1]

    course = module._course
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_course", noted)
        mean = module.teach(LESSONS, embedder, recipe(epochs=2, courses=3, rank=32))
    assert len(taken) == 3
    for name in mean:
        layer, _, part = name.rpartition(".")
        if part == "up":  # of full rank, nothing is lost
            whole = sum(c[name] @ c[f"{layer}.down"] for c in taken) / 3
            assert np.allclose(mean[name] @ mean[f"{layer}.down"], whole, atol=1e-4)
    narrow = module.teach(LESSONS, embedder, recipe(epochs=2, courses=2, rank=4))
    assert {min(t.shape) for t in narrow.values() if t.ndim == 2} == {4}


def test_what_is_written_is_what_the_checker_reads(
    embedder: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    from pincite.eval.fit.teach import teach, told, write

    how = recipe(epochs=4)
    learned = teach(LESSONS, embedder, how)
    file = tmp_path / "checker.safetensors"
    write(learned, file, LESSONS, embedder, how, {"harbour": 0.75})
    checker = AdjustedChecker(embedder, file)
    for said, x in zip(told(LESSONS, learned, embedder), LESSONS, strict=True):
        assert checker.check(x.question, [x.text]) == pytest.approx([said], abs=0.05)
    about = taught(file).about
    assert about["sets"] == {"harbour": len(LESSONS)}
    assert about["lessons"] == {"answer": 6, "unanswerable": 30}
    assert about["auroc_on_other_topics"] == {"harbour": 0.75}


def test_topics_that_are_held_out_are_told_by_who_was_not_taught_them(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pincite.eval.fit import teach as module

    seen: list[set[str]] = []

    def noted(given: list[Lesson], *arguments: object) -> module.Adjustments:
        seen.append({x.topic for x in given})
        return teach(given, *arguments)  # type: ignore[arg-type]

    teach = module.teach
    monkeypatch.setattr(module, "teach", noted)
    found = module.held_out(LESSONS, embedder, recipe(epochs=2), folds=3)
    topics = {x.topic for x in LESSONS}
    assert sorted(len(topics - one) for one in seen) == [1, 1, 1]
    assert set.union(*(topics - one for one in seen)) == topics
    assert found.keys() == {"harbour"}
    assert 0 <= found["harbour"] <= 1


def test_lessons_that_all_say_it_teach_nothing(embedder: SentenceTransformerEmbedder) -> None:
    from pincite.eval.fit.teach import teach

    with pytest.raises(UsageError, match="6 lessons are all of one kind"):
        teach([x for x in LESSONS if x.says], embedder, recipe())
