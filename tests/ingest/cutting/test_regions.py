"""What is quoted, noted or hidden is a passage of its own kind."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Document, Region, RegionKind, Span
from tests.ingest.cutting.helpers import check_whole, is_heading, passages_of, read_markdown

KINDS = st.sampled_from(["quoted", "note", "hidden"])


def with_regions(document: Document, *regions: tuple[str, RegionKind]) -> Document:
    found = [
        Region(Span(start, start + len(words)), kind)
        for words, kind in regions
        for start in [document.text.index(words)]
    ]
    return replace(document, regions=tuple(sorted(found, key=lambda region: region.span)))


def test_a_region_is_passages_of_its_own_kind() -> None:
    document = with_regions(
        read_markdown("# A\n\nIt sat. It slept.\n\nHe wrote this.\n\nAside. White.\n"),
        ("He wrote this.", "quoted"),
        ("Aside. White.", "note"),
        ("White.", "hidden"),
    )
    passages = passages_of(document)
    check_whole(document, passages)
    assert [(p.kind, p.hidden, document.text[p.span.start : p.span.end]) for p in passages] == [
        ("prose", False, "It sat. It slept."),
        ("quoted", False, "He wrote this."),
        ("note", False, "Aside."),
        ("note", True, "White."),
    ]


def test_the_heading_of_a_section_does_not_matter_to_a_region_over_several() -> None:
    text = "# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.\n"
    document = with_regions(read_markdown(text), ("One.\n\n# B\n\nTwo.", "quoted"))
    assert [p.kind for p in passages_of(document)] == ["quoted", "quoted", "prose"]


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["# A", "It sat.", "- a", "| a | b |", "```", "", "> x", "[1] Berg, A."]),
        max_size=15,
    ).map("\n".join),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 30), KINDS), max_size=5),
)
def test_no_passage_crosses_the_edge_of_a_region_and_nothing_is_lost(
    text: str, drawn: list[tuple[int, int, RegionKind]]
) -> None:
    regions: list[Region] = []
    ends: dict[str, int] = {}
    for start, length, kind in sorted(drawn):
        end = min(start + length, len(text))
        if max(start, ends.get(kind, 0)) < end:
            regions.append(Region(Span(max(start, ends.get(kind, 0)), end), kind))
            ends[kind] = end
    document = replace(
        read_markdown(text), regions=tuple(sorted(regions, key=lambda region: region.span))
    )
    passages = passages_of(document)
    check_whole(document, passages)
    for passage in passages:
        if is_heading(document, passage):
            continue
        over = [r for r in regions if r.span.overlaps(passage.span)]
        assert all(region.span.contains(passage.span) for region in over)
        here = {region.kind for region in over}
        assert passage.hidden == ("hidden" in here)
        assert (passage.kind == "quoted") == ("quoted" in here)
