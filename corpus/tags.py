"""Tags: the short words that gather documents into collections."""

from __future__ import annotations

import unicodedata

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import UsageError

LONGEST_TAG = 64  # characters


def checked_tag(tag: str) -> str:
    """The tag as it is kept: canonical, on one line, without blanks around it.

    >>> checked_tag("  annual   report ")
    'annual report'

    Raises:
        UsageError: it is empty, too long, or has a comma or a control character.
    """
    kept = " ".join(canonical(tag).split())
    if not kept:
        raise UsageError(f"the tag {tag!r} is empty; a tag is a short word")
    if len(kept) > LONGEST_TAG:
        raise UsageError(
            f"the tag {kept[:20]!r}… has {len(kept)} characters, and a tag may have "
            f"{LONGEST_TAG}; choose a shorter one"
        )
    if "," in kept or any(unicodedata.category(character) == "Cc" for character in kept):
        raise UsageError(
            f"the tag {kept!r} has a comma or a control character; give several tags one by one"
        )
    return kept
