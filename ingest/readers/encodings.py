"""Bytes to text: UTF-8 and UTF-16 by their rules, anything else by the best guess, and said so.

A guess is made on the lines that are not ASCII, for only they tell one encoding from another.
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EncodingError, UnsupportedSourceError

LOOKED_AT = 8192  # bytes: enough of a file to see that it is binary, as git does

_MARKS = (  # the longest first: the mark of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Where two fit equally well, the one that more files are in goes first.
_GUESSED = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "koi8_r", "mac_roman"),
)
_NAMES = {"cp932": "Shift JIS", "cp949": "EUC-KR", "koi8_r": "KOI8-R", "mac_roman": "Mac Roman"}
_SAMPLE = 1 << 16  # bytes shown to the guesser
_NOT_ASCII = re.compile(rb"[^\x00-\x7f]")
_CONTROL = re.compile(rb"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")  # but for blanks and terminal colours
_CONTROLS = 64  # so many, and more than one byte in ten, are no accident in a text
_SOUND = 10  # characters that are sound UTF-8 for each damaged one make it damaged UTF-8


def decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Canonical text of a text file, and warnings about what is uncertain in it.

    Raises:
        UnsupportedSourceError: the bytes are not text.
        EncodingError: they are text in no encoding that we know, or damaged.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding, name)
    if b"\0" in data[:LOOKED_AT]:
        if order := _utf16(data):
            return _marked(data, order, name)
        raise _binary(name)
    controls = len(_CONTROL.findall(data, 0, LOOKED_AT))
    if controls > _CONTROLS and controls * 10 > min(len(data), LOOKED_AT):
        raise _binary(name)
    try:
        return canonical(data.decode("utf-8")), ()
    except UnicodeDecodeError as error:
        return _not_utf8(data, name, error)


def _marked(data: bytes, encoding: str, name: str) -> tuple[str, tuple[str, ...]]:
    """Text in an encoding that the file itself names."""
    try:
        return canonical(data.decode(encoding)), ()
    except UnicodeDecodeError as error:
        if error.end >= len(data) and error.reason in ("unexpected end of data", "truncated data"):
            return _cut_off(data[: error.start].decode(encoding))
        if encoding == "utf-8" and (mended := _mended(data)):
            return mended
        raise EncodingError(
            f"{name} is not valid {encoding[:6].upper().rstrip('-')}, which its first bytes say it "
            f"is: byte 0x{data[error.start]:02x} at offset {error.start} after them; save it as "
            "UTF-8 and ingest it again"
        ) from error


def _not_utf8(data: bytes, name: str, error: UnicodeDecodeError) -> tuple[str, tuple[str, ...]]:
    """Text that is cut off inside a character, damaged UTF-8, or in another encoding."""
    sound = data[: error.start]
    # One such byte after nothing but ASCII is as likely the last letter in another encoding.
    cut = error.reason == "unexpected end of data"
    if cut and (len(data) - error.start > 1 or not sound.isascii()):
        return _cut_off(sound.decode("utf-8"))
    if mended := _mended(data):
        return mended
    if encoding := _guess(data):
        text = canonical(data.decode(encoding, "replace"))
        label = _NAMES.get(encoding, encoding.upper().replace("_", "-"))
        label = label.replace("CP", "Windows-")
        return text, (
            f"it is not UTF-8 and was read as {label}, the likeliest encoding; where letters "
            "look wrong, save it as UTF-8 and ingest it again",
        )
    raise EncodingError(
        f"{name} is not valid UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}) and "
        "reads as text in no other encoding; save it as UTF-8 and ingest it again"
    )


def _mended(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """Text that is UTF-8 but for a few damaged places, which become U+FFFD."""
    text = data.decode("utf-8", "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    damaged = text.count("\ufffd")
    if beyond - damaged < _SOUND * damaged:
        return None
    return canonical(text), (
        f"{damaged:,} damaged {'place is' if damaged == 1 else 'places are'} not valid UTF-8 and "
        "stand as \ufffd",
    )


def _cut_off(text: str) -> tuple[str, tuple[str, ...]]:
    return canonical(text), ("it ends in the middle of a character, so its end may be missing",)


def _binary(name: str) -> UnsupportedSourceError:
    return UnsupportedSourceError(
        f"{name} holds binary data of a kind that Pincite does not know; convert it first to "
        "text, PDF or an office format and ingest that"
    )


def _utf16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, if it is that: all of it readable, with blanks."""
    found: dict[float, str] = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data[:LOOKED_AT].decode(encoding, "replace").removesuffix("\ufffd")
        readable = all(c.isprintable() or c in "\t\n\r\f" for c in text) and "\ufffd" not in text
        if readable and (blanks := text.count(" ") + text.count("\n")):
            found[blanks / len(text)] = encoding
    share = max(found, default=0.0)
    return found[share] if share > 0.01 else None


def _guess(data: bytes) -> str | None:
    """The encoding that makes the most sense of the bytes, or None."""
    sample = _sample(data)
    if len(_CONTROL.findall(sample)) * 100 > len(sample):
        return None
    matches = charset_normalizer.from_bytes(sample, cp_isolation=list(_GUESSED))
    best = matches.best()
    if best is None:
        return None
    fitting = {
        encoding
        for match in matches
        if match.chaos <= best.chaos + 0.01 and match.coherence >= best.coherence - 0.05
        for encoding in match.could_be_from_charset
    }
    return next((encoding for encoding in _GUESSED if encoding in fitting), best.encoding)


def _sample(data: bytes) -> bytes:
    """The lines that are not ASCII, or as much of a long one as is looked at."""
    parts: list[bytes] = []
    size = position = 0
    while size < _SAMPLE and (found := _NOT_ASCII.search(data, position)):
        start = max(data.rfind(b"\n", position, found.start()) + 1, position)
        start = max(start, found.start() - _SAMPLE // 4)
        end = data.find(b"\n", found.start())
        end = min(end + 1 or len(data), start + _SAMPLE)
        # A piece that ends inside a character would speak against its encoding: end it at a blank.
        piece = data[start:end]
        if end < len(data) and not piece.endswith(b"\n"):
            piece = piece[: max(piece.rfind(b" ") + 1, found.end() - start)]
        parts.append(piece)
        size += len(piece)
        position = end
    return b"".join(parts)
