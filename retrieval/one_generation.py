"""Work on one generation of a library, whoever writes to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryChangedError,
    LibraryDamagedError,
)
from pincite.corpus.store.library import Library
from pincite.retrieval.source_cache import SourceCache, ViewCache
from pincite.retrieval.sources import Sources

_TRIES = 5  # while somebody else writes to the library

_T = TypeVar("_T")


def of_one_generation(
    work: Callable[[Sources], _T],
    library: Library,
    cache: SourceCache | ViewCache,
    *,
    hold: bool = True,
) -> _T:
    """What ``work`` makes of the sources, all of it read from the generation of their indexes.

    It is done anew when somebody changed the library meanwhile. From the second time on all that is
    read is of one moment, so that a library that never rests is answered from as well; other
    threads that use this library wait as long as that takes.

    Args:
        work: may be done several times.
        library: that is asked, or a view of it.
        cache: has its sources.
        hold: False for long work, which is only ever done anew.

    Raises:
        LibraryChangedError: each time somebody changed the library before all was read.
        LibraryDamagedError: it is damaged, and nothing is left out that would help.
        PinciteError: what ``work`` raises.
    """
    for tries in range(_TRIES):
        generation, sources = library.generation, None
        try:
            sources = cache.sources()
            with library.snapshot() if hold and tries else nullcontext():
                if library.generation != sources.indexes.generation:  # a moment begins with this
                    continue
                done = work(sources)
                is_of_one = library.generation == sources.indexes.generation
            if is_of_one and sources.still_visible():
                return done
        except LibraryDamagedError:
            if not _leave_out_damaged(cache, sources):
                raise
        except (LibraryChangedError, DocumentNotFoundError) as error:
            still = sources is None or sources.still_visible()
            if still and library.generation == generation:
                # What the indexes have is not there, though nobody has changed the library.
                is_lost = isinstance(error, LibraryChangedError)
                if not (is_lost and _leave_out_damaged(cache, sources)):
                    raise
    raise LibraryChangedError(
        f"the library {library.name} changed {_TRIES} times while the question was answered; "
        "ask again when whoever writes to it has finished"
    )


def _leave_out_damaged(cache: SourceCache | ViewCache, sources: Sources | None) -> bool:
    """See `SourceCache.leave_out_damaged`; ``sources`` led to a damaged document."""
    return cache.leave_out_damaged(None if sources is None else sources.whole_indexes)
