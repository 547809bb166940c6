"""Shared libraries in a folder and in a bucket, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.libraries import open_library
from tests.corpus.shared.object_store import BUCKET, Bucket, served
from tests.retrieval.conftest import fill, small_documents


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Where a test's library is."""
    return f"lance://{tmp_path / 'shared'}"


@pytest.fixture
def library(address: str) -> Iterator[Library]:
    """A shared library of three small documents."""
    with open_library(address, create=True) as opened:
        fill(opened, *small_documents())
        yield opened


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket that the environment names."""
    with served(Bucket()) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def in_bucket(bucket: Bucket) -> str:
    """Where a library in the bucket is."""
    return f"s3://{BUCKET}/library"
