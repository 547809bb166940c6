"""The words of the documents: short where a limit is set, explained where they are the field's."""

from __future__ import annotations

import re

from tests.docs.markdown import ROOT, documents

GLOSSARY = ROOT / "docs/glossary.md"
_LIMITS = {"docs/architecture.md": 1000, "README.md": 1700}  # words
_ROW = re.compile(r"^\| ([^|]+?) \| ", re.MULTILINE)


def terms() -> list[str]:
    """The words that the glossary explains."""
    header, *found = _ROW.findall(GLOSSARY.read_text("utf-8"))
    assert header == "word"
    return found


def test_pages_that_a_newcomer_reads_stay_short() -> None:
    lengths = {name: len((ROOT / name).read_text("utf-8").split()) for name in _LIMITS}
    assert {name: n for name, n in lengths.items() if n > _LIMITS[name]} == {}
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 200


def test_the_glossary_is_in_order_and_explains_each_word_once() -> None:
    found = terms()
    assert len(found) > 30
    assert found == sorted(set(found), key=str.lower)


def test_every_word_of_the_glossary_is_used() -> None:
    pages = (file.read_text("utf-8") for file in documents() if file != GLOSSARY)
    text = " ".join(" ".join(pages).lower().split())
    assert [term for term in terms() if not re.search(rf"\b{term.lower()}", text)] == []
