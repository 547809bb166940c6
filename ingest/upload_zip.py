"""Folders as zip files, opened without trusting them, and the names that uploads may have."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from typing import Self

from pincite.corpus.errors import UnsupportedSourceError, UsageError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.zip import member, open_archive

_LONGEST_NAME = 500  # characters
_UNNAMEABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})  # categories of characters: controls, line ends
_DRIVE = re.compile(r"[A-Za-z]:/")
_UTF8_NAME = 0x800  # a flag of members
_LEFT_BY_MACS = "__MACOSX"


def is_folder(data: bytes) -> bool:
    """Whether the bytes of a ``.zip`` are a folder, not a document that is built as a zip."""
    is_document = contents.lists(data, "[Content_Types].xml") or contents.mimetype(data)
    return contents.is_zip(data) and not is_document


def source_name(given: str) -> str:
    r"""The name of an upload's document: relative, in NFC, with ``/`` between folders.

    >>> source_name("Reports\\2024.pdf"), source_name("./a//b.txt")
    ('Reports/2024.pdf', 'a/b.txt')

    Raises:
        UsageError: it leads out of its folder, is blank or too long, or has control characters.
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        raise UsageError(
            f"the name {given!r} leads out of the folder that is uploaded, so the file is not "
            "taken; give it a name of its own"
        )
    joined = "/".join(parts)
    if not joined.strip() or any(unicodedata.category(c) in _UNNAMEABLE for c in joined):
        raise UsageError(
            f"the name {given!r} is blank or has characters that no name has; give the file "
            "another name"
        )
    if len(joined) > _LONGEST_NAME:
        raise UsageError(
            f"the name {joined[:40] + '…'!r} has {len(joined):,} characters, and a name may have "
            f"{_LONGEST_NAME}; give the file a shorter one"
        )
    return joined


class Folder:
    """The files in a zipped folder. Nothing is written to disk here.

    Attributes:
        members: the files, hidden ones left out; their names are as they are in the zip file.
        hidden: how many were left out.
        size: bytes of the members, unpacked.

    Raises:
        UnsupportedSourceError: it is no whole zip file, protected by a password, or made to fill
            memory.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._archive = open_archive(data, name)
        self._name = name
        files = [info for info in self._archive.infolist() if not info.is_dir()]
        for info in files:
            info.filename = _decoded(info)
        self.members = [info for info in files if not _is_hidden(info.filename)]
        self.hidden = len(files) - len(self.members)
        self.size = sum(info.file_size for info in self.members)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, info: zipfile.ZipInfo, largest: int) -> bytes:
        """A member's bytes.

        Raises:
            SourceError: it is a link, damaged, or over ``largest`` bytes.
        """
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise UnsupportedSourceError(
                f"{info.filename} is a link or not a regular file; put the "
                f"file itself into {self._name}"
            )
        return member(self._archive, info, self._name, largest)


def _decoded(info: zipfile.ZipInfo) -> str:
    """A member's name; many programs write UTF-8 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    dotted = (part.startswith(".") and part.strip(".") for part in parts)
    return _LEFT_BY_MACS in parts or any(dotted)
