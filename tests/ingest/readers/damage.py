"""Damage for the tests of readers: bytes flipped or cut, and parts of zip files broken inside."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import SourceError
from pincite.ingest.readers import read


def rezipped(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """A zip file with some members replaced or added, the rest as it was."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in whole.namelist():
            written.writestr(whole.getinfo(name), changed.get(name, whole.read(name)))
        for name in changed.keys() - set(whole.namelist()):
            written.writestr(name, changed[name])
    return out.getvalue()


def read_or_refused(data: bytes, name: str) -> bool:
    """Whether the bytes give canonical text, or else an error of ours that names the file."""
    try:
        reading = read(data, name)[1]
    except SourceError as refused:
        return name in str(refused)
    sound = reading.text == canonical(reading.text) and reading.text.strip() != ""
    return sound and reading.sections[-1].span.end == len(reading.text)


def member_of(data: bytes, path: str) -> bytes:
    """One member of a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return whole.read(path)


@st.composite
def cut_or_flipped(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes cut short, or with a few of them changed."""
    damaged = bytearray(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)
    for _ in range(draw(st.integers(0, 8)) if damaged else 0):
        damaged[draw(st.integers(0, len(damaged) - 1))] = draw(st.integers(0, 255))
    return bytes(damaged)


@st.composite
def broken_inside(draw: st.DrawFn, data: bytes) -> bytes:
    """A sound zip file around XML of which pieces are lost or doubled."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        names = sorted(n for n in whole.namelist() if n.endswith((".xml", ".rels")))
        changed = {}
        for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
            xml = bytearray(whole.read(name))
            for _ in range(draw(st.integers(1, 3))):
                place = draw(st.integers(0, len(xml)))
                piece = xml[place : place + draw(st.integers(0, 80))]
                xml[place : place + len(piece)] = draw(
                    st.sampled_from([b"", bytes(piece * 2), b"0", b"-1", b"<a>", b'"'])
                )
            changed[name] = bytes(xml)
    return rezipped(data, changed)
