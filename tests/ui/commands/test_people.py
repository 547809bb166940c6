"""``pincite people``: add, change, list, remove, and tokens for programs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pincite.corpus.errors import PinciteError
from pincite.ui.access import Person
from pincite.ui.cli import app
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.people import read_people
from tests.ui.visitors import PASSWORD, basic


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people"


def run(*words: object, typed: str = f"{PASSWORD}\n" * 2) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def refused(*words: object) -> str:
    """The sentence with which a command refuses, as wrong usage, before it asks for anything."""
    given = run(*words, typed="")
    assert isinstance(given.exception, PinciteError), given.output
    assert given.exception.exit_code == 2
    return str(given.exception)


def person(file: Path, name: str) -> Person:
    return read_people(file)[name].person


def test_a_person_is_added_with_a_role_and_collections(file: Path) -> None:
    added = run("people", "add", file, "rita", "--role", "write", "--tag", "sea", "--tag", " a  b ")
    assert added.exit_code == 0
    assert "rita may come in with this password: write, collections a b, sea" in added.output
    assert person(file, "rita") == Person("rita", "write", frozenset({"sea", "a b"}))
    assert run("people", "add", file, "ada", "--role", "admin").exit_code == 0
    assert run("people", "add", file, "bob").exit_code == 0
    assert person(file, "bob") == Person("bob", "read", None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    came_in = Credentials.read(file).check(basic("rita")["authorization"])
    assert came_in == person(file, "rita")


def test_a_person_gets_another_role_and_other_collections(file: Path) -> None:
    run("people", "add", file, "rita", "--tag", "sea")
    before = read_people(file)["rita"].password
    assert (
        "write, collections sea" in run("people", "change", file, "rita", "--role", "write").output
    )
    run("people", "change", file, "rita", "--tag", "land")
    assert person(file, "rita") == Person("rita", "write", frozenset({"land"}))
    run("people", "change", file, "rita", "--all-tags", "--role", "admin")
    assert person(file, "rita") == Person("rita", "admin", None)
    assert read_people(file)["rita"].password == before


def test_a_new_password_leaves_role_collections_and_tokens(file: Path) -> None:
    run("people", "add", file, "rita", "--tag", "sea")
    run("people", "token", file, "rita")
    before = read_people(file)["rita"]
    assert run("password", file, "rita", typed="another password\n" * 2).exit_code == 0
    after = read_people(file)["rita"]
    assert (after.person, after.tokens) == (before.person, before.tokens)
    assert after.password != before.password
    assert run("password", file, "ada").exit_code == 0
    assert person(file, "ada") == Person("ada", "admin", None)


def test_a_token_is_shown_once_and_only_its_hash_is_kept(file: Path) -> None:
    run("people", "add", file, "rita", "--tag", "sea")
    first, second = (
        CliRunner().invoke(app, ["people", "token", str(file), "rita"]).stdout.strip()
        for _ in range(2)
    )
    assert first != second
    assert first not in file.read_text()
    credentials = Credentials.read(file)
    for token in (first, second):
        assert credentials.check(f"Bearer {token}") == person(file, "rita")
        assert credentials.check(f"Bearer {token}x") is None
    assert run("people", "token", file, "rita", "--revoke").exit_code == 0
    assert credentials.recall(f"Bearer {first}") is None
    assert credentials.check(f"Bearer {first}") is None


def test_a_person_is_removed_but_not_the_last(file: Path) -> None:
    run("people", "add", file, "rita")
    assert "rita is the only person" in refused("people", "remove", file, "rita")
    run("people", "add", file, "bob")
    assert run("people", "remove", file, "rita").exit_code == 0
    assert list(read_people(file)) == ["bob"]


def test_people_are_listed_in_a_table(file: Path) -> None:
    run("people", "add", file, "rita", "--tag", "sea", "--tag", "land")
    run("people", "add", file, "ada", "--role", "admin")
    run("people", "token", file, "ada")
    lines = CliRunner().invoke(app, ["people", "list", str(file)]).stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["Name", "Role", "Collections", "Tokens"],
        ["rita", "read", "land,", "sea", "0"],
        ["ada", "admin", "all", "1"],
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "FILE", "rita"), "has rita already; change the person with"),
        (("add", "FILE", "a:b"), "the name 'a:b' is empty, or has a colon"),
        (("add", "FILE", " "), "the name ' ' is empty"),
        (
            ("add", "FILE", "x", "--role", "owner"),
            "no role 'owner'; choose one of read, write, admin",
        ),
        (("add", "FILE", "x", "--tag", "a,b"), "has a comma"),
        (("add", "FILE", "x", "--tag", ""), "is empty"),
        (("add", "FILE", "x", "--role", "admin", "--tag", "sea"), "an admin sees everything"),
        (("change", "FILE", "rita"), "there is nothing to change"),
        (("change", "FILE", "rita", "--role", "admin"), "an admin sees everything"),
        (("change", "FILE", "rita", "--tag", "x", "--all-tags"), "contradict each other"),
        (("change", "FILE", "bob", "--role", "read"), "has no 'bob'; it has rita"),
        (("remove", "FILE", "bob"), "has no 'bob'; it has rita"),
        (("token", "FILE", "bob"), "has no 'bob'; it has rita"),
        (("list", "NONE"), "cannot be read"),
        (("remove", "NONE", "rita"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    file: Path, words: tuple[str, ...], said: str
) -> None:
    run("people", "add", file, "rita", "--tag", "sea")
    before = file.read_bytes()
    paths = {"FILE": str(file), "NONE": str(file.with_name("none"))}
    assert said in refused("people", *(paths.get(word, word) for word in words))
    assert file.read_bytes() == before


def test_a_file_with_a_bad_line_is_not_written_over(file: Path) -> None:
    file.write_text("no line of it\n")
    assert "line 1" in refused("people", "add", file, "rita")
    assert "line 1" in refused("password", file, "rita")
    assert file.read_text() == "no line of it\n"
