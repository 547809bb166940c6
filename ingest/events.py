"""What becomes of each file, and who hears of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["added", "replaced", "unchanged", "removed", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("added", "replaced", "unchanged", "removed", "refused")


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one source.

    ``reason`` says why one was refused; ``warnings`` what of one that was taken could not be read;
    ``same_as`` names another document whose file has the same contents.
    """

    source: str
    outcome: Outcome
    passages: int = 0
    reason: str = ""
    warnings: tuple[str, ...] = ()
    same_as: str = ""


@dataclass(slots=True)
class Summary:
    """What became of all sources, and how many passages were really embedded.

    ``passed_over`` counts the files in folders that no reader takes, by what they are; ``stopped``
    says that there was more to do; ``untrusted`` counts the documents of an import whose vectors
    were made anew because nobody said that those in the file are to be trusted.
    """

    events: list[Event] = field(default_factory=list)
    embedded: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    stopped: bool = False
    untrusted: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many sources came out so."""
        return sum(event.outcome == outcome for event in self.events)

    @property
    def refused(self) -> list[Event]:
        """The sources that were not taken, with their reasons."""
        return [event for event in self.events if event.outcome == "refused"]

    @property
    def warned(self) -> list[Event]:
        """The sources that were taken now, but not in full."""
        return [event for event in self.events if event.warnings]

    @property
    def copies(self) -> list[Event]:
        """The sources whose contents another document has as well."""
        return [event for event in self.events if event.same_as]


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears of each source when its fate is sealed, and of each batch of embedded passages.

    ``on_begun`` hears the name of what is in hand: a file that is opened, or, of several that are
    embedded together, the first. ``on_ready`` hears the name of a file that is done and waits to be
    committed with others, where that takes long enough to be told.
    """

    on_event: Callable[[Event], None] = lambda event: None
    on_embedded: Callable[[int], None] = lambda passages: None
    on_begun: Callable[[str], None] = lambda source: None
    on_ready: Callable[[str], None] = lambda source: None
