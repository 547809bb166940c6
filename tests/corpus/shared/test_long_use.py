"""What a process takes that follows a library for long: it does not grow with the commits."""

from __future__ import annotations

import pytest

from pincite.corpus.shared import reading
from pincite.corpus.shared.session import forget
from pincite.corpus.store.library import Library
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.upkeep import open_indexes, publish
from tests.corpus.shared.stores import shared
from tests.retrieval.conftest import fill, make_document

_HEADS = 3  # that are followed with one session here
_COMMITS = 12


def remembered(library: Library) -> int:
    """Bytes that Lance remembers of what is open; parts of indexes among it have open files."""
    return int(shared(library).tables().table("passages").session().size_bytes())


def test_what_lance_remembers_does_not_grow_with_the_commits(
    address: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "HEADS", _HEADS)
    forget()
    with open_library(address) as server:
        sizes: dict[str, list[int]] = {"writer": [], "server": []}
        for number in range(_COMMITS):
            said = (f"The gull w{number}x{i} ate {i} fish." for i in range(20))
            fill(library, make_document("\n\n".join(said), "gull.txt"))
            indexes = open_indexes(server, lambda sentence: None)
            assert indexes.lexical.search([Wanted("gull", 1.0)], 5)
            sizes["writer"].append(remembered(library))
            sizes["server"].append(remembered(server))
            if number % _HEADS == _HEADS - 1:
                publish(library)
    for one in sizes.values():
        assert min(one[-2 * _HEADS :]) < 2 * min(one[: 2 * _HEADS]), one
