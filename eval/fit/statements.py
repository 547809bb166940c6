"""What the network of the check is taught: sentences, each beside quotes that carry it or do not.

Most were written by hand, half of them true, each false one near a true one. What is copied from a
quote word for word is true as well, and what a program plants in it is not; without these the
network would learn that only what is reworded can be true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pincite.eval.claims.answers import FILE, answers
from pincite.eval.claims.planted import claims, planted, unmeasured
from pincite.eval.claims.verdicts import Claim, Kind, Source
from pincite.eval.claims.written import written
from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.entailment import premise
from pincite.retrieval.writing.evidence import Evidence

CONTRASTS = "contrasts_*.jsonl"
_NUMBER = re.compile(r"(?<![\w.])[0-9](?:[0-9.,:]*[0-9])?")
_SHORTEST = 12  # characters of a line that is a sentence
# Chosen by hand, so that about half of all is true, and most of it written by hand.
_COPIED = 4  # sentences of its quotes for each question
_LESSONS = 1500  # sentences of lessons
_ELSEWHERE, _BESIDE = 0.06, 0.15  # shares of the true sentences that are seen beside other quotes
_TWICE = 2  # how often what was written about lessons is seen
_KEPT: dict[Kind, float] = {"number": 0.5, "name": 0.5, "clause": 0.5}  # shares of what is planted
_SWAPPED = 0.5  # share of the copied sentences with a number that get another one of the quote


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence beside quotes.

    Attributes:
        text: the sentence.
        quotes: what it cites, as the network reads it.
        holds: whether they say it.
        kind: ``honest``, or what is false in it.
    """

    text: str
    quotes: str
    holds: bool
    kind: Kind


def contrasts() -> list[Path]:
    """The files of sentences that come with Pincite for teaching."""
    return sorted(FILE.parent.glob(CONTRASTS))


def statements(files: Sequence[Path], seed: int = 0) -> list[Statement]:
    """All that is taught, the same each time, from files as ``answers.jsonl`` is.

    Raises:
        GoldSetError: a file cannot be read, or a line is not in its form.
    """
    random_ = random.Random(seed)
    found: list[Statement] = []
    for number, file in enumerate(files):
        by_hand = answers(file)
        found += map(_statement, by_hand)
        found += _beside_others(by_hand, random_)
        found += _copied(by_hand, random_, seed + number)
    lessons = unmeasured()
    made = claims(random_.sample(lessons, min(_LESSONS, len(lessons))), seed)
    found += [_statement(one) for one in made if random_.random() < _KEPT.get(one.kind, 1.0)]
    measured = {one.source.text for one in planted()}
    dev = [one.claim for one in written() if one.split == "dev"]
    return [*found, *[_statement(o) for o in dev if o.source.text not in measured] * _TWICE]


def _statement(claim: Claim) -> Statement:
    cited = [claim.source.evidence[number - 1] for number in claim.cites]
    return Statement(claim.sentence, premise(cited), claim.kind == "honest", claim.kind)


def _beside_others(by_hand: Iterable[Claim], random_: random.Random) -> Iterator[Statement]:
    """True sentences beside a quote that does not carry them, or with one that adds nothing."""
    for one in by_hand:
        quotes = one.source.quotes
        rest = [n for n in range(1, len(quotes) + 1) if n not in one.cites]
        if one.kind != "honest" or not rest:
            continue
        if random_.random() < _ELSEWHERE:
            other = premise([quotes[random_.choice(rest) - 1]])
            yield Statement(one.sentence, other, holds=False, kind="clause")
        if random_.random() < _BESIDE:
            both = sorted([*one.cites, random_.choice(rest)])
            yield Statement(
                one.sentence, premise([quotes[n - 1] for n in both]), holds=True, kind="honest"
            )


def _copied(by_hand: Iterable[Claim], random_: random.Random, seed: int) -> Iterator[Statement]:
    """Sentences of the quotes themselves, and the same with something planted in them."""
    asked = {id(one.source): one.source for one in by_hand}.values()
    lines = [
        Source(source.question, line.strip(), quote.text, quote.title)
        for source in asked
        for quote in source.quotes
        for line in LINE.split(quote.text)
        if len(line.strip()) > _SHORTEST
    ]
    sources = random_.sample(lines, min(len(lines), _COPIED * len(asked)))
    for one in claims(sources, seed):
        if random_.random() < _KEPT.get(one.kind, 1.0):
            yield _statement(one)
    for source in sources:
        swapped = _with_another_number(source.sentence, source.text, random_)
        if swapped and random_.random() < _SWAPPED:
            quote = premise([Evidence(source.text, source.title)])
            yield Statement(swapped, quote, holds=False, kind="role")


def _with_another_number(sentence: str, text: str, random_: random.Random) -> str | None:
    """The sentence with one of its numbers exchanged for another of the text, if there is one."""
    mine = _NUMBER.findall(sentence)
    others = sorted(set(_NUMBER.findall(text)) - set(mine))
    if not mine or not others:
        return None
    out = random_.choice(mine)
    like = [other for other in others if len(other) == len(out)] or others
    return sentence.replace(out, random_.choice(like), 1)
