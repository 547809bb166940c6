"""JSON Lines and JSON: each object a block of fields."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import EmptySourceError, UnsupportedSourceError
from pincite.ingest.readers import Reading, read
from tests.ingest.readers.damage import read_or_refused

bounded = settings(max_examples=100)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab. \n", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def said(text: str, name: str = "a.jsonl") -> Reading:
    return read(text.encode(), name)[1]


def test_each_line_is_a_block_of_its_fields_with_dots_in_nested_keys() -> None:
    reading = said(
        '{"bird": "Gull", "nest": {"eggs": 3, "on": ["cliff", "roof"]}}\n{"bird":"Tern"}'
    )
    assert reading.text == ("bird: Gull\nnest.eggs: 3\nnest.on: cliff, roof\n\nbird: Tern\n")
    assert reading.warnings == ()


def test_a_key_stands_on_one_line_over_a_list_as_over_a_value() -> None:
    text = said('{"on\\nboard": {"gulls": ["Ada", "Bo"], "auks": 3}}').text
    assert text == "on board.gulls: Ada, Bo\non board.auks: 3\n"


def test_numbers_stand_as_they_are_written() -> None:
    text = said('{"a": 1.10, "b": 1e3, "c": true, "d": null, "e": %s}' % ("9" * 5000)).text
    assert text == f"a: 1.10\nb: 1e3\nc: true\ne: {'9' * 5000}\n"


def test_bad_lines_are_left_out_and_their_numbers_named() -> None:
    reading = said('{"a": 1}\nnot json\n\n{"a": 2\n{"a": 3}\n')
    assert reading.text == "a: 1\n\na: 3\n"
    assert reading.warnings == ("lines 2, 4 are not JSON, and left out",)


def test_of_many_bad_lines_the_first_are_named() -> None:
    (warning,) = said('{"a": 1}\n' + "x\n" * 20).warnings
    assert warning == "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 10 more are not JSON, and left out"


def test_a_file_without_one_json_line_is_refused() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"a\.jsonl has no line that is JSON \(2 were"):
        said("one\ntwo\n")


def test_an_array_of_objects_is_read_item_by_item() -> None:
    assert said('[{"a": 1}, {"a": 2, "b": 3}]', "a.json").text == "a: 1\n\na: 2\nb: 3\n"


def test_objects_inside_an_object_stand_apart_under_their_key() -> None:
    text = said('{"title": "Log", "rows": [{"a": 1}, {"a": 2}], "end": 9}', "a.json").text
    assert text == "title: Log\n\nrows.a: 1\n\nrows.a: 2\n\nend: 9\n"


@pytest.mark.parametrize(("text", "shown"), [("[1, 2, 3]", "1, 2, 3\n"), ('"word"', "word\n")])
def test_other_values_are_shown_plainly(text: str, shown: str) -> None:
    assert said(text, "a.json").text == shown


def test_json_lines_under_the_name_of_json_are_read_as_json_lines() -> None:
    assert said('{"a": 1}\n{"a": 2}\n', "a.json").text == "a: 1\n\na: 2\n"


@pytest.mark.parametrize("text", ["{not json", "[" * 100_000, "[" * 5_000 + "]" * 5_000, "[1,]"])
def test_what_is_no_json_or_nested_too_deep_is_read_as_text(text: str) -> None:
    reading = said(text, "a.json")
    assert reading.text == text
    assert "it is not valid JSON" in reading.warnings[0]
    assert "so it is read as text" in reading.warnings[0]


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"a": ""}', "  \n"])
def test_json_that_says_nothing_is_empty(text: str) -> None:
    with pytest.raises(EmptySourceError, match=r"a\.json is empty"):
        said(text, "a.json")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_keys_that_would_swell_the_text_beyond_measure_are_not_repeated(name: str) -> None:
    inner = ",".join(f'"{i}":1' for i in range(1000))
    text = f'{{"{"k" * 100_000}":{{{inner}}}}}'
    reading = said(text, name)
    assert reading.text == text
    assert "keys are too long" in reading.warnings[0]


@bounded
@given(VALUES)
def test_every_word_of_a_value_comes_out(value: object) -> None:
    try:
        reading = said(json.dumps(value), "a.json")
    except EmptySourceError:
        return
    for leaf in _leaves(value):
        assert " ".join(leaf.split()) in " ".join(reading.text.split())


@bounded
@given(st.text('[]{}",:a1 \n\\', max_size=60), st.sampled_from(["a.json", "a.jsonl"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    assert read_or_refused(text.encode(), name)


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [value] if isinstance(value, str) and value.isalnum() and value.isascii() else []
