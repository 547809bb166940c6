from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.errors import SettingsError
from pincite.retrieval.settings import Settings, load_settings


@pytest.mark.parametrize("name", ["PINCITE_TRESHOLD", "PINCITE_", "PINCITE_QUOTES_"])
def test_a_name_that_is_no_setting_is_refused_with_the_list(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "0.5")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name} in the environment")
    for known in Settings.model_fields:
        assert f"PINCITE_{known.upper()}" in str(refused.value)


def test_names_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITER_THRESHOLD", "7")
    monkeypatch.setenv("MY_PINCITE_QUOTES", "7")
    assert load_settings() == load_settings(quotes=load_settings().quotes)


REFUSED: list[tuple[str, Any]] = [
    ("candidates", 0),
    ("candidates", 10_001),
    ("dense_weight", -0.1),
    ("dense_weight", 1.1),
    ("dense_weight", "much"),
    ("read_passages", 0),
    ("read_passages", 1.5),
    ("quotes", 0),
    ("quotes", 4),
    ("threshold", 1.01),
    ("threshold", -1),
    ("nearest", -1),
    ("longest_question", 0),
    ("precision", "float64"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_an_impossible_value_is_refused_naming_setting_and_value(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"{name} = {value!r}")):
        load_settings(**{name: value})


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_an_impossible_value_in_the_environment_is_refused_as_well(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    monkeypatch.setenv(f"PINCITE_{name.upper()}", str(value))
    with pytest.raises(SettingsError, match=re.escape(f"{name} = {str(value)!r}")):
        load_settings()


def test_an_override_that_is_no_setting_is_refused_with_the_list() -> None:
    with pytest.raises(SettingsError, match=r"treshold.*threshold"):
        load_settings(treshold=0.5)


def test_an_override_beats_the_environment_and_the_environment_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().quotes == Settings.model_fields["quotes"].default
    monkeypatch.setenv("PINCITE_QUOTES", "2")
    assert load_settings().quotes == 2
    assert load_settings(quotes=1).quotes == 1


def test_an_override_of_none_is_as_if_it_were_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_LIBRARY", "elsewhere")
    settings = load_settings(library=None, quotes=None, embedder=None)
    assert settings == load_settings()
    assert settings.library == Path("elsewhere")


def test_settings_that_were_read_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().quotes = 1  # type: ignore[misc]


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())
