"""Files of the indexes are what was written, or they are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.search.checksums import read, write

PARTS = st.lists(st.binary(max_size=9000), max_size=5)


@settings(max_examples=60)
@given(parts=PARTS)
def test_what_was_written_in_parts_is_read_whole(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    file = tmp_path_factory.mktemp("parts") / "file"
    checksum = write(file, parts)
    whole = b"".join(parts)
    assert (checksum.size, checksum.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert bytes(read(file, checksum, deep=True)) == whole


@settings(max_examples=200)
@given(
    size=st.integers(1, 20_000), where=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255)
)
def test_one_byte_that_is_another_is_damage(
    tmp_path_factory: pytest.TempPathFactory, size: int, where: float, mask: int
) -> None:
    file = tmp_path_factory.mktemp("flipped") / "file"
    data = bytearray(i * i % 251 for i in range(size))
    checksum = write(file, [data])
    data[int(where * size)] ^= mask
    file.write_bytes(data)
    with pytest.raises(IndexDamagedError, match="is damaged"):
        read(file, checksum)


@pytest.mark.parametrize("damage", ["sectors swapped", "a sector of zeros", "shorter", "longer"])
def test_damage_as_disks_do_it_is_seen(tmp_path: Path, damage: str) -> None:
    data = bytes(i * i % 251 for i in range(20_000))
    checksum = write(tmp_path / "file", [data])
    changed = {
        "sectors swapped": data[4096:8192] + data[:4096] + data[8192:],
        "a sector of zeros": data[:4096] + bytes(4096) + data[8192:],
        "shorter": data[:-1],
        "longer": data + b"\0",
    }[damage]
    (tmp_path / "file").write_bytes(changed)
    with pytest.raises(IndexDamagedError, match="is damaged"):
        read(tmp_path / "file", checksum)


def test_words_swapped_inside_a_sector_are_seen_by_the_deep_look(tmp_path: Path) -> None:
    data = bytes(range(256)) * 16
    checksum = write(tmp_path / "file", [data])
    (tmp_path / "file").write_bytes(data[8:16] + data[:8] + data[16:])
    read(tmp_path / "file", checksum)
    with pytest.raises(IndexDamagedError, match="is damaged"):
        read(tmp_path / "file", checksum, deep=True)


def test_a_large_file_is_mapped_and_checked_as_well(tmp_path: Path) -> None:
    data = bytearray(1_500_000)
    checksum = write(tmp_path / "file", [data])
    assert bytes(read(tmp_path / "file", checksum)) == data
    data[1_234_567] = 1
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(IndexDamagedError, match="is damaged"):
        read(tmp_path / "file", checksum)


def test_a_file_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path / "file", [b"first"])
    with pytest.raises(FileExistsError):
        write(tmp_path / "file", [b"second"])
    assert (tmp_path / "file").read_bytes() == b"first"
