"""The tables of a shared library.

    head        no rows; which version of each other table is the library now (`head.py`)
    documents   as in a library's file, with the tags and the first passage's id
    contents    texts, layouts and files, and what the document adds to ``counts``
    refusals    files that could not be read
    passages    passages with their vectors, and their terms for BM25
    counts      how many passages have a term, and the like: rows of a key are added up

Columns that a library's file has too are just as there, sums included (`corpus/store/schema.py`).
"""

from __future__ import annotations

import pyarrow as pa

from pincite.corpus.store.rows import SUMMED_PASSAGE

FORMAT = 2  # the head names a list of the sums of files
OLDEST = 1  # that is read still; the next commit makes it today's
_TEXT, _LONG, _BYTES, _LARGE, _NUMBER = (
    pa.string(),
    pa.large_string(),
    pa.binary(),
    pa.large_binary(),
    pa.int64(),
)

DOCUMENTS = pa.schema(
    [
        *((name, _TEXT) for name in ("id", "source", "title", "media_type", "text_sha256")),
        *((name, _TEXT) for name in ("metadata", "added_at")),
        *((name, _NUMBER) for name in ("characters", "paged")),
        *((name, _TEXT) for name in ("origin", "warnings")),
        *((name, _NUMBER) for name in ("passages", "parts")),
        *((name, _BYTES) for name in ("passage_sum", "sum")),
        ("tags", _TEXT),
        ("first", _NUMBER),
    ]
)
CONTENTS = pa.schema(
    [
        ("document", _TEXT),
        ("text", _LONG),
        *((name, _LONG) for name in ("sections", "pages", "regions")),
        ("sum", _BYTES),
        ("layout", _LARGE),
        ("layout_sum", _BYTES),
        ("original", _LARGE),
        ("original_sum", _BYTES),
        ("counts", _LARGE),
    ]
)
REFUSALS = pa.schema(
    [*((name, _TEXT) for name in ("source", "reason", "origin", "seen_at")), ("sum", _BYTES)]
)
COUNTS = pa.schema([("key", _TEXT), ("count", _NUMBER)])

PASSAGE_NAMES = tuple(name.strip().removeprefix("p.") for name in SUMMED_PASSAGE.split(","))
_PASSAGE_TYPES = (
    *(_NUMBER, _TEXT, _NUMBER, _NUMBER),
    *(_TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _NUMBER, _BYTES, _BYTES),
)
TERMS = "terms"  # of body, headings and title, as search writes them


def passages(dimension: int) -> pa.Schema:
    """Of a library whose vectors have this many numbers."""
    return pa.schema(
        [
            *zip(PASSAGE_NAMES, _PASSAGE_TYPES, strict=True),
            ("sum", _BYTES),
            ("first", _NUMBER),  # the id of its document's first passage, which stands for that
            ("data", _BYTES),  # in half precision: its vector, then its sentences'
            ("data_sum", _BYTES),
            ("key64", _NUMBER),  # the first 8 bytes of the key
            ("vector", pa.list_(pa.float32(), dimension)),
            (TERMS, _LONG),
        ]
    )


# By table, the indexes of its columns. A B-tree finds single rows; a bitmap serves choices of
# thousands of documents, for which docs/decisions/shared-store.md has figures.
LOOKUPS = {
    "documents": {"id": "BTREE"},
    "contents": {"document": "BTREE"},
    "refusals": {},
    "counts": {"key": "BTREE"},
    "passages": {"id": "BTREE", "key64": "BTREE", "first": "BITMAP"},
}
# The terms were worked out before, so that Lance only takes them apart at blanks.
FULL_TEXT = {
    "base_tokenizer": "whitespace",
    "lower_case": False,
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
    "max_token_length": None,
    "with_position": False,
}
SCHEMAS = {"documents": DOCUMENTS, "contents": CONTENTS, "refusals": REFUSALS, "counts": COUNTS}


def key64(key: bytes) -> int:
    """The number that a passage key is looked up by."""
    return int.from_bytes(key[:8], "big", signed=True)
