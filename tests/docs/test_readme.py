"""The README's examples, run in an empty folder with the real model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import check, commands, examples
from tests.docs.markdown import ROOT
from tests.ui.conftest import free_port


@pytest.mark.model
@pytest.mark.timeout(900)  # nine programs that each load the model
def test_the_readme_does_what_it_shows(tmp_path: Path) -> None:
    environment, port = commands(tmp_path / "bin"), free_port()
    folder = tmp_path / "home"
    folder.mkdir()
    shown = list(examples(ROOT / "README.md"))
    assert len(shown) >= 6
    for example in shown:
        check(example, folder, environment, port)
