"""Files that hang, swell, crash or are killed: each ends with its reason, and none stops others."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Origin, Passage, Span
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import Failed, Read, ReadResult, Request, Unchanged
from pincite.ingest.files.walk import Source
from pincite.ingest.processes import messages
from pincite.ingest.processes.messages import receive_result, send_request
from pincite.ingest.processes.read_worker import READY, serve
from pincite.ingest.processes.reader_pool import Readers
from pincite.ingest.readers import read

BAD = "tests.ingest.processes.bad_readers:read"
SENTENCE = "Gulls nest on cliffs."
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

_PARENT = """
import sys
from pathlib import Path
from pincite.ingest.files.read import Request
from pincite.ingest.processes.reader_pool import Readers
from pincite.ingest.files.walk import Source

readers = Readers(600, 1, "tests.ingest.processes.bad_readers:read")
for _ in readers.read([(Request(Source(Path(name))), 1) for name in sys.argv[1:]]):
    print("read", flush=True)
"""


def write(folder: Path, *texts: str) -> list[Request]:
    """A file of each text, to be read."""
    files = [folder / f"{number:03}.txt" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, "utf-8")
    return [Request(Source(file)) for file in files]


def sized(requests: Sequence[Request]) -> list[tuple[Request, int]]:
    return [(request, request.source.path.stat().st_size) for request in requests]


def found(readers: Readers, requests: Sequence[Request]) -> list[str]:
    """Each file's text, or why it was refused."""
    said = []
    for (asked, result), request in zip(readers.read(sized(requests)), requests, strict=True):
        assert asked == request
        said.append(text_of(result))
    return said


def text_of(result: ReadResult) -> str:
    match result:
        case Read(document):
            return document.text
        case Failed(reason):
            return reason
    return "same"


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers(60, 2, BAD) as made:
        yield made


def workers() -> list[int]:
    """The processes that read for this one."""
    pids: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # the thread has just ended
            pids += [int(pid) for pid in (task / "children").read_text().split()]
    worker = b"pincite.ingest.processes.read_worker"
    return [pid for pid in pids if worker in Path(f"/proc/{pid}/cmdline").read_bytes()]


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within a time that only a broken program needs."""
    patience = time.monotonic() + 30
    while not condition():
        if time.monotonic() > patience:
            return False
        time.sleep(0.02)
    return True


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_files_come_back_in_the_order_in_which_they_were_asked_for(
    tmp_path: Path, readers: Readers
) -> None:
    texts = [f"{SENTENCE} {number}" for number in range(30)]
    assert found(readers, write(tmp_path, *texts)) == texts


def test_a_file_that_fails_crashes_or_swells_is_refused_and_stops_none(
    tmp_path: Path, readers: Readers
) -> None:
    said = found(readers, write(tmp_path, "fail", SENTENCE, "crash", SENTENCE, "swell", SENTENCE))
    assert said[1::2] == [SENTENCE] * 3
    assert "000.txt cannot be read: its reader failed (KeyError: 'colour')" in said[0]
    assert "002.txt cannot be read: its reader crashed (SIGSEGV)" in said[2]
    assert "004.txt cannot be read: reading it took over 2 GB of memory" in said[4]


def test_a_file_that_swells_in_a_library_that_then_ends_its_process_is_known_again(
    tmp_path: Path, readers: Readers
) -> None:
    (request,) = write(tmp_path, "burst")
    ((_, result),) = readers.read(sized([request]))
    assert isinstance(result, Failed)
    assert "000.txt cannot be read: reading it took over 2 GB of memory" in result.reason
    assert result.origin is not None


@ON_LINUX
def test_that_a_file_swells_is_known_by_a_program_too_that_once_had_more_memory_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.ingest.processes.child._own_peak", lambda: 2**40)
    with Readers(60, 1, BAD) as readers:
        said = found(readers, write(tmp_path, "burst", "crash", SENTENCE))
    assert "000.txt cannot be read: reading it took over 2 GB of memory" in said[0]
    assert "001.txt cannot be read: its reader crashed (SIGSEGV)" in said[1]


def test_a_file_that_takes_too_long_is_given_up_and_stops_none(tmp_path: Path) -> None:
    with Readers(1, 2, BAD) as impatient:
        said = found(impatient, write(tmp_path, "hang", SENTENCE, SENTENCE))
    assert "000.txt cannot be read: reading it took over 1 s" in said[0]
    assert "PINCITE_READING_SECONDS" in said[0]
    assert said[1:] == [SENTENCE] * 2


def test_a_file_that_broke_its_reader_is_known_again(tmp_path: Path, readers: Readers) -> None:
    (request,) = write(tmp_path, "crash")
    ((_, result),) = readers.read(sized([request]))
    assert isinstance(result, Failed)
    assert result.origin is not None
    status = request.source.path.stat()
    assert (result.origin.size, result.origin.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert result.origin.reader == readers.timeout_key


def test_what_a_reader_prints_gets_nowhere(
    tmp_path: Path, readers: Readers, capfd: pytest.CaptureFixture[str]
) -> None:
    assert found(readers, write(tmp_path, "chatter on", SENTENCE)) == ["chatter on", SENTENCE]
    assert capfd.readouterr() == ("", "")


def test_a_process_that_somebody_ends_costs_no_file(tmp_path: Path, readers: Readers) -> None:
    order = f"once {tmp_path / 'mark'}"
    assert found(readers, write(tmp_path, order, SENTENCE)) == [order, SENTENCE]


def test_a_file_whose_every_process_is_ended_is_no_crash_of_its_reader_and_is_tried_again(
    tmp_path: Path, readers: Readers
) -> None:
    (request,) = write(tmp_path, "killed")
    ((_, result),) = readers.read(sized([request]))
    assert isinstance(result, Failed)
    assert "ended twice from outside, as a system does that is short of memory" in result.reason
    assert result.origin is None


@ON_LINUX
def test_a_process_that_is_killed_while_it_waits_is_replaced(
    tmp_path: Path, readers: Readers
) -> None:
    requests = write(tmp_path, SENTENCE, SENTENCE)
    assert found(readers, requests) == [SENTENCE] * 2
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    assert found(readers, requests) == [SENTENCE] * 2


@ON_LINUX
def test_a_file_that_meets_nothing_but_killed_processes_is_read_all_the_same(
    tmp_path: Path, readers: Readers
) -> None:
    requests = write(tmp_path, *[SENTENCE] * 2)
    assert found(readers, requests) == [SENTENCE] * 2
    assert soon(lambda: len(workers()) == 2)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    # One file alone: no other takes one of the two out of its way.
    assert found(readers, requests[:1]) == [SENTENCE]


@ON_LINUX
def test_when_it_is_closed_no_process_is_left(tmp_path: Path) -> None:
    with Readers(600, 2, BAD) as readers:
        reading = readers.read(sized(write(tmp_path, SENTENCE, "hang", "hang")))
        next(reading)
        assert soon(lambda: len(workers()) == 2)
        pids = workers()
    assert [pid for pid in pids if lives(pid)] == []


def test_when_it_is_to_stop_it_waits_for_no_file(tmp_path: Path) -> None:
    with Readers(600, 2, BAD, stopping=lambda: True) as readers:
        assert list(readers.read(sized(write(tmp_path, "hang", "hang")))) == []


@ON_LINUX
def test_the_processes_end_when_the_one_that_started_them_is_killed(tmp_path: Path) -> None:
    names = [str(request.source.path) for request in write(tmp_path, SENTENCE, "hang")]
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, *names], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "read\n"
        children = Path(f"/proc/{parent.pid}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        assert [lives(pid) for pid in pids] == [True]
        parent.kill()
    assert soon(lambda: not any(lives(pid) for pid in pids))


def test_the_processes_load_neither_the_model_nor_the_indexes(
    tmp_path: Path, readers: Readers
) -> None:
    (modules,) = found(readers, write(tmp_path, "modules"))
    loaded = set(modules.split())
    assert "pincite.ingest.readers" in loaded
    assert loaded & {"torch", "faiss", "tantivy", "sentence_transformers"} == set()


def test_what_stands_in_the_persons_folder_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(1)", "utf-8")  # each test works there
    (tmp_path / "big.txt").write_text(SENTENCE * 20_000, "utf-8")
    with Readers(60, 1) as readers:
        ((_, result),) = readers.read(sized([Request(Source(tmp_path / "big.txt"))]))
    assert isinstance(result, Read)


@ON_LINUX
def test_small_plain_text_is_read_without_a_process(tmp_path: Path) -> None:
    with Readers(60, 2) as readers:
        assert found(readers, write(tmp_path, SENTENCE, SENTENCE)) == [SENTENCE] * 2
        assert workers() == []


@ON_LINUX
@pytest.mark.parametrize("data", ["Café".encode("latin-1"), b"%PDF-1.4 no more"])
def test_what_only_looks_like_plain_text_is_read_in_a_process(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with Readers(60, 2) as readers:
        list(readers.read(sized([Request(Source(tmp_path / "a.txt"))])))
        assert len(workers()) == 1


def test_only_a_few_files_are_read_ahead(tmp_path: Path, readers: Readers) -> None:
    requests = sized(write(tmp_path, *[SENTENCE] * 40))
    asked = 0

    def counted() -> Iterator[tuple[Request, int]]:
        nonlocal asked
        for request in requests:
            asked += 1
            yield request

    ahead = [asked - read for read, _ in enumerate(readers.read(counted()), start=1)]
    assert max(ahead) <= 2 + 2


def test_large_files_are_read_one_after_the_other(tmp_path: Path, readers: Readers) -> None:
    requests = [(request, 200_000_000) for request in write(tmp_path, *[SENTENCE] * 5)]
    asked = 0

    def counted() -> Iterator[tuple[Request, int]]:
        nonlocal asked
        for request in requests:
            asked += 1
            yield request

    ahead = [asked - read for read, _ in enumerate(readers.read(counted()), start=1)]
    assert max(ahead) <= 1


def serve_all(requests: Sequence[Request]) -> list[ReadResult]:
    """What a worker answers, without a process around it."""
    asked, answered = io.BytesIO(), io.BytesIO()
    for request in requests:
        send_request(asked, request)
    asked.seek(0)
    serve(asked, answered, read, 60)
    answered.seek(0)
    assert answered.readline() == READY
    return [receive_result(answered) for _ in requests]


def test_a_request_and_its_finding_survive_the_way(tmp_path: Path) -> None:
    file = tmp_path / "naïve 😀\n.md"
    file.write_text("# Gulls 😀\n\nThey nest.\n\n## Eggs\n\nTwo.\n", "utf-8")
    (result,) = serve_all([Request(Source(file, "A title"), keep=Originals.ALL)])
    assert isinstance(result, Read)
    document = result.document
    assert (document.source, document.title) == (str(file), "A title")
    assert [section.path for section in document.sections] == [("Gulls 😀",), ("Gulls 😀", "Eggs")]
    assert document.sections[1].span.end == len(document.text)
    assert result.original == file.read_bytes()
    assert document.origin is not None
    (again,) = serve_all([Request(Source(file), known=document.origin)])
    assert isinstance(again, Unchanged)
    assert again.origin.sha256 == document.origin.sha256


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a name be any bytes")
def test_a_name_that_is_no_text_survives_the_way(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    file.write_bytes(SENTENCE.encode())
    (result,) = serve_all([Request(Source(file))])
    assert isinstance(result, Read)
    assert result.document.source == f"{tmp_path}/caf\ufffd.txt"


def test_a_refusal_survives_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\0\1\2")
    bad, gone = serve_all([Request(Source(tmp_path / n)) for n in ("a.txt", "gone.txt")])
    assert isinstance(bad, Failed)
    assert isinstance(bad.origin, Origin)
    assert "binary data" in bad.reason
    assert gone == Failed(f"{tmp_path / 'gone.txt'} does not exist any more")


def test_a_message_that_breaks_off_is_an_end() -> None:
    for broken in (b"", b'{"parts"', b'{"parts": [5], "kind": "read"}\nabc'):
        with pytest.raises(EOFError):
            receive_result(io.BytesIO(broken))


def test_a_long_text_is_cut_by_the_thread_that_reads_ahead_and_a_tiny_one_is_left(
    tmp_path: Path,
) -> None:
    threads: set[str] = set()

    def cut(document: Document) -> list[Passage]:
        threads.add(threading.current_thread().name)
        return [Passage(Span(0, len(document.text)), (Span(0, 5),))]

    tiny, long = write(tmp_path, SENTENCE, SENTENCE * 1000)
    with Readers(60, 2) as readers:
        results = [result for _, result in readers.read(sized([tiny, long]), cut)]
    cuts = [result.passages for result in results if isinstance(result, Read)]
    assert cuts == [None, [Passage(Span(0, len(SENTENCE * 1000)), (Span(0, 5),))]]
    assert all(name.startswith("reading") for name in threads)


@given(st.text(max_size=30), st.integers(1, 5), st.one_of(st.none(), st.binary(max_size=9)))
def test_a_text_arrives_whole_however_small_the_pieces_are(
    text: str, piece: int, part: bytes | None
) -> None:
    stream = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "_PIECE", piece)
        messages.send_text(stream, {"kind": "read"}, text, (part, b"end"))
    stream.seek(0)
    value, parts = messages.receive(stream)
    assert value["kind"] == "read"
    assert parts == [text.encode(), part, b"end"]
    assert stream.read() == b""
