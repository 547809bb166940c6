"""Formats that are known and not read: what each is, and what can be done instead."""

from __future__ import annotations

import re
from pathlib import PurePath

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import ole
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading

_OLE_STREAMS = (  # names of streams in an OLE2 file, and what such a file is
    (ole.ENCRYPTED, "an office file with a password", "save it without the password"),
    ("", "an old Microsoft Office or installer file", "save it in a current format"),
)
_ZIPPED = (  # a member that a zip of this kind lists
    (".iwa", "an Apple iWork document", "export it as PDF, .docx, .xlsx or .pptx"),
    ("AndroidManifest.xml", "an Android package", ""),
    ("META-INF/MANIFEST.MF", "a Java archive", ""),
    ("", "a ZIP archive without a document that Pincite reads", "unpack it and ingest its files"),
)
_ZIP_SUFFIXES = frozenset(
    {".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm", ".epub", ".odt", ".odp", ".ods"}
)
_IMAGE = ("an image of a kind", "save it as PNG")
_SOUND = ("a sound recording", "ingest a transcript of it")
_FILM = ("a video", "ingest a transcript of it")
_ARCHIVE = "unpack it and ingest its files"
_FONT = ("a font", "")
_PROGRAM = ("a program", "")
_KINDS: tuple[tuple[bytes, str, str], ...] = (  # how the bytes begin; what that is; what to do
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file", "convert it to PDF"),
    (rb"AT&TFORM....DJV", "a DjVu document", "convert it to PDF"),
    (rb".{60}BOOKMOBI", "a Kindle book", "convert it to EPUB"),
    (rb"ITSF", "a Windows help file", "save its pages as HTML"),
    (rb"!BDN", "an Outlook data file", "save its mails as .eml"),
    (rb"\0\0[\x01\x02]\0.\0|8BPS|\0\0\0\x0cjP  ", *_IMAGE),
    (rb"ID3[\x02-\x04]|\xff[\xfa\xfb\xf2\xf3]|fLaC\0", *_SOUND),
    (rb"RIFF....WAVE|.{4}ftypM4A|FORM....AIF", *_SOUND),
    (rb"OggS\0", "a sound recording or video", "ingest a transcript of it"),
    (rb".{4}ftyp|RIFF....AVI |\x1a\x45\xdf\xa3|\0\0\x01\xba|FLV\x01", *_FILM),
    (rb"\x1f\x8b", "a gzip archive", _ARCHIVE),
    (rb"BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd", "a compressed file", _ARCHIVE),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _ARCHIVE),
    (rb"Rar!\x1a\x07", "a RAR archive", _ARCHIVE),
    (rb".{257}ustar", "a tar archive", _ARCHIVE),
    (rb"\x7fELF|MZ.{0,62}\0|[\xce\xcf]\xfa\xed\xfe|\0asm", *_PROGRAM),
    (rb"\xca\xfe\xba\xbe", *_PROGRAM),
    (rb"SQLite format 3\0", "a SQLite database", "export its tables as CSV"),
    (rb"PAR1.*\0|\x89HDF\r\n|\x93NUMPY|ARROW1\0", "a data file", "export it as CSV or JSON Lines"),
    (rb"\0\x01\0\0\0.|OTTO\0|wOF[F2]\0|true\0", *_FONT),
)
_PATTERNS = tuple((re.compile(p, re.DOTALL), what, advice) for p, what, advice in _KINDS)
_LOOKED_AT = 512  # bytes; the signature of tar stands at 257


class UnreadReader:
    """Takes the files of known formats that no other reader takes, and says what they are.

    It goes before the reader of plain text only. It claims no suffixes: a folder's images are no
    documents, but one that is named is told why it is refused.
    """

    media_type = "application/octet-stream"
    suffixes: frozenset[str] = frozenset()
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes begin as those of a known format do."""
        return _kind(data) is not None

    def read(self, data: bytes, name: str) -> Reading:
        """Read nothing.

        Raises:
            UnsupportedSourceError: always; it says what the file is and what to do.
        """
        suffix = PurePath(name).suffix.lower()
        if contents.is_zip(data) and not contents.is_whole_zip(data):
            raise UnsupportedSourceError(
                f"{name} is a ZIP archive, or a document built as one, that is damaged or "
                "incomplete; get a complete copy and ingest it again"
            )
        what, advice = _kind(data) or ("in a format that Pincite does not read", "")
        called = f", not a {suffix} document" if suffix in _ZIP_SUFFIXES else ""
        todo = f"; {advice}" if advice else ""
        again = " and ingest that" if advice.startswith(("save", "convert", "export")) else ""
        raise UnsupportedSourceError(f"{name} is {what}{called}, which is not read{todo}{again}")


def _kind(data: bytes) -> tuple[str, str] | None:
    """What the bytes are, and what can be done with them."""
    if ole.is_ole(data):
        return next((what, todo) for name, what, todo in _OLE_STREAMS if ole.names(data, name))
    if contents.is_zip(data):
        return next(
            (what, todo) for path, what, todo in _ZIPPED if not path or contents.lists(data, path)
        )
    head = data[:_LOOKED_AT]
    return next(((what, todo) for p, what, todo in _PATTERNS if p.match(head)), None)


UNREAD = UnreadReader()
