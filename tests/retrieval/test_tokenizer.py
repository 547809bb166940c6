"""A tokenizer that cannot be read is told by its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.corpus.errors import ModelError
from pincite.retrieval.tokenizer import tokenizer


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_missing_or_damaged_tokenizer_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "tokenizer.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be read"):
        tokenizer(file)
