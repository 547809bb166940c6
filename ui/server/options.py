"""What those who may come in can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pincite.ingest.files.originals import Originals
from pincite.ingest.uploads import Limits
from pincite.ui.api.queue import WAITING


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What whoever comes in may do.

    Args:
        read_only: nothing can be added or removed.
        limits: what one upload may hold.
        originals: the uploaded files that are stored themselves as well.
        waiting: how many questions of programs may wait, beyond those that are being answered.
        gold: gold sets, or folders that have some, to be offered beside the bundled ones.
        keep_conversations: keep each person's conversations on the server, not in their browser.
    """

    read_only: bool = False
    limits: Limits = field(default_factory=Limits)
    originals: Originals = Originals.DRAWABLE
    waiting: int = WAITING
    gold: tuple[Path, ...] = ()
    keep_conversations: bool = False
