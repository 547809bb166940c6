"""Zip-based files are opened without trusting them."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from pincite.corpus.errors import SourceError, UnsupportedSourceError
from pincite.ingest.readers import zip as limits
from pincite.ingest.readers.zip import holds, member, open_archive, parse_xml, refuse_entities
from tests.ingest.readers.damage import cut_or_flipped

bounded = settings(max_examples=150)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as written:
        for path, content in members.items():
            written.writestr(path, content)
    return out.getvalue()


SMALL = zipped({"a.xml": b"<a>gull</a>", "b/c.txt": b"tern " * 50})


def test_a_member_is_what_was_put_in() -> None:
    archive = open_archive(SMALL, "a.docx")
    assert member(archive, "b/c.txt", "a.docx") == b"tern " * 50
    assert holds(archive, "a.xml")
    assert not holds(archive, "b")
    assert parse_xml(archive, "a.xml", "a.docx").text == "gull"


@bounded
@given(cut_or_flipped(SMALL))
def test_a_damaged_file_gives_its_members_or_says_why_not(data: bytes) -> None:
    said = ""
    try:
        archive = open_archive(data, "a.docx")
        for path in archive.namelist():
            member(archive, path, "a.docx")
    except SourceError as error:
        said = str(error)
    assert said == "" or said.startswith("a.docx ")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip file", SMALL[:-30]])
def test_what_is_no_whole_zip_file_is_called_damaged(data: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"a\.docx is damaged or incomplete"):
        open_archive(data, "a.docx")


def test_an_office_file_behind_a_password_is_named_as_such() -> None:
    with pytest.raises(UnsupportedSourceError, match="password"):
        open_archive(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "a.docx")


def test_a_member_behind_a_password_is_named_as_such() -> None:
    locked = bytearray(SMALL)
    locked[SMALL.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnsupportedSourceError, match="password"):
        open_archive(bytes(locked), "a.docx")


def test_a_missing_member_is_named() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"'word/document\.xml' is missing"):
        member(open_archive(SMALL, "a.docx"), "word/document.xml", "a.docx")


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = zipped({"a.xml": bytes(20 << 20)})
    with pytest.raises(UnsupportedSourceError, match=r"unpack to 1,0\d\d times its size.* 200"):
        open_archive(bomb, "a.docx")


def test_a_bomb_within_a_file_is_not_unpacked() -> None:
    bomb = zipped({"inner.zip": zipped({"a.xml": bytes(20 << 20)})})
    assert len(member(open_archive(bomb, "a.docx"), "inner.zip", "a.docx")) < 100_000


def test_too_many_members_are_refused_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMBERS", 1)
    with pytest.raises(UnsupportedSourceError, match="holds 2 files, over the limit of 1"):
        open_archive(SMALL, "a.docx")


def test_too_much_in_all_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOTAL_BYTES", 3 << 20)
    data = zipped({"a": bytes(2 << 20), "b": bytes(2 << 20)})
    with pytest.raises(UnsupportedSourceError, match="4 MB, over the limit of 3 MB"):
        open_archive(data, "a.docx")


def test_a_member_is_counted_while_it_is_unpacked() -> None:
    archive = open_archive(zipped({"a": bytes(3 << 20)}), "a.docx")
    with pytest.raises(UnsupportedSourceError, match="'a' of over 2 MB"):
        member(archive, "a", "a.docx", limit=2 << 20)


def test_a_header_that_lies_about_the_size_is_found_out() -> None:
    data = bytearray(zipped({"a": bytes(3 << 20)}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with pytest.raises(UnsupportedSourceError, match="'a' cannot be unpacked"):
        member(open_archive(bytes(data), "a.docx"), "a", "a.docx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_bound_are_refused(method: int) -> None:
    with pytest.raises(UnsupportedSourceError, match=f"zip method {method}"):
        open_archive(zipped({"a": b"gull"}, method), "a.docx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("path", ["word/document.xml", "a/_rels/b.RELS", "book.opf"])
def test_xml_that_declares_entities_is_refused(path: str, encoding: str) -> None:
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>'.encode(encoding)
    archive = open_archive(zipped({path: laughs}), "a.docx")
    with pytest.raises(UnsupportedSourceError, match="declaration"):
        refuse_entities(archive, "a.docx")
    with pytest.raises(UnsupportedSourceError, match="declaration"):
        parse_xml(archive, path, "a.docx")


def test_xml_that_is_not_sound_is_called_damaged() -> None:
    archive = open_archive(zipped({"a.xml": b"<a><b></a>"}), "a.docx")
    with pytest.raises(UnsupportedSourceError, match=r"'a\.xml' is not valid XML"):
        parse_xml(archive, "a.xml", "a.docx")


def test_xml_that_is_nested_without_end_is_refused() -> None:
    archive = open_archive(zipped({"a.xml": b"<a>" * 9999 + b"</a>" * 9999}), "a.docx")
    with pytest.raises(UnsupportedSourceError, match="not valid XML"):
        parse_xml(archive, "a.xml", "a.docx")


def test_a_path_that_leads_out_is_only_a_name(tmp_path: Path) -> None:
    archive = open_archive(zipped({"../../out.xml": b"<a/>"}), "a.docx")
    assert member(archive, "../../out.xml", "a.docx") == b"<a/>"
    assert not list(tmp_path.parent.glob("out.xml"))
