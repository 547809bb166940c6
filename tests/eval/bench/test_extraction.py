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
    Result,
    Scores,
    cases,
    compare,
    extract,
    measure,
    shingle_scores,
    word_recall,
)
from pincite.eval.bench.extraction_report import by_type, means, show, to_json
from pincite.eval.bench.rasterize import scan
from pincite.eval.bench.visible_words import raw_words
from pincite.ingest.readers.pdf import ocr
from tests.conftest import Pincite
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

_WORDS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1)
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


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
    (tmp_path / "picture.png").write_bytes(_PICTURE)
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
    assert _scores(results["good.md"]).words == 0.75
    assert "ZeroDivisionError" in results["broken.txt"].message

    table = _shown(list(results.values()))
    assert "refused: picture.png" in table
    assert "crashed: ZeroDivisionError" in table
    assert [line.split()[:7] for line in table.splitlines() if line.startswith("all")] == [
        ["all", "4", "1", "1", "1", "1", "1"]
    ]


def test_a_file_without_gold_has_no_scores() -> None:
    result = extract(Case("a.txt", b"Gulls eat fish.", None))
    assert (result.fate, result.scores) == ("read", None)


def test_f1_is_of_mean_precision_and_mean_recall() -> None:
    # By hand: precisions 1/2 and 1, recalls 1 and 1/2: both means are 3/4.
    first = extract(Case("a.txt", b"a b c d e", "a b c d"))
    second = extract(Case("b.txt", b"a b c d", "a b c d e"))
    assert means([first, second]).f1 == 0.75


def test_a_file_that_is_not_read_counts_as_nothing_and_is_named_apart() -> None:
    read = extract(Case("a.txt", b"a b c d", "a b c d"))
    refused = extract(Case("b.png", _PICTURE, "a b c d"))
    without_gold = extract(Case("c.png", _PICTURE, None))
    mean = means([read, refused, without_gold])
    # By hand: mean precision and recall are 1/2; those of the file that was read are 1.
    assert (mean.words, mean.f1, mean.f1_read) == (0.5, 0.5, 1.0)
    assert (mean.files, mean.gold, mean.fates["refused"]) == (3, 2, 2)
    everything = next(
        line.split()
        for line in _shown([read, refused, without_gold]).splitlines()
        if line.startswith("all")
    )
    assert everything == ["all", "3", "1", "0", "2", "0", "2", "0.500", "0.500", "1.000"]


def test_types_without_gold_have_no_means() -> None:
    mean = means([extract(Case("a.txt", b"a b", None))])
    assert (mean.words, mean.f1, mean.f1_read) == (None, None, None)


def test_all_stands_last_and_holds_every_type() -> None:
    results = [Result("b.TXT", "read"), Result("a.md", "refused"), Result("c", "read")]
    assert {name: len(some) for name, some in by_type(results).items()} == {
        "md": 1,
        "none": 1,
        "txt": 1,
        "all": 3,
    }


def test_files_are_shown_from_the_worst_to_the_best() -> None:
    results = [
        extract(Case("good.txt", b"a b c d", "a b c d")),
        extract(Case("half.txt", b"a b c d e", "a b c d")),
        extract(Case("lost.png", _PICTURE, "a b c d")),
        extract(Case("unknown.txt", b"a b c d", None)),
    ]
    shown = _shown(results, files=True)
    lines = [line for line in shown.splitlines() if line[:2] in ("0.", "1.")]
    assert lines == [
        "0.000 0.000 lost.png (refused)",
        "0.667 1.000 half.txt",
        "1.000 1.000 good.txt",
    ]


@given(_WORDS, _WORDS)
def test_scores_are_shares_and_whole_for_the_same_text(text: list[str], gold: list[str]) -> None:
    assert 0 <= word_recall(text, gold) <= 1
    assert all(0 <= score <= 1 for score in shingle_scores(text, gold))
    assert word_recall(gold, gold) == 1
    assert shingle_scores(gold, gold) == (1, 1)
    assert shingle_scores(text, gold) == shingle_scores(gold, text)[::-1]


@given(st.lists(st.integers(0, 999), min_size=1, max_size=30, unique=True), st.data())
def test_a_word_that_is_lost_or_altered_costs_score(
    numbers: list[int], data: st.DataObject
) -> None:
    gold = [f"w{number}" for number in numbers]
    place = data.draw(st.integers(0, len(gold) - 1))
    lost = compare([*gold[:place], *gold[place + 1 :]], gold)
    altered = compare([*gold[:place], f"{gold[place]}x", *gold[place + 1 :]], gold)
    for scores in (lost, altered):
        assert scores.words == (len(gold) - 1) / len(gold)
        assert scores.f1 < 1


def test_a_word_that_no_page_shows_costs_precision() -> None:
    scores = compare(
        ["Slide", "2", "gulls", "eat", "fish", "daily"], ["gulls", "eat", "fish", "daily"]
    )
    assert scores.recall == 1
    assert scores.precision < 1


def test_words_of_markup_count_only_when_that_is_asked_for() -> None:
    case = Case("a.txt", b"See the prices of all boats", "See the [prices](/list) of all boats")
    assert _scores(extract(case)).f1 == 1
    assert _scores(extract(case, raw_words)).f1 < 1


def test_json_has_every_type_and_every_file() -> None:
    value = to_json([extract(Case("a.txt", b"a b c d e", "a b c d"))])
    assert value["types"]["all"]["f1"] == value["types"]["txt"]["f1"] == value["files"][0]["f1"]
    assert value["files"][0]["name"] == "a.txt"


def test_the_command_prints_the_table_and_writes_json(pincite: Pincite, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.txt").write_text("Gulls eat fish every day.")
    _lines(folder / "corpus.jsonl", {"path": "a.txt", "text": "Gulls eat fish every day."})
    run = pincite("eval", "extraction", folder, "--files", "--json", "out.json")
    assert run.code == 0
    assert "1.000 1.000 a.txt" in run.stdout
    assert json.loads(Path("out.json").read_text())["types"]["all"]["f1"] == 1


@pytest.mark.parametrize("listing", ["7", "{", '{"path": "missing.txt"}', '{"path": 7}'])
def test_a_folder_that_is_not_in_the_form_is_refused(tmp_path: Path, listing: str) -> None:
    (tmp_path / "manifest.jsonl").write_text(listing)
    with pytest.raises(UsageError, match=r"manifest\.jsonl"):
        list(cases(tmp_path))


def test_a_folder_without_a_listing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither"):
        list(cases(tmp_path))


def _scores(result: Result) -> Scores:
    assert result.scores is not None
    return result.scores


def _shown(results: list[Result], *, files: bool = False) -> str:
    console = Console(record=True, width=200)
    show(console, results, files)
    return console.export_text()


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
    assert "no text layer on any of its 2 pages" in scanned.message
    assert "needs a password" in locked.message
    pages = pdfium.PdfDocument(scan(pdf(leaves)))
    assert [page.get_size() for page in pages] == [(612, 792), (300, 200)]
