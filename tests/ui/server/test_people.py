"""The file of people: what a line may say, and what is said of one that may not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import UsageError
from pincite.corpus.tags import checked_tag
from pincite.ui.access import EVERYBODY, ROLES, Person, person_of
from pincite.ui.server.passwords import hashed_token, is_password_hash
from pincite.ui.server.people import (
    Account,
    account,
    missing_collections,
    parsed,
    read_people,
    write_people,
)
from tests.ui.visitors import account as made

HASH = made("ada").password
TOKEN = hashed_token("a token of some length")
FILE = Path("people")


def is_tag(text: str) -> bool:
    try:
        return checked_tag(text) == text
    except UsageError:
        return False


names = st.text(min_size=1, max_size=20).filter(
    lambda name: name.isprintable() and ":" not in name and name == name.strip()
)
collections = st.frozensets(st.text(min_size=1, max_size=12).filter(is_tag), max_size=3)
accounts = st.builds(
    lambda name, role, tokens, tags: account(
        name, HASH, role, map(hashed_token, tokens), () if role == "admin" else tags
    ),
    names,
    st.sampled_from(ROLES),
    st.lists(st.text(), max_size=3),
    collections,
)


@given(st.lists(accounts, min_size=1, max_size=4, unique_by=lambda one: one.person.name))
def test_what_is_written_is_what_is_read(people: list[Account]) -> None:
    text = "".join(f"{one.line()}\n" for one in people)
    assert list(parsed(text, FILE).values()) == people


@pytest.mark.parametrize("line", [f"ada:{HASH}", f"ada:{HASH}:admin", f"ada:{HASH}:admin::"])
def test_a_line_without_a_role_is_an_admin_who_sees_everything(line: str) -> None:
    assert parsed(f"\n{line}\n\n", FILE)["ada"].person == Person("ada", "admin", None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ada", "no hash of a password; make one with: pincite password FILE NAME"),
        ("ada:plain password", "no hash of a password"),
        ("ada:scrypt$16384$8$1$AAAA$AAAA", "no hash of a password"),
        ("ada:scrypt$16383$8$1$AAAA$" + "A" * 43 + "=", "no hash of a password"),
        ("ada:scrypt$99999999$8$1$AAAA$" + "A" * 43 + "=", "no hash of a password"),
        (f":{HASH}", "the name '' is empty"),
        (f" ada:{HASH}", "blanks around it"),
        (f"ada:{HASH}:", "there is no role ''; choose one of read, write, admin"),
        (f"ada:{HASH}:owner", "there is no role 'owner'; choose one of read, write, admin"),
        (f"ada:{HASH}:read:abc", "make tokens with: pincite people token FILE NAME"),
        (f"ada:{HASH}:read:{TOKEN},", "make tokens with"),
        (f"ada:{HASH}:read::sea,,land", "the tag '' is empty"),
        (f"ada:{HASH}:read::{'x' * 65}", "and a tag may have 64"),
        (f"ada:{HASH}:read::a\x07b", "a comma or a control character"),
        (f"ada:{HASH}:admin::sea", "cannot be an admin with collections (sea)"),
        (f"bob:{HASH}", "bob is there already"),
    ],
)
def test_a_bad_line_is_named_with_what_to_do(line: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        parsed(f"bob:{HASH}\n\n{line}\n", FILE)
    assert "people is no file of people as it stands: line 3: " in str(raised.value)
    assert said in str(raised.value)


def test_every_bad_line_is_named_up_to_a_few() -> None:
    with pytest.raises(UsageError) as raised:
        parsed("x\n" + f"ada:{HASH}\n" + "x\n" * 7, FILE)
    said = str(raised.value)
    assert [number for number in range(1, 10) if f"line {number}:" in said] == [1, 3, 4, 5, 6]
    assert said.endswith("; and 3 more")


@given(st.text(max_size=200))
def test_any_text_is_a_file_of_people_or_an_error_of_usage(text: str) -> None:
    for whole in (text, f"ada:{HASH}:{text}", f"ada:{text}:read"):
        try:
            people = parsed(whole, FILE)
        except UsageError:
            continue
        assert all(one.person.role in ROLES for one in people.values())


@given(st.text(max_size=60))
def test_no_other_text_is_taken_for_a_hash(text: str) -> None:
    assert not is_password_hash(text)
    assert not is_password_hash(f"scrypt${text}")
    assert is_password_hash(HASH)


def test_the_file_is_for_its_owner_alone_whatever_was_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "people"
    left = tmp_path / ".people.new"
    left.write_text("left behind by a run that was cut off")
    left.chmod(0o644)
    people = {"ada": made("ada"), "bob": made("bob", "read", "sea")}
    write_people(file, people)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_people(file) == people
    assert not left.exists()
    with pytest.raises(UsageError, match="cannot be written"):
        write_people(tmp_path / "nowhere" / "people", people)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_writes_anew_stays_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "people"
    write_people(file, {"ada": made("ada")})
    os.chown(file, 10001, 10001)
    write_people(file, {"ada": made("ada"), "bob": made("bob")})
    assert (file.stat().st_uid, file.stat().st_gid) == (10001, 10001)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_collection_that_no_document_carries_is_said_with_the_tags_that_there_are() -> None:
    people = {"bob": made("bob", "read", "sae", "land"), "ada": made("ada")}
    assert missing_collections(people, ["sea", "land"]) == [
        "bob has the collection 'sae', and no document carries this tag; the tags are land, sea"
    ]
    assert "no document has a tag" in missing_collections(people, [])[0]
    assert missing_collections({"ada": made("ada")}, []) == []


def test_a_request_through_which_nobody_came_in_is_refused() -> None:
    for scope in ({}, {"state": {}}, {"state": None}, {"state": {"person": "ada"}}):
        with pytest.raises(Exception, match="nobody is let in here"):
            person_of(scope)
    assert EVERYBODY.may("admin")
