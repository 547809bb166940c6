"""Text from outside, without the characters that act on a screen."""

from __future__ import annotations

import re

from pincite.corpus.unseen import UNSEEN

# Beside invisible characters: ends of a line that are none of ours.
_LINE_ENDS = re.compile("[\u2028\u2029]")


def harmless(text: str) -> str:
    """The text with U+FFFD for every character that is invisible or would act on the terminal.

    Controls could move the cursor or recolour the screen, marks of direction reorder it.
    """
    return _LINE_ENDS.sub("\ufffd", UNSEEN.sub(lambda run: "\ufffd" * len(run[0]), text))


def one_line(text: str) -> str:
    """A name made harmless, so that it cannot pass for a line of ours either."""
    return harmless(text).replace("\n", "\ufffd")
