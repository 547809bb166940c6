"""``pincite ask --cite``: the quotes as citations, for a reference manager."""

from __future__ import annotations

import pytest

from tests.conftest import Pincite
from tests.ui.test_cli import EATS, GULLS, NOWHERE

pytestmark = pytest.mark.usefixtures("notes")


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("bibtex", f"  annote = {{{GULLS}}},"),
        ("ris", f"N1  - {GULLS}"),
        ("apa", f"“{GULLS}” (“notes”, n.d., “Gulls” section)."),
    ],
)
def test_an_answer_is_printed_as_citations_and_nothing_else(
    pincite: Pincite, form: str, line: str
) -> None:
    run = pincite("ask", EATS, "--cite", form)
    assert (run.code, run.stderr) == (0, "")
    assert line in run.stdout.splitlines()
    assert "score 0." not in run.stdout


def test_quotes_that_nobody_vouches_for_are_cited_with_a_word_on_standard_error(
    pincite: Pincite,
) -> None:
    run = pincite("ask", "Where do gulls winter?", "--cite", "ris", "--threshold", "1")
    assert (run.code, run.stderr) == (0, "pincite: Not sure; these come closest:\n")
    assert run.stdout.startswith("TY  - GEN\n")


def test_where_nothing_is_found_nothing_is_cited(pincite: Pincite) -> None:
    run = pincite("ask", NOWHERE, "--cite", "bibtex")
    assert (run.code, run.stdout, run.stderr) == (3, "", "pincite: Not in these documents\n")


def test_json_and_citations_are_not_printed_together(pincite: Pincite) -> None:
    run = pincite("ask", EATS, "--cite", "apa", "--json")
    assert (run.code, run.stdout) == (2, "")
    assert "choose one of them" in run.stderr


def test_an_unknown_format_is_refused_with_those_that_there_are(pincite: Pincite) -> None:
    run = pincite("ask", EATS, "--cite", "endnote")
    assert run.code == 2
    assert all(form in run.stderr for form in ("bibtex", "ris", "apa"))
