"""What ``pincite serve`` makes of its options."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.ingest.files.originals import Originals
from pincite.ui.server import run
from tests.conftest import Pincite


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), Originals.DRAWABLE),
        (("--no-originals",), Originals.NONE),
        (("--keep-originals",), Originals.ALL),
    ],
)
def test_an_option_says_which_uploads_are_kept_themselves(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], kept: Originals
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(run, "serve", lambda *arguments, **named: served.update(named))
    done = pincite("serve", *options)
    assert (done.code, done.stderr) == (0, "pincite: Loading the library …\n")
    assert served["options"].originals is kept
