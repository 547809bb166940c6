"""``pincite demo``: the bundled article in a library of its own, and the chat on it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pincite import corpus
from pincite.corpus.errors import EmbedderMismatchError, LibraryError
from pincite.corpus.extras import require
from pincite.ui.commands.ingest import ingest
from pincite.ui.commands.serve import serve
from pincite.ui.console import State, say

_ARTICLE = Path(corpus.__file__).parent / "documents" / "ai_safety.txt"
_TITLE = "AI safety"


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 7860,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Open the chat on the bundled article, in a library of its own.

    That library is in your folder for caches and can be removed; --library names another.
    """
    require("serve", "pincite demo")
    if State.library is None:
        _ingest_into_cache()
    else:
        ingest([str(_ARTICLE)], title=_TITLE)
    serve(port=port, open_browser=not no_open)


def _ingest_into_cache() -> None:
    # Not into the library of PINCITE_LIBRARY: that one has the person's own documents.
    State.library = cache() / "demo"
    say(f"the demo's library is {State.library}")
    try:
        ingest([str(_copied_to(cache()))], title=_TITLE)
    except EmbedderMismatchError as error:
        raise EmbedderMismatchError(
            f"the demo's library {State.library} was made with another embedder; remove that "
            "folder and repeat"
        ) from error
    except OSError as error:
        raise LibraryError(
            f"the folder {cache()} cannot be written ({error.strerror or error}); name another "
            "with: pincite --library FOLDER demo"
        ) from error


def _copied_to(folder: Path) -> Path:
    """The article under a name that stays, also when Pincite is next installed elsewhere."""
    copy, text = folder / _ARTICLE.name, _ARTICLE.read_bytes()
    if not copy.exists() or copy.read_bytes() != text:
        folder.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(text)
    return copy


def cache() -> Path:
    """Pincite's folder for what can be made again, where the system has such folders."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "pincite"
