"""Bytes to text: UTF-8, UTF-16, other encodings by the best guess, and what is no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import EncodingError, UnsupportedSourceError
from pincite.ingest.readers import read
from pincite.ingest.readers.encodings import decoded
from tests.ingest.readers.damage import read_or_refused

bounded = settings(max_examples=50)

GERMAN = "Die Straße ist für große Vögel geöffnet, und übermäßig häufig sind sie nicht.\n"
RUSSIAN = "Съешь ещё этих мягких французских булок, да выпей чаю.\n"
JAPANESE = "東京は日本の首都です。とても大きな都市です。\n"
ENGLISH = "The herring gull nests on the cliffs of the old harbour.\n"


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("Café au lait.\n", "latin-1", "Windows-1252"),
        (GERMAN, "cp1252", "Windows-1252"),
        ("L’été — c’est “fini”.\n", "cp1252", "Windows-1252"),
        ("Zażółć gęślą jaźń. Wczoraj poszliśmy do kina.\n", "cp1250", "Windows-1250"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        ("Η Αθήνα είναι η πρωτεύουσα της Ελλάδας.\n", "cp1253", "Windows-1253"),
        (JAPANESE, "shift_jis", "Shift JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        ("臺北市是中華民國的首都，是一個很大的城市。\n", "big5", "BIG5"),
        ("서울은 대한민국의 수도이며 매우 큰 도시입니다.\n", "euc_kr", "EUC-KR"),
    ],
)
@pytest.mark.parametrize("around", ["", ENGLISH * 200])
def test_text_in_another_encoding_is_read_with_a_warning_that_names_it(
    text: str, encoding: str, named: str, around: str
) -> None:
    reading = read((around + text + around).encode(encoding), "a.txt")[1]
    assert reading.text == around + text + around
    (warning,) = reading.warnings
    assert f"read as {named}, the likeliest encoding" in warning
    assert "save it as UTF-8" in warning


@pytest.mark.parametrize("name", ["a.md", "a.csv", "a.py", "a.json", "a.rst"])
def test_the_warning_reaches_the_reading_of_every_kind_of_text(name: str) -> None:
    reading = read(GERMAN.encode("latin-1"), name)[1]
    assert any("Windows-1252" in warning for warning in reading.warnings)
    assert "Vögel" in reading.text


def test_one_foreign_character_far_into_a_long_file_is_found() -> None:
    text = ENGLISH * 3000 + "The café is closed.\n" + ENGLISH * 3000
    assert decoded(text.encode("latin-1"), "a.txt")[0] == text


def test_a_long_line_without_line_ends_is_read_in_its_encoding() -> None:
    text = "Der müde Vogel überflog die Küste und die Häuser. " * 5000
    assert decoded(text.encode("latin-1"), "a.txt")[0] == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ENGLISH, GERMAN, "Москва — столица России, большой город.\n"])
def test_utf16_without_a_mark_is_recognised(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding), "a.txt") == (text, ())


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")]
)
def test_utf32_with_its_mark_is_read(mark: bytes, encoding: str) -> None:
    assert decoded(mark + GERMAN.encode(encoding), "a.txt") == (GERMAN, ())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"cut \xf0\x9f\x98", "cut "),
        ("Vögel und Bäu".encode() + b"\xc3", "Vögel und Bäu"),
        (codecs.BOM_UTF8 + b"caf\xc3", "caf"),
        (codecs.BOM_UTF16_LE + "Gulls".encode("utf-16-le") + b"a", "Gulls"),
        (codecs.BOM_UTF16_BE + "Gulls".encode("utf-16-be") + b"\xd8\x3d", "Gulls"),
    ],
)
def test_a_text_cut_off_inside_a_character_is_read_with_a_warning(data: bytes, text: str) -> None:
    said, warnings = decoded(data, "a.txt")
    assert said == text
    assert warnings == ("it ends in the middle of a character, so its end may be missing",)


def test_a_last_letter_in_another_encoding_is_not_taken_for_a_cut() -> None:
    assert decoded(b"the old caf\xe9", "a.txt")[0] == "the old café"


@pytest.mark.parametrize(
    ("places", "words"), [(1, "1 damaged place is"), (2, "2 damaged places are")]
)
def test_a_few_damaged_bytes_in_utf8_do_not_make_it_another_encoding(
    places: int, words: str
) -> None:
    data = ("Größe über Höhe und Länge. " * 20).encode() + b" \xff ends." * places
    for whole in (data, codecs.BOM_UTF8 + data):
        text, (warning,) = decoded(whole, "a.txt")
        assert text.startswith("Größe über Höhe")
        assert text.count("\ufffd") == places
        assert words in warning


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x81\x8d\x8f\x90\x9d" * 9, r"a\.txt is not valid UTF-8 \(byte 0x81 at offset 0\)"),
        (codecs.BOM_UTF8 + b"caf\xe9 au lait", "not valid UTF-8, which its first bytes say"),
        (codecs.BOM_UTF16_LE + b"\0\xdca\0b\0", "not valid UTF-16, which its first bytes say"),
    ],
)
def test_bytes_that_are_text_in_no_encoding_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(EncodingError, match=words) as refused:
        read(data, "a.txt")
    assert "save it as UTF-8 and ingest it again" in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"text\0text",
        b"\0\xff\0\xff",
        "text".encode("utf-16-le"),
        b"\1\2\3\4" * 100,
        ENGLISH.encode() + b"\0\1\2",
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedSourceError, match=r"a\.bin holds binary data .* convert it"):
        read(data, "a.bin")


def test_the_colours_of_a_terminal_do_not_make_a_log_binary() -> None:
    log = "\x1b[31merror\x1b[0m: no gull\f\n" * 100
    assert decoded(log.encode(), "a.log") == (log, ())


@bounded
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a.csv", "a.json", "a"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    assert read_or_refused(data, name)


@bounded
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=80))
def test_valid_utf8_is_never_guessed_at(text: str) -> None:
    assert decoded(text.encode(), "a.txt") == (canonical(text), ())
