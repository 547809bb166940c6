"""An edit moves few passages, and length alone makes nothing slow."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Document
from pincite.ingest.cutting.passages import segment
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import check_whole, passages_of, read, read_markdown

TOKENS = 24
MOST_MOVED = 40  # passages of more than 200; commonly it is two or three


def written(seed: int, sentences: int) -> list[str]:
    """Sentences of five to fifteen words, in paragraphs of one to six."""
    dice = Random(seed)
    return [
        " ".join(f"w{dice.randrange(900)}" for _ in range(dice.randint(5, 15)))
        + dice.choice([". ", ". ", ". ", ".\n\n"])
        for _ in range(sentences)
    ]


def keys(document: Document) -> set[bytes]:
    return {p.key(document.text) for p in passages_of(document, TOKENS)}


def test_the_passages_of_a_section_are_of_about_equal_size() -> None:
    document = read("The gull sat there. " * 26)  # 104 words, which is a few more than fit
    sizes = [len(p.sentences) for p in segment(document, HashingEmbedder(), 96)]
    assert sizes == [13, 13]


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from(["Changed. ", "", "One. Two. "]))
def test_an_edit_of_a_long_text_changes_few_passages(seed: int, place: float, new: str) -> None:
    sentences = written(seed, 500)
    before = keys(read("".join(sentences)))
    sentences[int(place * 499)] = new
    after = keys(read("".join(sentences)))
    assert len(before) > 200
    assert len(after - before) <= MOST_MOVED


def test_a_row_that_is_added_to_a_long_table_changes_few_passages() -> None:
    rows = [f"| gull {n} | {n * n} | {n % 7} |" for n in range(1500)]
    head = "| Bird | Eggs | Day |\n| --- | --- | --- |\n"
    before = keys(read_markdown(head + "\n".join(rows)))
    rows.insert(700, "| a new one | 3 | 4 |")
    after = keys(read_markdown(head + "\n".join(rows)))
    assert len(before) > 200
    assert len(after - before) <= MOST_MOVED


def test_a_long_section_is_cut_whole_and_about_evenly() -> None:
    document = read("".join(written(7, 800)))
    passages = passages_of(document)
    check_whole(document, passages)
    sizes = HashingEmbedder().count([document.text[p.span.start : p.span.end] for p in passages])
    assert max(sizes) <= 96
    assert sum(size < 60 for size in sizes) < len(sizes) / 10


def test_beside_a_new_first_paragraph_most_passages_are_what_they_were() -> None:
    text = "".join(written(3, 900))
    before = keys(read(text))
    assert len(keys(read("A new first paragraph.\n\n" + text)) - before) <= MOST_MOVED


def test_thousands_of_sections_and_tens_of_thousands_of_rows_end() -> None:
    sections = "".join(f"# H{n}\n\nThe gull {n} sat. It slept.\n\n" for n in range(3_000))
    assert len(segment(read_markdown(sections), HashingEmbedder())) == 3_000
    rows = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | x |" for n in range(20_000))
    found = segment(read_markdown(rows), HashingEmbedder())
    assert sum(len(p.sentences) for p in found) == 20_001
    assert found[-1].columns == ("a", "b")
