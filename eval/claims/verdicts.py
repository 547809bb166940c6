"""Claims of a kind, and what the check of written answers says of them.

The check (`pincite.retrieval.writing.check`) must let few false claims pass, and strike few honest
ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from pincite.retrieval.writing.check import check
from pincite.retrieval.writing.entailment import Entailment
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.types import Draft, Sentence, Verdict

if TYPE_CHECKING:
    from rich.console import Console

Kind = Literal["honest", "number", "name", "negation", "clause", "role"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Source:
    """A question, and a text that answers it.

    Attributes:
        question: what was asked.
        sentence: the piece of the text that answers; empty where none is marked.
        text: the whole text, which is the quote where no others are named.
        title: title and headings of the text.
        quotes: what is cited by number, from 1; empty for the text alone.
    """

    question: str
    sentence: str
    text: str = ""
    title: str = ""
    quotes: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The quotes, as the check reads them."""
        return self.quotes or (Evidence(self.text, self.title),)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a model might write, and the quotes that it would cite.

    Attributes:
        kind: ``honest``, or what is false in it.
        sentence: its words.
        source: where its quotes are from.
        cites: the numbers of its quotes.
    """

    kind: Kind
    sentence: str
    source: Source
    cites: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often claims of one kind get each verdict."""

    kind: Kind
    claims: int
    supported: int
    struck: int
    left_out: int


def outcomes(claims: Iterable[Claim], entailment: Entailment | None = None) -> list[Outcome]:
    """The verdicts by kind of claim, in the order of `KINDS`; kinds without a claim are absent."""
    counts: dict[Kind, dict[Verdict, int]] = defaultdict(lambda: defaultdict(int))
    for claim in claims:
        counts[claim.kind][verdict(claim, entailment)] += 1
    return [
        Outcome(
            kind,
            sum(found.values()),
            found["supported"],
            found["unsupported"],
            found["uncited"],
        )
        for kind in KINDS
        if (found := counts[kind])
    ]


def verdict(claim: Claim, entailment: Entailment | None = None) -> Verdict:
    """What the check says of a claim with its markers."""
    return checked(claim, entailment).verdict


def checked(claim: Claim, entailment: Entailment | None = None) -> Sentence:
    """The claim as the check gives it back, with what it misses in the quote."""
    source = claim.source
    draft = Draft(claim.sentence, claim.cites)
    return check(draft, source.evidence, source.question, entailment=entailment)


def show(console: Console, title: str, found: Sequence[Outcome]) -> None:
    """Print how many claims of each kind the check shows, strikes and leaves out."""
    from rich.table import Table

    table = Table("kind", title=title, title_justify="left")
    for column in ("claims", "shown", "struck", "left out", "shown %"):
        table.add_column(column, justify="right")
    for one in found:
        counts = (one.claims, one.supported, one.struck, one.left_out)
        table.add_row(one.kind, *map(str, counts), f"{100 * one.supported / one.claims:.1f}")
    console.print(table)


def show_mistakes(
    console: Console, claims: Iterable[Claim], entailment: Entailment | None = None
) -> None:
    """Print the honest claims that are not shown, with what is missing, and the others that are."""
    for claim in claims:
        found = checked(claim, entailment)
        if (found.verdict == "supported") != (claim.kind == "honest"):
            missing = f" [{'; '.join(found.missing)}]" if found.missing else ""
            console.print(f"{claim.kind} {found.verdict}: {claim.sentence}{missing}")
