"""How well files are read is counted file by file, and scored against gold text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pincite.corpus.errors import UsageError
from pincite.eval.bench import extraction
from pincite.eval.bench.extraction import (
    Case,
    cases,
    extract,
    measure,
    shingle_scores,
    word_recall,
    words,
)
from pincite.eval.bench.rasterize import scan
from pincite.ingest.readers.pdf import ocr
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

_TEXTS = st.text(alphabet="ab ", min_size=1).filter(words)


def test_a_gold_sets_form_gives_packed_files_with_their_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"Gulls eat fish."))
    row = {"id": "a", "title": "A", "text": "Gulls eat fish.", "path": "a.txt.gz"}
    without = {"id": "b", "title": "B", "text": "Owls."}
    _lines(tmp_path / "corpus.jsonl", row, without)
    assert list(cases(tmp_path)) == [Case("a.txt", b"Gulls eat fish.", "Gulls eat fish.")]


def test_every_fate_is_counted_and_none_stops_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.md").write_text("# Gulls\nThey eat fish.")
    (tmp_path / "latin.txt").write_bytes(
        "Der Bär hört die Möwe schreien über dem Meer.".encode("cp1252")
    )
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (tmp_path / "broken.txt").write_text("whatever")
    (tmp_path / "good.gold").write_text("Gulls They eat mussels")
    names = ["good.md", "latin.txt", "picture.png", "broken.txt"]
    rows: list[dict[str, str]] = [{"path": name} for name in names]
    rows[0]["gold"] = "good.gold"
    _lines(tmp_path / "manifest.jsonl", *rows)

    read = extraction.read

    def breaks_on_one(data: bytes, name: str) -> object:
        return 1 / 0 if name == "broken.txt" else read(data, name)

    monkeypatch.setattr(extraction, "read", breaks_on_one)
    results = {result.name: result for result in measure(tmp_path, lambda *_: None)}
    assert [results[name].fate for name in names] == ["read", "with warnings", "refused", "crashed"]
    assert results["good.md"].recall == 0.75
    assert "ZeroDivisionError" in results["broken.txt"].said

    console = Console(record=True, width=200)
    extraction.show(console, results.values())
    table = console.export_text()
    assert "refused: picture.png" in table
    assert "crashed: ZeroDivisionError" in table
    assert [line.split()[:6] for line in table.splitlines() if line.startswith("all")] == [
        ["all", "4", "1", "1", "1", "1"]
    ]


def test_a_file_without_gold_has_no_scores() -> None:
    result = extract(Case("a.txt", b"Gulls eat fish.", None))
    assert (result.fate, result.recall, result.precision) == ("read", None, None)


def test_f1_is_of_mean_precision_and_mean_recall() -> None:
    # By hand: precisions 1/2 and 1, recalls 1 and 1/2: both means are 3/4.
    first = extract(Case("a.txt", b"a b c d e", "a b c d"))
    second = extract(Case("b.txt", b"a b c d", "a b c d e"))
    console = Console(record=True, width=200)
    extraction.show(console, [first, second])
    assert "0.750" in console.export_text()


@given(_TEXTS, _TEXTS)
def test_scores_are_shares_and_whole_for_the_same_text(text: str, gold: str) -> None:
    assert 0 <= word_recall(text, gold) <= 1
    assert all(0 <= score <= 1 for score in shingle_scores(text, gold))
    assert word_recall(gold, gold) == 1
    assert shingle_scores(gold, gold) == (1, 1)
    assert shingle_scores(text, gold) == shingle_scores(gold, text)[::-1]


@pytest.mark.parametrize("listing", ["7", "{", '{"path": "missing.txt"}', '{"path": 7}'])
def test_a_folder_that_is_not_in_the_form_is_refused(tmp_path: Path, listing: str) -> None:
    (tmp_path / "manifest.jsonl").write_text(listing)
    with pytest.raises(UsageError, match=r"manifest\.jsonl"):
        list(cases(tmp_path))


def test_a_folder_without_a_listing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither"):
        list(cases(tmp_path))


def _lines(file: Path, *rows: dict[str, str]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_scanned_pdfs_are_pictures_of_their_pages_and_other_files_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = [Leaf(column(["Gulls eat fish."])), Leaf(column(["Owls."]), width=300, height=200)]
    (tmp_path / "a.pdf").write_bytes(pdf(leaves))
    (tmp_path / "locked.pdf").write_bytes(pdf(leaves, encrypted=True))
    (tmp_path / "a.md").write_text("Gulls.")
    _lines(tmp_path / "manifest.jsonl", *({"path": n} for n in ("a.pdf", "locked.pdf", "a.md")))
    monkeypatch.setattr(ocr, "available", lambda: False)
    scanned, locked = measure(tmp_path, lambda *_: None, scanned=True)
    assert "no text layer on any of its 2 pages" in scanned.said
    assert "needs a password" in locked.said
    pages = pdfium.PdfDocument(scan(pdf(leaves)))
    assert [page.get_size() for page in pages] == [(612, 792), (300, 200)]
