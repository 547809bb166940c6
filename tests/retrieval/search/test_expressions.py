"""Codes, addresses, languages and names in capitals are terms of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.search import expressions as module
from pincite.retrieval.search.analysis import content_terms, terms
from pincite.retrieval.search.expressions import Expression, expressions, rewrite

bounded = settings(max_examples=80)
TEXTS = st.text(st.sampled_from("aAbWHO1230 .,-−/:@+#'()°\n\u00a0"), max_size=80)


@bounded
@given(st.from_regex(r"[A-Z]{2,6}", fullmatch=True), st.integers(10, 99_999))
def test_a_code_has_one_term_with_a_hyphen_a_blank_or_neither(letters: str, figures: int) -> None:
    ways = [set(terms(f"see {letters}{mark}{figures} there")) for mark in ("-", " ", "", "\u2011")]
    assert f"{letters.lower()}{figures}" in set.intersection(*ways)


@pytest.mark.parametrize(
    ("one", "other"), [("Wi-Fi", "wifi"), ("e-mail", "email"), ("B26-17", "B2617")]
)
def test_a_hyphenated_word_is_also_one_word(one: str, other: str) -> None:
    assert set(terms(other)) <= set(terms(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jane.doe@example.com", "Jane.Doe@example.com."),
        ("https://www.example.com/a/b?c=1", "www.example.com/a/b?c=1,"),
        ("http://example.com/", "https://example.com"),
    ],
)
def test_an_address_is_one_term_however_it_is_typed(one: str, other: str) -> None:
    (first,), (second,) = ([e.wholes for e in expressions(text)] for text in (one, other))
    assert first == second
    assert first[0] in terms(f"write to {other}")


@pytest.mark.parametrize(
    "names", [("C", "C++", "C#"), ("F", "F#"), ("net", ".NET"), ("J", "J#", "J++")]
)
def test_the_signs_of_a_language_tell_it_from_a_letter(names: tuple[str, ...]) -> None:
    found = [content_terms(f"{name} is taught")[0] for name in names]
    assert len(set(found)) == len(names)
    assert [content_terms(f"we learn {name}.")[-1] for name in names] == found


def test_dotnet_is_in_its_framework() -> None:
    assert content_terms("ASP.NET") == ["asp", *content_terms(".NET")]


@pytest.mark.parametrize("name", ["WHO", "IT", "US", "AM"])
def test_a_name_in_capitals_is_not_the_word_that_it_looks_like(name: str) -> None:
    there = content_terms(f"how much does the {name} recommend")
    assert set(content_terms(name)) <= set(there)
    assert set(content_terms(name)).isdisjoint(terms(name.lower()))


@pytest.mark.parametrize("said", ["WHO IS IT", "THIS IS IT", "ALL OF US"])
def test_where_all_is_in_capitals_nothing_is_a_name(said: str) -> None:
    assert terms(said) == terms(said.lower())


def test_points_between_capitals_are_as_none() -> None:
    assert set(content_terms("in the US")) & set(terms("in the U.S. limit"))


@bounded
@given(TEXTS)
def test_expressions_come_in_order_and_never_overlap(text: str) -> None:
    found = list(expressions(text))
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@bounded
@given(TEXTS)
def test_rewriting_loses_no_word(text: str) -> None:
    letters = re.sub(r"[^a-z]", "", text.lower())
    again = re.sub(r"[^a-z]", "", rewrite(text).lower())
    it = iter(again)
    assert all(letter in it for letter in letters)


@bounded
@given(TEXTS, TEXTS)
def test_a_line_is_rewritten_as_it_is_alone(one: str, other: str) -> None:
    one, other = (" ".join(text.split()).strip(" -−.,/:'+#@") for text in (one, other))
    assert terms(f"{one}\n\n\n\n{other}") == terms(one) + terms(other)


HOSTILE = [
    "1",
    "1.",
    "1 000 ",
    "a-",
    "a.",
    "-1",
    "A.",
    "1-",
    "3/",
    "a@",
    "+",
    "www.",
    "3 May ",
    "A",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_is_twice_the_work(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in code points that are looked at again beside or inside an expression."""
    counts = []
    for times in (400, 800):
        work = []
        for name, read in module._READ.items():
            monkeypatch.setitem(module._READ, name, _counted(read, work))
        list(expressions(piece * times))
        counts.append(sum(work))
        monkeypatch.undo()
    assert counts[1] <= 2 * counts[0] + 200


def _counted(
    read: Callable[[re.Match[str]], Expression | None], work: list[int]
) -> Callable[[re.Match[str]], Expression | None]:
    def counting(match: re.Match[str]) -> Expression | None:
        work.append(len(match[0]) + 2 * module._REACH)
        return read(match)

    return counting
