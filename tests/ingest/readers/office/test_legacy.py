"""Files from before 2007, messages and Rich Text, read through the extra ``pincite[legacy]``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import Reading, read, reader_for
from pincite.ingest.readers.office import legacy
from pincite.ingest.readers.office.legacy import LEGACY

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(*streams: str, main: bytes = b"") -> bytes:
    """As much of an OLE2 file as is looked at: its first bytes, a stream, and the names of all."""
    return (OLE + bytes(504) + main).ljust(2048, b"\0") + "".join(streams).encode("utf-16-le")


def fib(flags: int = 0, **parts: int) -> bytes:
    """The beginning of Word's main stream with the lengths of its parts."""
    head = bytearray(b"\xec\xa5\xc1\0".ljust(0x80, b"\0"))
    head[0x0A:0x0C] = flags.to_bytes(2, "little")
    places = {"notes": 0x50, "heads": 0x54, "comments": 0x5C}
    for name, length in parts.items():
        head[places[name] : places[name] + 4] = length.to_bytes(4, "little")
    return bytes(head)


FILES = {
    "a.doc": ole("WordDocument", "Workbook"),
    "a.ppt": ole("PowerPoint Document"),
    "a.msg": ole("__substg1.0_", "WordDocument"),
    "a.rtf": rb"{\rtf1 Hi.\par}",
}


@pytest.mark.parametrize(("name", "reader"), [*zip(FILES, LEGACY, strict=True)])
def test_each_kind_is_known_by_what_is_in_it(name: str, reader: Any) -> None:
    assert reader_for(FILES[name], "a.bin") is reader


@pytest.mark.parametrize("name", FILES)
def test_without_the_extra_the_refusal_names_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "available", lambda: False)
    with pytest.raises(
        UnsupportedSourceError, match=r"pip install 'pincite\[legacy\]'; or save it as"
    ):
        read(FILES[name], name)


@pytest.mark.parametrize(
    "data", [ole("WordDocument", main=fib(0x0100)), ole("PowerPoint Document", "EncryptedSummary")]
)
def test_a_file_with_a_password_is_refused_for_it(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy, "available", lambda: True)
    with pytest.raises(UnsupportedSourceError, match="protected by a password"):
        read(data, "a.doc")


def test_a_text_that_is_called_doc_is_read_as_text() -> None:
    assert read(b"Gulls nest on cliffs.", "a.doc")[1].text == "Gulls nest on cliffs."


def said(monkeypatch: pytest.MonkeyPatch, data: bytes, content: str, **about: Any) -> Reading:
    file = SimpleNamespace(content=content, metadata=about, tables=[])
    monkeypatch.setattr(legacy, "available", lambda: True)
    monkeypatch.setattr(legacy, "_extracted", lambda *_: file)
    return read(data, "a.bin")[1]


def test_a_word_text_has_its_tables_and_the_results_of_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = "Gulls\n\tBird\tEggs\t\tGull\t\t3\t\t\nFigure  SEQ Figure \\* ARABIC 1: A gull"
    content = content.replace("\tBird", "No\tBird")
    reading = said(monkeypatch, FILES["a.doc"], content.replace("Gull\t\t3", "1\tGull\t3"))
    assert reading.text == ("Gulls\n\n| No | Bird | Eggs |\n| 1 | Gull | 3 |\n\nFigure 1: A gull\n")


def test_parts_of_a_word_file_that_are_not_given_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    main = fib(notes=40, heads=90, comments=2)
    reading = said(monkeypatch, ole("WordDocument", main=main), "Gulls.")
    assert reading.warnings == (
        "its footnotes, page heads and feet are not read; save it as .docx to have them read",
    )


def test_the_notes_of_a_deck_are_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "The gulls\n\nThey nest.\n\nSay one.\n\nSay two."
    whole = "The gulls\nThey nest.\nSay one.\nSay two."
    notes = [whole, "Say one.", "Say two."]
    reading = said(monkeypatch, FILES["a.ppt"], content, speaker_notes=notes, title="Birds")
    (region,) = reading.regions
    assert (reading.title, region.kind) == ("Birds", "note")
    assert reading.text[region.span.start :] == "Say one.\n\nSay two.\n"


def test_a_message_is_read_as_a_mail_and_its_attachments_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = (
        'Subject: Übersicht\nFrom: "Ana Li" <ana@x.example>\nTo: bo@x.example\n'
        "Date: 2026-05-20T10:30:00+00:00\n\nHello Bo,\n\nTo: is no header here."
    )
    reading = said(monkeypatch, FILES["a.msg"], content, attachments=["plan.pdf"])
    assert reading.title == "Übersicht"
    assert "From: Ana Li <ana@x.example>\nTo: bo@x.example\nDate: Wed, 20 May 2026" in reading.text
    assert reading.text.endswith("Hello Bo,\n\nTo: is no header here.\n")
    assert "1 attached file is not read: plan.pdf" in reading.warnings[-1]


RICH = (
    rb"{\rtf1\ansi{\header Head\par}Caf\'e9 {\v gone}{\field{\*\fldinst REF x}{\fldrslt link}}\par"
    rb"\trowd\cellx1\cellx2 Bird\cell Eggs\cell\row\trowd\cellx1\cellx2 Gull\cell 3\cell\row\pard"
    rb"{\pict\pngblip 89}\par End.\par}"
)


def test_rich_text_has_its_tables_and_what_is_not_read_is_said() -> None:
    pytest.importorskip("kreuzberg")
    reading = read(RICH, "a.rtf")[1]
    assert "| Bird | Eggs |\n| Gull | 3 |" in reading.text
    for words in ("Head", "Café", "link", "End."):
        assert words in reading.text
    assert reading.warnings == (
        "1 passage of hidden text is not read",
        "1 picture is not read",
    )


@pytest.mark.parametrize("name", ["a.doc", "a.ppt", "a.msg"])
def test_a_damaged_file_is_refused_by_name(name: str) -> None:
    pytest.importorskip("kreuzberg")
    with pytest.raises(UnsupportedSourceError, match=rf"{name} is damaged"):
        read(FILES[name], name)


def test_no_attachment_is_opened_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kreuzberg = pytest.importorskip("kreuzberg")
    settings: list[Any] = []

    def extract(data: bytes, kind: str, config: Any) -> Any:
        settings.append(config)
        return SimpleNamespace(content="Hi.", metadata={}, tables=[])

    monkeypatch.setattr(kreuzberg, "extract_bytes_sync", extract)
    read(FILES["a.msg"], "a.msg")
    assert (settings[0].max_archive_depth, settings[0].use_cache) == (0, False)
