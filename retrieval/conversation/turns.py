"""The turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pincite.corpus.errors import QuestionError

Role = Literal["user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said.

    Raises:
        QuestionError: the role is neither ``user`` nor ``assistant``.
    """

    role: Role
    text: str

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise QuestionError(
                f"a turn of the history has the role {self.role!r}; a role is user or assistant"
            )


def with_words(turns: Iterable[Turn]) -> list[Turn]:
    """The turns that have words, as valid text: what cannot be encoded is left out."""
    clean = (Turn(one.role, one.text.encode("utf-8", "ignore").decode()) for one in turns)
    return [one for one in clean if any(map(str.isalnum, one.text))]
