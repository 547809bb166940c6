"""``pincite ingest`` on a folder of a thousand good files and every kind of bad one, in one run."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry
from pincite.retrieval.search.indexes import index_problems
from tests.conftest import Pincite
from tests.ingest.readers.damage import rezipped
from tests.ingest.readers.office.test_docx import SAMPLE
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf
from tests.ingest.readers.test_zip import zipped

GOOD = 1000
PAGES = 10_000
MOST_MB = 2048
LINES = ["Gulls nest on cliffs above the sea.", "They feed their young on fish."]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha ha ha ha">{}]>'.format(
    "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
).encode()
ODD_NAMES = ("a\nrefused: b.txt", "x" * 251 + ".txt", "gull\u202etxt.exe.txt")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="takes a right from root, and measures memory, as Linux does"
)


@dataclass(frozen=True)
class Ended:
    """How the command ended, and the most memory that it or a process that it started had."""

    code: int
    said: str
    peak_mb: float
    library: Path


def write_bad_files(folder: Path) -> None:
    """What must be refused."""
    whole = pdf([Leaf(column(LINES))] * 3)
    for name, data in {
        "truncated.pdf": whole[: len(whole) // 3],
        "encrypted.pdf": pdf([Leaf(column(LINES))], encrypted=True),
        "pageless.pdf": pdf([]),
        "bomb.docx": rezipped(SAMPLE, {"word/media/image1.xml": bytes(1 << 29)}),
        "laughs.docx": rezipped(SAMPLE, {"word/document.xml": LAUGHS + b"<x>&j;</x>"}),
        "laughs.epub": zipped({"META-INF/container.xml": LAUGHS + b"<container>&j;</container>"}),
        "binary.txt": b"\0\1\2",
        "withheld.txt": b"Nobody may read this.",
    }.items():
        (folder / name).write_bytes(data)
    (folder / "withheld.txt").chmod(0)
    os.mkfifo(folder / "pipe.txt")
    (folder / "nowhere.txt").symlink_to("nothing")


def write_good_files(folder: Path) -> None:
    """What must be taken, though it looks bad."""
    for number in range(GOOD):
        (folder / f"{number:04}.txt").write_text(f"Gull number {number} sat there.\n", "utf-8")
    for name in ODD_NAMES:
        (folder / name).write_text("It has an odd name.\n", "utf-8")
    (folder / "long.pdf").write_bytes(
        pdf([Leaf([Text(72, 400, f"Gull {n} nests.")]) for n in range(1, PAGES + 1)])
    )
    (folder / "late.pdf").write_bytes(pdf([Leaf(column(LINES))] * 3)[:-20])
    (folder / "laughs.html").write_bytes(
        LAUGHS + b"<html><body><p>Gulls laugh a lot, and so does this page: &j;</p></body></html>"
    )


@contextmanager
def growing(file: Path) -> Iterator[None]:
    """While a file is written to all the time."""
    ended = threading.Event()
    file.write_text("It goes on.\n" * 30_000, "utf-8")

    def grow() -> None:
        with file.open("a") as stream:
            while not ended.is_set() and stream.tell() < 20_000_000:
                stream.write("And on.\n")
                stream.flush()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def without_the_rights_of_root() -> None:
    """Let what is started next find a file as closed as any other user does."""
    drop_from_bounding_set, over_permissions, over_reading = 24, 1, 2
    for right in (over_permissions, over_reading):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, right, 0, 0, 0)


def ingest(folder: Path, library: Path) -> Ended:
    with (
        (library.parent / "said").open("w+", encoding="utf-8") as said,
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pincite.ui.cli",
                "--library",
                str(library),
                "ingest",
                str(folder),
            ],
            env={**os.environ, "PINCITE_EMBEDDER": "hashing"},
            stdin=subprocess.DEVNULL,
            stderr=said,
            preexec_fn=without_the_rights_of_root,
        ) as process,
    ):
        hung = threading.Timer(240, process.send_signal, [signal.SIGKILL])
        hung.start()
        _, status, usage = os.wait4(process.pid, 0)
        hung.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Ended(process.returncode, said.read(), usage.ru_maxrss / 1024, library)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("bad") / "files"
    folder.mkdir()
    write_bad_files(folder)
    write_good_files(folder)
    with growing(folder / "growing.txt"):
        return ingest(folder, folder.parent / "library")


@pytest.fixture
def library(ended: Ended) -> Iterator[Library]:
    with Library.open(ended.library) as opened:
        yield opened


def named(library: Library, name: str) -> Entry:
    (entry,) = (entry for entry in library.entries() if entry.source.endswith(f"/{name}"))
    return entry


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("truncated.pdf", "is not a whole PDF: it is damaged or cut short"),
        ("encrypted.pdf", "is encrypted and needs a password"),
        ("pageless.pdf", "is a PDF without pages"),
        ("bomb.docx", "times its size, over the limit of 200"),
        ("laughs.docx", "with a <!ENTITY declaration"),
        ("laughs.epub", "with a <!ENTITY declaration"),
        ("binary.txt", "holds binary data"),
        ("withheld.txt", "cannot be read: Permission denied; check its permissions"),
        ("pipe.txt", "is not a regular file"),
        ("nowhere.txt", "is a link to nothing"),
    ],
)
def test_each_bad_file_is_named_with_its_reason_and_remembered(
    ended: Ended, library: Library, name: str, reason: str
) -> None:
    (line,) = (line for line in ended.said.splitlines() if f"/{name} " in line)
    assert line.startswith("refused: ")
    assert reason in line
    (refusal,) = (r for r in library.refusals() if r.source.endswith(f"/{name}"))
    assert reason in refusal.reason


def test_no_bad_file_stops_a_good_one(ended: Ended, library: Library) -> None:
    taken = {Path(entry.source).name for entry in library.entries()}
    expected = {f"{number:04}.txt" for number in range(GOOD)} | set(ODD_NAMES)
    assert expected | {"long.pdf", "late.pdf", "laughs.html"} == taken - {"growing.txt"}
    assert (ended.code, "Traceback" in ended.said) == (1, False)
    assert (library.problems(), index_problems(library)) == ([], [])


def test_no_file_takes_more_than_two_gigabytes(ended: Ended) -> None:
    assert 0 < ended.peak_mb < MOST_MB


def test_a_file_that_grows_is_taken_as_it_was_at_a_moment_or_refused(
    ended: Ended, library: Library
) -> None:
    refused = [r.reason for r in library.refusals() if r.source.endswith("/growing.txt")]
    if refused:
        assert "changed each of the 3 times that it was read" in refused[0]
        assert "/growing.txt changed" in ended.said
    else:
        text = library.document(named(library, "growing.txt").id).text
        assert text.startswith("It goes on.\n" * 30_000)


def test_a_quote_from_ten_thousand_pages_knows_its_page(library: Library) -> None:
    document = library.document(named(library, "long.pdf").id)
    page = document.pages[9_876]
    assert (len(document.pages), page.number) == (PAGES, 9_877)
    assert document.text[page.span.start : page.span.end].strip() == "Gull 9877 nests."


def test_what_is_missing_of_a_file_that_was_taken_is_said(ended: Ended, library: Library) -> None:
    (warning,) = named(library, "late.pdf").warnings
    assert warning == "the file is cut short, so that pages or text may be missing"
    assert warning in ended.said


def test_entities_in_a_page_are_not_multiplied(library: Library) -> None:
    document = library.document(named(library, "laughs.html").id)
    assert "Gulls laugh a lot" in document.text
    assert len(document.text) < 200


def test_a_name_forges_no_line_of_the_summary(ended: Ended) -> None:
    lines = ended.said.splitlines()
    assert not any(line.startswith("refused: b.txt") for line in lines)
    assert "\u202e" not in ended.said
    refused = sum(line.startswith("refused: ") for line in lines)
    assert f" {refused} refused" in lines[-1]


def test_where_all_are_taken_it_ends_well_whatever_they_are_called(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "f").mkdir()
    for name in ODD_NAMES:
        (tmp_path / "f" / name).write_text("It has an odd name.\n", "utf-8")
    run = pincite("ingest", "f")
    assert (run.code, f"{len(ODD_NAMES)} added" in run.stderr) == (0, True)


def test_the_same_file_named_in_many_ways_is_taken_once(tmp_path: Path, pincite: Pincite) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.txt").write_text("Gulls nest on cliffs.\n", "utf-8")
    (tmp_path / "f" / "link.txt").symlink_to("a.txt")
    run = pincite("ingest", "f/a.txt", "f", "f/../f/a.txt", tmp_path / "f" / "a.txt", "f/link.txt")
    assert run.code == 0
    assert "1 added, 0 replaced, 0 unchanged, 0 refused" in run.stderr
