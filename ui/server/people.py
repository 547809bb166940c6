"""The file of people: who may come in, with which password, role, tokens and collections.

It has a line for each person, ``name:password:role:tokens:collections``. Password and tokens are
hashes (see `pincite.ui.server.passwords`), several tokens or collections stand with commas between
them, and what follows the password may be missing: then the person is an admin, who sees
everything. Collections are tags, and stand last because a tag may have a colon.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pincite.corpus.errors import UsageError
from pincite.corpus.tags import checked_tag
from pincite.ui.access import ROLES, Person, Role
from pincite.ui.server.passwords import is_password_hash, is_token_hash

_BAD_LINES = 5  # that a message names
_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Account:
    """A person, and the hashes of their password and of their tokens."""

    person: Person
    password: str
    tokens: tuple[str, ...] = ()

    def line(self) -> str:
        """The account as a line of the file.

        >>> Account(Person("ada", "read", frozenset({"b", "a"})), "scrypt$…").line()
        'ada:scrypt$…:read::a,b'
        """
        tags = ",".join(sorted(self.person.tags or ()))
        tokens = ",".join(self.tokens)
        return f"{self.person.name}:{self.password}:{self.person.role}:{tokens}:{tags}"


def person(name: str, role: str, tags: Iterable[str]) -> Person:
    """The person of this name, role and collections; without any, they see all.

    Raises:
        UsageError: one of them is not well formed, or they do not go together.
    """
    checked = frozenset(checked_tag(tag) for tag in tags)
    made = Person(checked_name(name), checked_role(role), checked or None)
    if made.role == "admin" and made.tags:
        raise UsageError(
            f"{name} cannot be an admin with collections ({', '.join(sorted(made.tags))}), because "
            "an admin sees everything; choose the role read or write, or name no collection"
        )
    return made


def account(
    name: str, password: str, role: str, tokens: Iterable[str], tags: Iterable[str]
) -> Account:
    """The account of these parts.

    Raises:
        UsageError: as `person`, or a hash is none.
    """
    if not is_password_hash(password):
        raise UsageError(
            "what stands after the name is no hash of a password; make one with: "
            "pincite password FILE NAME"
        )
    kept = tuple(tokens)
    if not all(map(is_token_hash, kept)):
        raise UsageError(
            "what stands where the hashes of tokens are is none; make tokens with: "
            "pincite people token FILE NAME"
        )
    return Account(person(name, role, tags), password, kept)


def checked_name(name: str) -> str:
    """A name that a person can have.

    Raises:
        UsageError: it is not one.
    """
    if not name or name != name.strip() or ":" in name or not name.isprintable():
        raise UsageError(
            f"the name {name!r} is empty, or has a colon, a control character or blanks around it; "
            "choose another"
        )
    return name


def checked_role(role: str) -> Role:
    """One of the three roles.

    Raises:
        UsageError: it is not one.
    """
    for known in ROLES:
        if role == known:
            return known
    raise UsageError(f"there is no role {role!r}; choose one of {', '.join(ROLES)}")


def parsed(text: str, file: Path) -> dict[str, Account]:
    """The accounts in the text of a file, by name.

    Raises:
        UsageError: lines are not in their form; each is named, with what to do.
    """
    found: dict[str, Account] = {}
    bad: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = _parsed_line(line)
            if one.person.name in found:
                raise UsageError(f"{one.person.name} is there already; delete one of the lines")
            found[one.person.name] = one
        except UsageError as error:
            bad.append(f"line {number}: {error}")
    if bad:
        more = f"; and {len(bad) - _BAD_LINES} more" if len(bad) > _BAD_LINES else ""
        raise UsageError(
            f"{file} is no file of people as it stands: {'; '.join(bad[:_BAD_LINES])}{more}"
        )
    return found


def _parsed_line(line: str) -> Account:
    name, *rest = line.split(":", _FIELDS - 1)
    password, role, tokens, tags = [*rest, *("", "admin", "", "")[len(rest) :]]
    return account(name, password, role, _several(tokens), _several(tags))


def _several(field: str) -> list[str]:
    return field.split(",") if field else []


def read_people(file: Path) -> dict[str, Account]:
    """The people in a file, of whom there is at least one.

    Raises:
        UsageError: it cannot be read, is not in its form, or names nobody.
    """
    people = parsed(text_of(file), file)
    if not people:
        raise UsageError(f"{file} names nobody; add people with: pincite people add FILE NAME")
    return people


def write_people(file: Path, people: Mapping[str, Account]) -> None:
    """Write the file anew, aside and then into its place, for its owner alone.

    It keeps its owner where whoever writes it may give files away, as root may.

    Raises:
        UsageError: it cannot be written.
    """
    aside = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            os.fchmod(descriptor, 0o600)  # one that was left behind may have had other rights
            if file.exists():
                with suppress(PermissionError):
                    os.fchown(descriptor, file.stat().st_uid, file.stat().st_gid)
            stream.write("".join(f"{one.line()}\n" for one in people.values()))
            stream.flush()
            os.fsync(descriptor)
        aside.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error}; name another file") from error


def text_of(file: Path) -> str:
    """The text of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}; name a text file") from error


def missing_collections(people: Mapping[str, Account], tags: Iterable[str]) -> list[str]:
    """A sentence for each collection of a person that is a tag of no document."""
    there = sorted(tags)
    known = f"the tags are {', '.join(there)}" if there else "no document has a tag"
    return [
        f"{name} has the collection {tag!r}, and no document carries this tag; {known}"
        for name, one in people.items()
        for tag in sorted((one.person.tags or frozenset()) - set(there))
    ]
