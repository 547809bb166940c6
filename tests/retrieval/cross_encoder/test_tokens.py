"""Pairs are put together as the tokenizer itself would, which stands beside as the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from pincite.retrieval.cross_encoder.tokens import OVERLAP, QUESTION, Pair, PairTokenizer
from pincite.retrieval.embedding.model_files import packaged_folder
from pincite.retrieval.tokenizer import tokenizer

pytestmark = pytest.mark.model

LONGEST = 48
WORDS = (
    "storm",
    "unbelievable",
    "a" * 120,
    "İstanbul",
    "e\u0301",
    "汉字",
    "[SEP]",
    "\u200b",
    "\n",
    "",
)
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=60).map(" ".join)


class Reference:
    """The tokenizer with its own truncation, and its own way to join two texts."""

    def __init__(self, file: Path) -> None:
        self.question, self.pair = (Tokenizer.from_file(str(file)) for _ in range(2))
        self.question.no_padding()
        self.pair.no_padding()
        self.question.enable_truncation(min(QUESTION, LONGEST // 3))
        overlap = min(OVERLAP, LONGEST // 6)
        self.pair.enable_truncation(LONGEST, stride=overlap, strategy="only_second")

    def pairs(self, question: str, texts: list[str]) -> list[Pair]:
        asked = question[: max(end for _, end in self.question.encode(question).offsets)]
        encoded = self.pair.encode_batch([(asked, text) for text in texts])
        return [
            Pair(one.ids, one.attention_mask, one.type_ids, one.offsets, number)
            for number, first in enumerate(encoded)
            for one in (first, *first.overflowing)
        ]


@pytest.fixture(scope="module")
def file() -> Path:
    return packaged_folder()[0] / "tokenizer.json"


@pytest.fixture(scope="module")
def reference(file: Path) -> Reference:
    return Reference(file)


@settings(max_examples=25)
@given(question=TEXTS, texts=st.lists(TEXTS, max_size=2))
def test_pairs_are_what_the_tokenizer_makes_of_them(
    file: Path, reference: Reference, question: str, texts: list[str]
) -> None:
    assert PairTokenizer(file, LONGEST).pairs(question, texts) == reference.pairs(question, texts)


def test_both_networks_have_one_tokenizer(file: Path) -> None:
    assert tokenizer(file) is tokenizer(Path(str(file)))
