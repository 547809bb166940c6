"""What is uploaded, and what becomes of it."""

from __future__ import annotations

import io
import stat
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import UploadError, UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files.originals import Originals
from pincite.ingest.upload_zip import is_folder, source_name
from pincite.ingest.uploads import Intake, Limits, Upload
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf

GULLS = b"The herring gull eats fish and mussels.\n"
OWLS = b"The barn owl hunts mice at night.\n"

Take = Callable[..., Summary]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        yield Engine(library, HashingEmbedder())


@pytest.fixture
def take(engine: Engine, tmp_path: Path) -> Take:
    """Uploads files by name and bytes; each lies under a name that says nothing."""
    lying = tmp_path / "lying"
    lying.mkdir()

    def upload(
        *files: tuple[str, bytes], limits: Limits | None = None, tags: tuple[str, ...] = ()
    ) -> Summary:
        uploads = []
        for number, (name, data) in enumerate(files):
            path = lying / str(number)
            path.write_bytes(data)
            uploads.append(Upload(name, path))
        return Intake(engine, limits or Limits()).take(uploads, tags)

    return upload


def zipped(members: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members.items():
            written.writestr(name, data)
    return out.getvalue()


def fates(summary: Summary) -> dict[str, str]:
    return {event.source: event.outcome for event in summary.events}


def test_a_document_has_the_name_of_the_upload_and_not_where_it_lay(
    take: Take, engine: Engine, tmp_path: Path
) -> None:
    assert fates(take(("gulls.md", GULLS), ("birds/owls.txt", OWLS), tags=("birds",))) == {
        "gulls.md": "added",
        "birds/owls.txt": "added",
    }
    entries = engine.library.entries()
    assert [(e.source, e.title, e.media_type, e.tags) for e in entries] == [
        ("birds/owls.txt", "owls", "text/plain", ("birds",)),
        ("gulls.md", "gulls", "text/markdown", ("birds",)),
    ]
    assert "fish" in engine.ask("What does the herring gull eat?").quotes[0].text
    assert str(tmp_path) not in repr(entries)


def test_the_same_name_replaces_and_the_same_bytes_leave_alone(take: Take, engine: Engine) -> None:
    take(("birds.txt", GULLS), tags=("kept",))
    assert fates(take(("birds.txt", GULLS))) == {"birds.txt": "unchanged"}
    assert fates(take(("birds.txt", OWLS))) == {"birds.txt": "replaced"}
    [entry] = engine.library.entries()
    assert entry.tags == ("kept",)
    assert engine.library.document(entry.id).text.startswith("The barn owl")


def test_the_same_file_twice_in_one_upload_is_one_document(take: Take) -> None:
    assert [e.outcome for e in take(("a.txt", GULLS), ("./a.txt", GULLS)).events] == ["added"]


def test_another_file_of_the_same_name_in_one_upload_is_refused(take: Take, engine: Engine) -> None:
    summary = take(("a.txt", GULLS), ("a.txt", OWLS))
    assert sorted(e.outcome for e in summary.events) == ["added", "refused"]
    assert "another file called 'a.txt'" in summary.refused[0].reason
    [entry] = engine.library.entries()
    assert engine.library.document(entry.id).text.startswith("The herring gull")


def test_what_no_reader_takes_is_refused_with_its_reason_and_the_rest_is_taken(
    take: Take, engine: Engine
) -> None:
    summary = take(("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(50)), ("owls.txt", OWLS))
    assert fates(summary) == {"cat.png": "refused", "owls.txt": "added"}
    assert "cat.png is a picture" in summary.refused[0].reason
    assert engine.library.refusals() == []


def test_a_refusal_is_not_kept_for_a_file_of_that_name_which_lies_elsewhere(
    take: Take, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(b"here")  # where the process stands
    take(("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(50)))
    assert engine.library.refusals() == []


def test_a_zipped_folder_gives_its_files_under_their_names_inside(take: Take) -> None:
    summary = take(
        (
            "birds.zip",
            zipped(
                {
                    "sea/gulls.md": GULLS,
                    "land\\owls.txt": OWLS,
                    "land/.hidden.txt": OWLS,
                    ".git/config": OWLS,
                    "__MACOSX/sea/gulls.md": b"\0",
                    "empty/": b"",
                    "übel.txt": GULLS,
                }
            ),
        )
    )
    assert fates(summary) == {
        "sea/gulls.md": "added",
        "land/owls.txt": "added",
        "übel.txt": "added",
    }
    assert summary.passed_over["hidden files"] == 3


def test_names_in_utf_8_are_read_though_the_zip_does_not_say_so(take: Take) -> None:
    data = bytearray(zipped({"x/übel.txt": GULLS}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset + 1] &= ~8
    assert fates(take(("birds.zip", bytes(data)))) == {"x/übel.txt": "added"}


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("../owls.txt", "leads out of the folder"),
        ("a/../../owls.txt", "leads out of the folder"),
        ("/etc/owls.txt", "leads out of the folder"),
        ("C:\\owls.txt", "leads out of the folder"),
        ("a\nb.txt", "characters that no name has"),
        (_link("passwd"), "is a link"),
        ("inner.zip", "ZIP archive"),
    ],
)
def test_a_member_that_is_not_to_be_trusted_is_refused_and_the_rest_is_taken(
    take: Take, engine: Engine, member: str | zipfile.ZipInfo, said: str
) -> None:
    content = zipped({"deep.txt": OWLS}) if member == "inner.zip" else OWLS
    summary = take(("birds.zip", zipped({member: content, "gulls.md": GULLS})))
    assert [event.source for event in summary.events if event.outcome == "added"] == ["gulls.md"]
    [refused] = summary.refused
    assert said in refused.reason
    assert [entry.source for entry in engine.library.entries()] == ["gulls.md"]


def test_a_zip_behind_a_password_one_cut_off_and_a_bomb_are_refused(take: Take) -> None:
    locked = bytearray(zipped({"a.txt": OWLS}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + offset] |= 1
    whole = zipped({"a.txt": OWLS})
    bomb = zipped({"a.txt": bytes(40_000_000)})
    summary = take(
        ("locked.zip", bytes(locked)), ("cut.zip", whole[:-30]), ("bomb.zip", bomb), ("b.txt", OWLS)
    )
    reasons = {event.source: event.reason for event in summary.refused}
    assert "protected by a password" in reasons["locked.zip"]
    assert "damaged or incomplete" in reasons["cut.zip"]
    assert "times its size" in reasons["bomb.zip"]
    assert fates(summary)["b.txt"] == "added"


def test_a_document_that_is_built_as_a_zip_is_no_folder() -> None:
    assert is_folder(zipped({"a.txt": OWLS}))
    assert is_folder(zipped({"passwords/word/document.txt": OWLS}))
    assert not is_folder(zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}))
    assert not is_folder(zipped({"mimetype": b"application/epub+zip"}))
    assert not is_folder(b"no zip at all")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(files=2), "the upload has 3 files, and an upload may have 2"),
        (Limits(file_bytes=5_000), "c.txt has 0.0 MB, and a file may have 0.005 MB"),
        (Limits(upload_bytes=5_050), "the upload has 0.0 MB, and an upload may have 0.00505 MB"),
    ],
)
def test_an_upload_over_a_limit_is_refused_whole(
    take: Take, engine: Engine, limits: Limits, said: str
) -> None:
    files = ("a.txt", GULLS), ("b.txt", OWLS), ("c.txt", b"long " * 1001)
    with pytest.raises(UploadError) as raised:
        take(*files, limits=limits)
    assert said in str(raised.value)
    assert engine.library.entries() == []


def test_zipped_files_count_one_by_one_and_unpacked(take: Take, engine: Engine) -> None:
    folder = zipped({f"{n}.txt": b"tern " * 1000 for n in range(3)})
    with pytest.raises(UploadError, match="3 files, and an upload may have 2"):
        take(("a.zip", folder), limits=Limits(files=2))
    with pytest.raises(UploadError, match=r"unpacks to 0\.0 MB, and it may unpack to 0\.014 MB"):
        take(("a.zip", folder), limits=Limits(unpacked_bytes=14_000))
    assert engine.library.entries() == []
    summary = take(("a.zip", folder), limits=Limits(file_bytes=4_000))
    assert [event.outcome for event in summary.events] == ["refused"] * 3
    assert "'0.txt' of over" in summary.events[0].reason


def test_nothing_and_impossible_tags_are_refused(take: Take, engine: Engine) -> None:
    with pytest.raises(UsageError, match="no file in the upload"):
        take()
    with pytest.raises(UsageError, match="tag"):
        take(("a.txt", GULLS), tags=("",))
    assert engine.library.entries() == []


def test_each_file_is_heard_of_and_originals_are_kept_where_wanted(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "lying"
    path.write_bytes(OWLS)
    heard: list[Event] = []
    intake = Intake(engine, Limits(), Originals.ALL)
    summary = intake.take(
        [Upload("owls.txt", path), Upload("..", path)], (), Listener(heard.append)
    )
    assert sorted(heard, key=str) == sorted(summary.events, key=str)
    assert engine.library.original(engine.library.find("owls.txt").id) == OWLS
    assert path.exists()


def test_an_upload_keeps_the_originals_of_formats_with_pages_unless_told_otherwise(
    engine: Engine, tmp_path: Path
) -> None:
    def kept(intake: Intake, *names: str) -> list[bool]:
        intake.take([Upload(name, files[name]) for name in names])
        return [engine.library.has_original(engine.library.find(name).id) for name in names]

    files = {name: tmp_path / name for name in ("birds.pdf", "owls.txt")}
    files["birds.pdf"].write_bytes(pdf([Leaf(column(["Terns dive."]))]))
    files["owls.txt"].write_bytes(OWLS)
    assert kept(Intake(engine, Limits(), Originals.NONE), "birds.pdf") == [False]
    assert kept(Intake(engine, Limits()), "birds.pdf", "owls.txt") == [True, False]
    again = Intake(engine, Limits()).take([Upload(name, path) for name, path in files.items()])
    assert [event.outcome for event in again.events] == ["unchanged", "unchanged"]


def test_uploads_at_once_are_taken_in_one_after_the_other(engine: Engine, tmp_path: Path) -> None:
    intake, failed = Intake(engine, Limits()), []

    def upload(number: int) -> None:
        path = tmp_path / str(number)
        path.write_bytes(b"Tern %d dives.\n" % number)
        try:
            intake.take([Upload(f"{number}.txt", path)])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=upload, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(engine.library.entries()) == 4


@given(st.text(max_size=60) | st.text("./\\C:a\0\n", max_size=20))
def test_a_name_stays_in_its_folder_or_is_refused_with_a_sentence(given_name: str) -> None:
    try:
        name = source_name(given_name)
    except UsageError as error:
        said = str(error)
    else:
        said, parts = "", PurePosixPath(name).parts
    if said:
        assert "; " in said
        return
    assert parts
    assert not {"..", "/", "."} & set(parts)
    assert "/".join(parts) == name
    assert source_name(name) == name
    assert name.encode("utf-8").decode() == name
    assert unicodedata.is_normalized("NFC", name)
