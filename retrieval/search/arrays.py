"""Named arrays in one file, with nothing in it that could be run.

8 bytes   the mark below, with the format's version
8 bytes   the length of the header
header    JSON: {name: [dtype, shape, offset after the header]}
arrays    one after the other, each at a multiple of 64 bytes
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MARK = b"pincarr1"
_ALIGNED = 64


def packed(arrays: Mapping[str, Array]) -> Iterator[memoryview]:
    """The bytes of a file of these arrays, in parts."""
    header: dict[str, tuple[str, tuple[int, ...], int]] = {}
    offset = 0
    for name, array in arrays.items():
        header[name] = (array.dtype.newbyteorder("<").str, array.shape, offset)
        offset += array.nbytes + -array.nbytes % _ALIGNED
    text = json.dumps(header).encode()
    text += b" " * (-(len(_MARK) + 8 + len(text)) % _ALIGNED)
    yield memoryview(_MARK + len(text).to_bytes(8, "little") + text)
    for array in arrays.values():
        whole = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        yield whole.reshape(-1).view(np.uint8).data
        yield memoryview(bytes(-array.nbytes % _ALIGNED))


def unpacked(data: memoryview) -> dict[str, Array]:
    """The arrays in a file of these bytes; they are views of it, not copies.

    Raises:
        ValueError: ``packed`` did not write this.
    """
    start = len(_MARK) + 8
    if bytes(data[: len(_MARK)]) != _MARK:
        raise ValueError("it is no file of arrays, or one of another version")
    start += int.from_bytes(data[len(_MARK) : start], "little")
    header = json.loads(bytes(data[len(_MARK) + 8 : start]))
    found = {}
    for name, (dtype, shape, offset) in header.items():
        count = int(np.prod(shape, dtype=np.int64))
        flat = np.frombuffer(data, dtype, count, start + offset) if count else np.zeros(0, dtype)
        found[name] = flat.reshape(shape)
    return found
