"""Who asks, what they may do, and what of the library they see: one place for every interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pincite.corpus.errors import AccessDeniedError
from pincite.corpus.store.library import Library
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine

Role = Literal["read", "write", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may
_PERSON, _CONFIRM = "person", "confirm_rights"

Scope = MutableMapping[str, Any]
"""The ASGI scope of a request."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may come in.

    Attributes:
        name: empty where nobody is asked for a name.
        role: what they may do.
        tags: their collections: they see the documents with any of these tags; None for all.
    """

    name: str
    role: Role
    tags: frozenset[str] | None = None

    def may(self, role: Role) -> bool:
        """Whether they may do what a role may.

        >>> Person("ada", "write").may("read"), Person("ada", "write").may("admin")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, tags: Iterable[str]) -> bool:
        """Whether they see a document with these tags."""
        return self.tags is None or not self.tags.isdisjoint(tags)

    def require(self, role: Role) -> None:
        """Check that they may do what a role may.

        Raises:
            AccessDeniedError: they may not.
        """
        if not self.may(role):
            raise AccessDeniedError(
                f"this needs the role {role}, and yours is {self.role}; ask whoever runs this "
                f"server for the role {role}"
            )


EVERYBODY = Person("", "admin")  # where nobody is asked who they are


def admit(scope: Scope, person: Person, confirm: Callable[[], None] = lambda: None) -> Scope:
    """The scope of a request with the person who makes it.

    Args:
        scope: of the request; it stays as it is.
        person: who makes it.
        confirm: raises AccessDeniedError once the person's rights are others than these.
    """
    state = {**(scope.get("state") or {}), _PERSON: person, _CONFIRM: confirm}
    return {**scope, "state": state}


def person_of(scope: Scope) -> Person:
    """Who makes a request.

    Raises:
        AccessDeniedError: nobody has been let in with it.
    """
    person = (scope.get("state") or {}).get(_PERSON)
    if not isinstance(person, Person):
        raise AccessDeniedError("nobody is let in here without a name; start at the first page")
    return person


def confirm(scope: Scope) -> None:
    """Check that whoever makes a request still has the rights with which it was begun.

    It may take as long as a guess of a password, and so is no work for an event loop.

    Raises:
        AccessDeniedError: they have others by now, or none.
    """
    person_of(scope)
    scope["state"][_CONFIRM]()


def engine_for(engine: Engine, person: Person) -> Engine:
    """The engine as a person sees it: over the documents of their collections alone."""
    return engine if person.tags is None else engine.limited_to(person.tags)


def library_for(library: Library, person: Person) -> Library:
    """The library as a person sees it."""
    return library if person.tags is None else library.limited_to(person.tags)


def intake_for(intake: Intake, person: Person) -> Intake:
    """What takes a person's uploads in, and keeps them inside their collections."""
    return intake if person.tags is None else intake.limited_to(person.tags)
