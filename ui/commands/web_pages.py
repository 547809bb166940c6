"""The pages of the web that ``pincite ingest`` is told to fetch, and only those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pincite.corpus.errors import NetworkNotAllowedError, UsageError
from pincite.ingest.temporary import temporary_space
from pincite.ingest.web.address import is_url
from pincite.ingest.web.fetch import Fetcher, Limits
from pincite.ingest.web.pages import Fetched, fetch_all
from pincite.ui.console import err, say


def apart(named: Sequence[str]) -> tuple[list[Path], list[str]]:
    """The paths and the URLs among what was named."""
    return [Path(name) for name in named if not is_url(name)], [n for n in named if is_url(n)]


def require_allowed(urls: Sequence[str], *, allowed: bool, watch: bool) -> None:
    """Check that what was named may be fetched.

    Raises:
        NetworkNotAllowedError: nobody said so.
        UsageError: it would have to be watched.
    """
    if urls and not allowed:
        raise NetworkNotAllowedError(
            f"{urls[0]} is on the web, and Pincite reads from the network only when you allow it; "
            "add --allow-network, or save the page and ingest the file"
        )
    if urls and watch:
        raise UsageError(
            f"--watch needs folders, and {urls[0]} is on the web; ingest it again when it has "
            "changed"
        )


@contextmanager
def fetched(
    urls: Sequence[str], title: str | None, largest: int, seconds: float
) -> Iterator[Fetched]:
    """The pages, which lie in a folder of their own as long as this lasts."""
    if not urls:
        yield Fetched((), ())
        return
    with temporary_space("pages wait to be read"):
        made = TemporaryDirectory(prefix="pincite-web-")
    with made as folder:
        if err().is_terminal:
            say(f"fetching {urls[0]}" + (f" and {len(urls) - 1} more" if urls[1:] else ""))
        yield fetch_all(urls, Path(folder), Fetcher(Limits(largest, seconds)), title)
