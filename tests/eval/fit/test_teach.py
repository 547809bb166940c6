"""Teaching the cross-encoder, with a network of two layers over eighteen words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import UsageError
from pincite.eval.fit.lessons import Lesson
from pincite.retrieval.cross_encoder.packaged import PackagedCrossEncoder, network_files, packaged
from pincite.retrieval.cross_encoder.tokens import PairTokenizer
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from tests.conftest import WORDS

THINGS = WORDS[:6]
# What two layers of noise can learn: these answer, whatever is asked.
ANSWERING = ("gull", "whale", "lamp")


def lesson(*things: str, set: str = "harbour", topic: str = "x") -> Lesson:
    answers = things[0] in ANSWERING
    first = f"a {things[0]} ."
    return Lesson(
        question="the fog ?",
        passages=tuple(f"a {thing} ." for thing in things),
        answers=answers,
        own=1,
        span=(2, len(first) - 2) if answers else None,
        set=set,
        kind="k",
        topic=topic,
    )


LESSONS = [
    lesson(a, *[b for b in THINGS if b not in ANSWERING and b != a][:2], topic=f"topic {i}")
    for i, a in enumerate(itertools.islice(itertools.cycle(THINGS), 24))
]


@pytest.fixture
def embedder(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), "float32")


@pytest.fixture
def tokenizer(embedder: SentenceTransformerEmbedder) -> PairTokenizer:
    return PairTokenizer(embedder.folder / "tokenizer.json", 24)


def recipe(times: int = 30, **changes: Any) -> Any:
    from pincite.eval.fit.samples import Recipe

    quick = Recipe(rate=5e-3, repeats={"harbour": times}, tokens=120, dropout=0.0, swapped=0.0)
    return replace(quick, **changes)


def odds(pupil: Any, tokenizer: PairTokenizer, texts: Sequence[str]) -> np.ndarray:
    from pincite.eval.fit.pupil import read

    return read(pupil, tokenizer.pairs("the fog ?", texts))[0].detach().numpy()


TEXTS = [f"a {thing} ." for thing in THINGS]


@pytest.fixture
def pupil(embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer) -> Any:
    from pincite.eval.fit.teach import teach

    return teach(LESSONS, embedder.network, tokenizer, recipe())


def test_what_was_taught_is_told_apart_and_the_embedder_embeds_as_before(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    from pincite.eval.fit.teach import teach

    before = embedder.embed_documents(["the gull ."])
    found = odds(teach(LESSONS, embedder.network, tokenizer, recipe()), tokenizer, TEXTS)
    right = np.array([thing in ANSWERING for thing in THINGS])
    assert found[right].min() > 0 > found[~right].max()
    assert np.array_equal(embedder.embed_documents(["the gull ."]), before)


def test_pairs_of_any_length_are_read_as_each_is_alone(
    pupil: Any, tokenizer: PairTokenizer
) -> None:
    texts = ["a gull .", "a lamp , a rope , a bell : the fog", "tar"] * 3
    alone = [float(odds(pupil, tokenizer, [text])[0]) for text in texts]
    assert odds(pupil, tokenizer, texts) == pytest.approx(alone, abs=1e-4)


def test_the_same_lessons_teach_the_same(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    from pincite.eval.fit.teach import teach

    few = recipe(2, dropout=0.1)
    one, other = (
        odds(teach(LESSONS, embedder.network, tokenizer, few), tokenizer, TEXTS) for _ in range(2)
    )
    assert np.array_equal(one, other)


def test_a_course_that_was_interrupted_ends_as_one_that_was_not(
    embedder: SentenceTransformerEmbedder,
    tokenizer: PairTokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pincite.eval.fit import course as courses
    from pincite.eval.fit import teach as module

    monkeypatch.setattr(courses, "_KEPT_EVERY", 3)
    course = recipe(4, dropout=0.1)  # whose chance goes on as well
    whole = module.teach(LESSONS, embedder.network, tokenizer, course)

    class Stop(Exception): ...

    def stop(_: Any, step: int) -> None:
        if step == 7:
            raise Stop

    kept = tmp_path / "course"
    with pytest.raises(Stop):
        module.teach(LESSONS, embedder.network, tokenizer, course, checkpoint=kept, watch=stop)
    again = module.teach(LESSONS, embedder.network, tokenizer, course, checkpoint=kept)
    assert odds(again, tokenizer, TEXTS) == pytest.approx(odds(whole, tokenizer, TEXTS), abs=1e-5)


def test_a_checkpoint_of_another_course_is_refused(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.course import weights
    from pincite.eval.fit.teach import teach

    kept = tmp_path / "course"
    teach(LESSONS, embedder.network, tokenizer, recipe(1), checkpoint=kept)
    for lessons, how in ((LESSONS[1:], recipe(1)), (LESSONS, recipe(1, rate=1e-3))):
        with pytest.raises(UsageError, match="--start"):
            teach(lessons, embedder.network, tokenizer, how, checkpoint=kept)
    begun = teach(LESSONS[1:], embedder.network, tokenizer, recipe(1), start=weights(kept))
    assert np.isfinite(odds(begun, tokenizer, TEXTS)).all()
    with pytest.raises(UsageError, match="another network"):
        teach(
            LESSONS,
            embedder.network,
            tokenizer,
            recipe(1),
            start={"a": weights(kept)["answers.bias"]},
        )


def test_the_mean_of_courses_has_the_mean_of_their_weights(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    import torch

    from pincite.eval.fit.course import average, weights
    from pincite.eval.fit.teach import teach

    files = [tmp_path / "one", tmp_path / "other"]
    for seed, file in enumerate(files):
        teach(LESSONS, embedder.network, tokenizer, recipe(2, seed=seed), checkpoint=file)
    pupil = teach(LESSONS, embedder.network, tokenizer, recipe(2, seed=7))
    states = [{n: t.clone() for n, t in pupil.state_dict().items()}, *map(weights, files)]
    mean = average(pupil, states[1:]).state_dict()
    for name, weight in mean.items():
        assert torch.allclose(weight, sum(s[name] for s in states) / 3, atol=1e-6), name
    alone = average(pupil, []).state_dict()
    assert all(torch.equal(weight, mean[name]) for name, weight in alone.items())
    with pytest.raises(UsageError, match="another network"):
        average(pupil, [{"a": states[0]["answers.bias"]}])


def test_layers_that_are_frozen_stay_and_the_table_of_words_always(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    import torch

    from pincite.eval.fit.teach import teach

    before = dict(embedder.network.named_parameters())
    after = teach(LESSONS, embedder.network, tokenizer, recipe(2, frozen=1)).network
    changed = {
        name.split(".")[2] if name.startswith("encoder") else name.split(".")[0]
        for name, weight in after.named_parameters()
        if not torch.equal(weight, before[name])
    }
    assert changed == {"1"}  # the second layer


def test_lessons_of_one_outcome_only_are_refused(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    from pincite.eval.fit.teach import teach

    same = [x for x in LESSONS if x.answers]
    with pytest.raises(UsageError, match="all of one kind"):
        teach(same, embedder.network, tokenizer, recipe())


def test_a_damaged_checkpoint_is_told(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.course import weights
    from pincite.eval.fit.teach import teach

    (tmp_path / "course").write_bytes(b"no checkpoint")
    with pytest.raises(UsageError, match="missing or damaged"):
        teach(LESSONS, embedder.network, tokenizer, recipe(), checkpoint=tmp_path / "course")
    with pytest.raises(UsageError, match="missing or damaged"):
        weights(tmp_path / "none")


def test_what_is_exported_reads_as_the_pupil_does(
    embedder: SentenceTransformerEmbedder, pupil: Any, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.export import card, export

    about = card(LESSONS, recipe(), {"near_misses": {}}, None)
    export(pupil, network_files(tmp_path), embedder.network_id, 24, about)
    packaged.cache_clear()
    model = PackagedCrossEncoder(embedder.folder / "tokenizer.json", tmp_path)
    scores = model.read("the fog ?", TEXTS)
    mine = odds(pupil, tokenizer, TEXTS)
    assert [score.logit > 0 for score in scores] == [value > 0 for value in mine]
    assert np.corrcoef([score.logit for score in scores], mine)[0, 1] > 0.95
    assert all(score.span is not None for score in scores)
    written = json.loads((tmp_path / "cross_encoder.json").read_text("utf-8"))
    assert written["about"]["sets"] == {"harbour": len(LESSONS)}
    assert packaged(tmp_path).embedder == embedder.network_id


def test_a_course_begins_with_the_weights_of_an_exported_network(
    embedder: SentenceTransformerEmbedder, pupil: Any, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.export import export, exported_weights
    from pincite.eval.fit.teach import teach

    file = export(pupil, network_files(tmp_path), embedder.network_id, 24, {})
    still = recipe(1, rate=0.0)
    again = teach(LESSONS, embedder.network, tokenizer, still, start=exported_weights(file))
    # Eight bits of each column's range, through two layers.
    assert odds(again, tokenizer, TEXTS) == pytest.approx(odds(pupil, tokenizer, TEXTS), abs=0.2)


@pytest.mark.parametrize("content", [None, b"", b"no network", b"\x08\x07"])
def test_weights_of_a_file_that_holds_no_network_are_refused(
    content: bytes | None, tmp_path: Path
) -> None:
    from pincite.eval.fit.export import exported_weights

    file = tmp_path / "network.onnx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="holds no network"):
        exported_weights(file)


def test_figures_of_what_was_not_taught_by_set_and_kind(
    pupil: Any, tokenizer: PairTokenizer
) -> None:
    from pincite.eval.fit.held_back import figures

    by_hand = [replace(x, set="lessons") for x in LESSONS]
    brothers = [replace(x, set="siblings", own=3) for x in LESSONS]
    found = figures(pupil, [*by_hand, *brothers], tokenizer)
    assert found["near_misses"]["lessons"] == found["near_misses"]["lessons: k"] == 1.0
    assert found["near_misses"]["siblings"] == 1.0
    assert found["first"] == {"lessons": 1.0, "siblings": 1.0}
    assert found["lessons"]["siblings"] == len(LESSONS)


def test_a_tenth_of_the_documents_is_held_back_and_siblings_stay_together() -> None:
    from pincite.eval.fit.held_back import held_back

    held = [held_back(lesson("gull", topic=f"document {n}")) for n in range(2000)]
    assert 0.08 < sum(held) / len(held) < 0.12
    for n in range(100):
        mine = [lesson("gull", set="siblings", topic=f"set {n}/{k}") for k in range(5)]
        assert len({held_back(one) for one in mine}) == 1


def test_of_an_answer_the_tokens_are_learned_that_touch_it(tokenizer: PairTokenizer) -> None:
    from pincite.eval.fit.samples import Sample, tokens_of

    text = "a lamp , a rope ."
    span = (text.index("rope"), text.index("rope") + 4)
    found = tokens_of(Sample("the fog ?", ("tar", text), 1, span), tokenizer)
    assert found.span is not None
    first, last = found.span
    pair = found.pairs[1]
    assert text[pair.offsets[first][0] : pair.offsets[last][1]] == "rope"
