from __future__ import annotations

import pytest

from pincite.retrieval.reading.reference_sections import is_apparatus


@pytest.mark.parametrize(
    "heading",
    [
        "References",
        "REFERENCES:",
        "7. References",
        "7 References",
        "VII. References",
        "A. References",
        "Appendix B: Bibliography",
        "8.2 Notes",
        "References and notes",
        "Notes & References",
        "Notes, citations, and references",
        "Bibliography (selected)",
        "Selected bibliography",
        "List of references",
        "**Works cited**",
        "Literature cited",
        "Footnotes",
        "Endnotes",
        "Further reading",
        "Literaturverzeichnis",
        "Einzelnachweise",
        "Quellen und Literatur",
        "Fußnoten",
        "Références",
        "Notes et références",
        "Bibliographie",
        "Referencias",
        "Notas y referencias",
        "Bibliografía",
        "Véase también",
    ],
)
def test_a_heading_that_announces_references_or_notes_is_known(heading: str) -> None:
    assert is_apparatus([heading])
    assert is_apparatus(["Gulls", heading, "Books"])


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "Gulls",
        "Notes on gulls",
        "Reference manual",
        "Sources of error",
        "Literature review",
        "See also the owls",
        "7.",
        "and",
        "Error sources",
        "| References | Notes |",
    ],
)
def test_a_heading_that_only_has_such_a_word_is_not(heading: str) -> None:
    assert not is_apparatus([heading])


def test_what_has_no_heading_is_no_apparatus() -> None:
    assert not is_apparatus([])
