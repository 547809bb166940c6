"""Text from outside, without the characters that act on a screen."""

from __future__ import annotations

import re

# Control characters could move the cursor or recolour the screen, bidirectional ones reorder it.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)


def harmless(text: str) -> str:
    """The text with every character that would act on the terminal shown as U+FFFD."""
    return _HARMFUL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A name made harmless, so that it cannot pass for a line of ours either."""
    return harmless(text).replace("\n", "\ufffd")
