"""``pincite people`` and ``pincite password``: who may come in, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.corpus.extras import require
from pincite.ui.console import err, out
from pincite.ui.text.control_characters import harmless

if TYPE_CHECKING:
    from pincite.ui.server.people import Account

_File = Annotated[Path, typer.Argument(help="The file of people, as serve --auth takes it.")]
_NewFile = Annotated[Path, typer.Argument(help="The file of people; created if missing.")]
_Name = Annotated[str, typer.Argument(help="The person's name.")]
_ROLE_HELP = "read: ask and look; write: also add and remove documents; admin: everything"

people = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Who may come in to a server, and what they may do there.",
)


@people.callback()
def _every() -> None:
    require("serve", "pincite people")


@people.command()
def add(
    file: _NewFile,
    name: _Name,
    role: Annotated[str, typer.Option(metavar="ROLE", help=f"{_ROLE_HELP}.")] = "read",
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="A collection that they see; without, all. Repeatable."),
    ] = None,
) -> None:
    """Add a person. Their password is asked for."""
    from pincite.ui.server.people import account, person

    known = _read(file, new=True)
    person(name, role, tag or ())  # so that no password is asked for in vain
    if name in known:
        raise UsageError(
            f"{file} has {name} already; change the person with: pincite people change FILE NAME"
        )
    made = account(name, _new_password(), role, (), tag or ())
    _write(file, {**known, name: made})
    err().print(f"Password set for {name}: {_described(made)}", markup=False)


@people.command()
def change(
    file: _File,
    name: _Name,
    role: Annotated[str | None, typer.Option(metavar="ROLE", help=f"{_ROLE_HELP}.")] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Their collections from now on. Repeatable."),
    ] = None,
    all_tags: Annotated[
        bool, typer.Option("--all-tags", help="They see all collections from now on.")
    ] = False,
) -> None:
    """Give a person another role, or other collections. A running server takes it at once."""
    from pincite.ui.server.people import account

    if tag and all_tags:
        raise UsageError("--tag and --all-tags cannot be combined; choose one of them")
    if role is None and not tag and not all_tags:
        raise UsageError(
            "there is nothing to change; give --role, --tag or --all-tags, or a new password with: "
            "pincite password FILE NAME"
        )
    known = _read(file)
    old = _found(file, known, name)
    tags = tag if tag else () if all_tags else old.person.tags or ()
    made = account(name, old.password, role or old.person.role, old.tokens, tags)
    _write(file, {**known, name: made})
    err().print(f"{name} is now: {_described(made)}", markup=False)


@people.command()
def remove(file: _File, name: _Name) -> None:
    """Shut a person out, and their programs. A running server takes it at once."""
    known = _read(file)
    _found(file, known, name)
    if len(known) == 1:
        raise UsageError(
            f"{name} is the only person in {file}, and a server wants at least one; add another "
            "first, or stop the server and delete the file"
        )
    _write(file, {other: one for other, one in known.items() if other != name})
    err().print(f"{name} may not come in any more", markup=False)


@people.command("list")
def list_(file: _File) -> None:
    """Show who may come in, and what they may do."""
    table = Table("Name", "Role", "Collections", "Tokens", box=None, pad_edge=False)
    for one in _read(file).values():
        person = one.person
        tags = "all" if person.tags is None else ", ".join(sorted(person.tags))
        table.add_row(*map(harmless, (person.name, person.role, tags, str(len(one.tokens)))))
    out().print(table, markup=False)


@people.command()
def token(
    file: _File,
    name: _Name,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Make all of their tokens worthless instead.")
    ] = False,
) -> None:
    """Print a new token, with which a program may do what the person may. It is shown only now."""
    from pincite.ui.server.passwords import hashed_token, new_token

    known = _read(file)
    old = _found(file, known, name)
    if revoke:
        _write(file, {**known, name: replace(old, tokens=())})
        err().print(f"no token of {name} opens anything any more", markup=False)
        return
    made = new_token()
    _write(file, {**known, name: replace(old, tokens=(*old.tokens, hashed_token(made)))})
    typer.echo(made)
    err().print(f"a token for the programs of {name}; keep it, it is shown only now", markup=False)


def password(
    file: _NewFile,
    name: Annotated[str, typer.Argument(help="The name of the person.")],
) -> None:
    """Give a person a new password, or add an admin to a file for --auth. It is asked for."""
    require("serve", "pincite password")
    from pincite.ui.server.people import account, checked_name

    known = _read(file, new=True)
    old = known.get(checked_name(name))
    given = _new_password()
    made = replace(old, password=given) if old else account(name, given, "admin", (), ())
    _write(file, {**known, name: made})
    err().print(f"Password set for {name}.", markup=False)


def _new_password() -> str:
    """The hash of a password that is asked for."""
    from pincite.ui.server.passwords import hashed

    return hashed(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _read(file: Path, *, new: bool = False) -> dict[str, Account]:
    from pincite.ui.server.people import parsed, text_of

    return {} if new and not file.exists() else parsed(text_of(file), file)


def _write(file: Path, known: dict[str, Account]) -> None:
    from pincite.ui.server.people import write_people

    write_people(file, known)


def _found(file: Path, known: dict[str, Account], name: str) -> Account:
    if name not in known:
        names = ", ".join(known) or "nobody"
        raise UsageError(f"{file} has no {name!r}; it has {names}")
    return known[name]


def _described(one: Account) -> str:
    tags = one.person.tags
    return f"{one.person.role}, " + (
        "all collections" if tags is None else f"collections {', '.join(sorted(tags))}"
    )
