"""Teaching the network of the check, with a network of two layers over eighteen words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pincite.corpus.errors import ModelError, UsageError
from pincite.eval.claims.planted import planted
from pincite.eval.fit.statements import Statement, contrasts, statements
from pincite.eval.fit.thresholds import figures, thresholds
from pincite.retrieval.cross_encoder.tokens import PairTokenizer
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from pincite.retrieval.writing.entailment import (
    OBJECTIONS,
    Objection,
    PackagedEntailment,
    network_files,
)
from pincite.retrieval.writing.evidence import Evidence
from tests.conftest import WORDS

# What two layers of noise can learn: these hold, whatever is quoted.
HOLDING = ("gull", "whale", "lamp")
STATEMENTS = [
    Statement(
        f"a {thing} .", "the fog :", thing in HOLDING, "honest" if thing in HOLDING else "role"
    )
    for thing in WORDS[:6]
] * 6


@pytest.fixture
def embedder(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), "float32")


@pytest.fixture
def tokenizer(embedder: SentenceTransformerEmbedder) -> PairTokenizer:
    return PairTokenizer(embedder.folder / "tokenizer.json", 24, 12)


def taught(embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, **changes: Any) -> Any:
    import torch

    from pincite.eval.fit.pupil import Pupil
    from pincite.eval.fit.teach_entailment import EntailmentRecipe, teach_entailment

    given = changes.pop("statements", STATEMENTS)
    recipe = EntailmentRecipe(
        **{"passes": 30, "rate": 5e-3, "tokens": 160, "frozen": 0, "dropout": 0.0, **changes}
    )
    torch.manual_seed(5)  # of the heads
    start = Pupil(embedder.network).state_dict()
    return teach_entailment(given, embedder.network, tokenizer, recipe, start=start)


def odds(pupil: Any, tokenizer: PairTokenizer) -> np.ndarray:
    from pincite.eval.fit.pupil import read

    pairs = [tokenizer.pairs(one.text, [one.quotes])[0] for one in STATEMENTS[:6]]
    return read(pupil, pairs)[0].detach().numpy()


def test_what_holds_is_told_from_what_does_not_and_is_read_so_when_exported(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.export import export

    pupil = taught(embedder, tokenizer)
    found = odds(pupil, tokenizer)
    holds = np.array([one.holds for one in STATEMENTS[:6]])
    assert found[holds].min() > 0 > found[~holds].max()
    files = network_files(tmp_path)
    export(pupil, files, embedder.network_id, 24, {}, dict.fromkeys(OBJECTIONS, 0.5))
    packaged = PackagedEntailment(embedder.folder / "tokenizer.json", tmp_path)
    read = [packaged.log_odds(one.text, [Evidence("", one.quotes)]) for one in STATEMENTS[:6]]
    assert [value > 0 for value in read] == holds.tolist()
    assert packaged.thresholds == dict.fromkeys(OBJECTIONS, 0.5)


def test_the_same_statements_teach_the_same(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    one, other = (odds(taught(embedder, tokenizer, passes=2), tokenizer) for _ in range(2))
    assert np.array_equal(one, other)


def test_statements_of_one_outcome_only_are_refused(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer
) -> None:
    holding = [one for one in STATEMENTS if one.holds]
    with pytest.raises(UsageError, match="all of one kind"):
        taught(embedder, tokenizer, statements=holding)


def test_a_card_without_a_threshold_is_refused(
    embedder: SentenceTransformerEmbedder, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    from pincite.eval.fit.export import export

    pupil = taught(embedder, tokenizer, passes=1)
    export(pupil, network_files(tmp_path), embedder.network_id, 24, {}, {"nothing": 0.0})
    with pytest.raises(ModelError, match="no threshold for 'name'; written answers are checked"):
        PackagedEntailment(embedder.folder / "tokenizer.json", tmp_path)


def test_about_half_of_what_is_taught_holds_and_what_is_measured_is_not_taught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pincite.eval.fit.statements._LESSONS", 200)
    found = statements(contrasts()[:2])
    counts = Counter(one.holds for one in found)
    assert 0.4 < counts[True] / len(found) < 0.6
    assert {one.kind for one in found} >= {"honest", "negation", "clause", "role", "number", "name"}
    measured = {claim.source.text for claim in planted()}
    assert not any(one.quotes.endswith(tuple(measured)) for one in found)
    assert statements(contrasts()[:2]) == found


EVEN: dict[Objection, float] = dict.fromkeys(OBJECTIONS, 0.5)


def decided(**shifts: float) -> list[tuple[Objection, float, bool]]:
    """Sentences whose log-odds are 1 apart, around a value of their objection's own."""
    return [
        (one, shifts.get(one, 0.0) + at, holds)
        for one in OBJECTIONS
        for at, holds in ((0.5, True), (-0.5, False), (0.7, True), (-0.7, False))
        for _ in range(50)
    ]


def test_thresholds_lie_between_what_holds_and_what_does_not_for_each_objection() -> None:
    found = thresholds(decided(denial=2.0, thin=-1.0), EVEN)
    assert found == pytest.approx(
        {"nothing": 0.0, "name": 0.0, "denial": 2.0, "clause": 0.0, "thin": -1.0}, abs=0.15
    )


def test_the_likelier_a_sentence_has_to_hold_the_higher_is_the_threshold() -> None:
    even, higher = (thresholds(decided(), p) for p in (EVEN, {**EVEN, "denial": 0.9}))
    assert higher["denial"] > even["denial"]
    assert all(higher[one] == even[one] for one in OBJECTIONS if one != "denial")


def test_what_was_reached_is_counted_by_objection() -> None:
    found = figures([("denial", 1.0, True), ("denial", 0.0, False), ("name", 2.0, False)])
    assert found["denial"] == {"hold": 1, "do_not": 1, "auroc": 1.0}
    assert found["name"] == {"hold": 0, "do_not": 1}


def test_a_network_that_tells_the_wrong_way_round_gets_no_thresholds() -> None:
    with pytest.raises(UsageError, match="with more --passes"):
        thresholds([(one, -odds, holds) for one, odds, holds in decided()])
    with pytest.raises(UsageError, match="some that hold and others"):
        thresholds([one for one in decided() if one[2]])
    with pytest.raises(UsageError, match="some that hold and others"):
        thresholds([])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_so_many_activations_are_left_out_while_it_learns_and_their_mean_stays(
    share: float,
) -> None:
    import torch

    from pincite.eval.fit.pupil import Dropout

    torch.manual_seed(3)
    dropout, ones = Dropout(share), torch.ones(301, 301)
    found = dropout(ones)
    assert float((found == 0).float().mean()) == pytest.approx(share, abs=0.01)
    assert float(found.mean()) == pytest.approx(1, abs=0.02)
    assert torch.equal(dropout.eval()(ones), ones)


def test_attention_is_left_whole_and_all_else_has_our_dropout(
    embedder: SentenceTransformerEmbedder,
) -> None:
    from torch import nn

    from pincite.eval.fit.pupil import Dropout, Pupil

    pupil = Pupil(embedder.network, dropout=0.1)
    assert {m.p for m in pupil.modules() if isinstance(m, nn.Dropout)} == {0.0}
    assert sum(isinstance(m, Dropout) for m in pupil.modules()) == 1 + 2 * 2  # of two layers
