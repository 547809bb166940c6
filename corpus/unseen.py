"""Characters that nobody sees. A module of its own, because `pincite --help` needs it too."""

from __future__ import annotations

import re

# Invisible characters that act on what stands around them, or carry text of their own:
# controls, marks and overrides of direction, zero-width ones, tags, lone surrogates.
UNSEEN = re.compile(
    "(?:[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
    # Joiners belong after a letter of a script that joins, or between the parts of an emoji …
    "|(?<![\u0600-\u1fff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
    # … and the further variation selectors after an ideograph.
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef])+"
)
