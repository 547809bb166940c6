"""Questions that the empty page offers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pincite import corpus
from pincite.corpus.errors import SourceError
from pincite.corpus.store.rows import Entry
from pincite.ingest.files.read import read_source
from pincite.ingest.files.walk import Source

ARTICLE = Path(corpus.__file__).parent / "documents" / "ai_safety.txt"
ABOUT_THE_ARTICLE = (
    "Who introduced the term AI safety engineering?",
    "What is a sleeper agent?",
    "How much money did DSIT announce for AI safety research?",
    "Why are neural networks called black boxes?",
)


def examples(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Questions about the bundled article where the library holds it; none otherwise."""
    try:
        article = read_source(Source(ARTICLE))
    except SourceError:
        return ()
    held = any(entry.text_sha256 == article.text_sha256 for entry in entries)
    return ABOUT_THE_ARTICLE if held else ()
