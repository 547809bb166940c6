"""Office equations on one line."""

from __future__ import annotations

import pytest
from lxml import etree

from pincite.ingest.readers.office.equations import equation


def written(tag: str, **parts: str) -> str:
    """An element of the parts named, each a text or more elements."""
    inside = "".join(
        f"<{part}>{text if text.startswith('<') else f'<r><t>{text}</t></r>'}</{part}>"
        for part, text in parts.items()
    )
    return f"<{tag}>{inside}</{tag}>"


def said(inside: str) -> str:
    return equation(etree.fromstring(f"<oMath>{inside}</oMath>"))


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        (written("f", num="a+b", den="2c"), "(a+b)/(2c)"),
        (written("sSup", e="x", sup="2"), "x²"),
        (written("sSup", e="x+y", sup="kt"), "(x+y)^kt"),
        (written("sSub", e="x", sub="i,j"), "x_(i,j)"),
        (written("sSubSup", e="x", sub="i", sup="k"), "x_i^k"),
        (written("rad", deg="3", e="n+1"), "3√(n+1)"),
        (written("func", fName="sin", e="x"), "sin x"),
        (written("limLow", e="lim", lim="n"), "lim_n"),
        (written("acc", e="x"), "x"),
        ("<d><dPr><begChr val='['/><endChr val=''/></dPr><e><t>x</t></e></d>", "[x"),
        ("<d><dPr><sepChr val=','/></dPr><e><t>x</t></e><e><t>y</t></e></d>", "(x,y)"),
        (
            "<nary><naryPr><chr val='∑'/></naryPr><sub><t>n</t></sub><sup><t>9</t></sup>"
            "<e><t>n</t></e></nary>",
            "∑_n⁹ n",
        ),
        ("<nary><naryPr/><sub/><sup/><e><t>f</t></e></nary>", "∫ f"),
        ("<m><mPr/><mr><e><t>a</t></e><e><t>b</t></e></mr><mr><e><t>c</t></e></mr></m>", "a b; c"),
        ("<f/><sSup/><rad/><r><t/></r>", "/√"),
    ],
)
def test_each_shape_has_its_line(inside: str, line: str) -> None:
    assert said(inside) == line


def test_a_power_of_what_is_in_brackets_needs_no_more_of_them() -> None:
    inside = written("d", e="x+a")
    assert said(f"<sSup><e>{inside}</e><sup><t>n</t></sup></sSup>") == "(x+a)ⁿ"
