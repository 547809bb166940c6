"""Numbers, days and sentences as a page says them."""

from __future__ import annotations

from datetime import datetime

from pincite.ui.web.html import Html, isolated, shortened

FAILED = "Something failed that should not have. The server's log has the details."
_LONGEST = 800  # characters of a sentence with a value from outside in it


def size(count: int) -> str:
    """A number of bytes.

    >>> size(512), size(20_480), size(5_000_000_000)
    ('512 bytes', '20 kB', '5,000 MB')
    """
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:,.0f} kB"
    return f"{count / 1_000_000:,.{0 if count >= 10_000_000 else 1}f} MB"


def day(moment: str, now: datetime | None = None) -> Html:
    """A moment in ISO 8601 as an element of HTML that shows its day.

    Seen from ``now``, the last days are called as people call them.

    >>> str(day("2026-11-26T09:30:00+00:00"))
    '<time datetime="2026-11-26T09:30:00+00:00">26 Nov 2026</time>'
    >>> str(day("2026-11-26T09:30:00+00:00", datetime.fromisoformat("2026-11-27T00:10:00+00:00")))
    '<time datetime="2026-11-26T09:30:00+00:00">yesterday</time>'
    """
    when = datetime.fromisoformat(moment)
    said = f"{when.day} {when:%b %Y}"
    if now is not None:
        ago = (now.astimezone(when.tzinfo).date() - when.date()).days
        said = {0: "today", 1: "yesterday"}.get(ago, f"{when:%A}" if 1 < ago < 7 else said)
    return Html('<time datetime="{moment}">{said}</time>').format(
        moment=when.isoformat(), said=said
    )


def sentence(text: str) -> Html:
    """A message as a sentence of HTML, in which nothing of it is markup.

    >>> str(sentence("the file <b> is empty; choose another"))
    '<bdi>The file &lt;b&gt; is empty; choose another.</bdi>'
    >>> str(sentence("notes.txt is empty"))
    '<bdi>notes.txt is empty.</bdi>'
    """
    said = shortened(text.strip(), _LONGEST)
    if said.partition(" ")[0].isalpha():  # else a file's name, which is kept to the letter
        said = said[:1].upper() + said[1:]
    ending = "" if said.endswith((".", "!", "?", "…")) else "."
    return isolated(said + ending)
