"""Folders that are watched, so that a library stays right."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from pincite.corpus.errors import UnreadableSourceError
from pincite.ingest.files.ignore_rules import GITIGNORE
from pincite.ingest.files.walk import lies_in

_QUIET_MS = 200  # without a further change, after which changes are told
_LONGEST_MS = 2000  # that changes which do not cease are held back
_LOOK_MS = 1000  # how long the first look waits, and how long it may take to stop


def changes(folders: Sequence[Path], library: Path, stopping: threading.Event) -> Iterator[None]:
    """Yield when something in the folders has changed, until ``stopping`` is set.

    It yields once at the beginning, too: what changed before the watch began is not told.

    Args:
        folders: to be watched, with all in them.
        library: the library's folder, whose own changes are none.
        stopping: set by whoever wants an end.

    Raises:
        UnreadableSourceError: the system does not let the folders be watched.
    """
    roots = [os.path.abspath(folder) for folder in folders]
    own = os.path.realpath(library)

    def counts(change: Change, path: str) -> bool:
        if lies_in(os.path.realpath(path), own):
            return False
        root = next((root for root in roots if lies_in(path, root)), "")
        parts = path[len(root) :].split(os.sep)
        return parts[-1] == GITIGNORE or not any(part.startswith(".") for part in parts)

    begun = False
    try:
        for found in watch(
            *roots,
            watch_filter=counts,
            debounce=_LONGEST_MS,
            step=_QUIET_MS,
            stop_event=stopping,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if found or not begun:
                begun = True
                yield
    except (OSError, RuntimeError) as error:
        raise UnreadableSourceError(
            f"{' and '.join(roots)} cannot be watched: {error}; watch fewer folders, or raise the "
            "system's limit"
        ) from error
