"""``make install`` and ``make demo``: what they prepare, and what they say meanwhile."""

from __future__ import annotations

import io
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.dockerfile import ROOT

INSTALL: dict[str, Any] = runpy.run_path(str(ROOT / "deploy/install.py"))
run, refuse_cuda, InstallError = INSTALL["run"], INSTALL["refuse_cuda"], INSTALL["InstallError"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def test_a_silent_program_gives_signs_of_life_with_its_last_words() -> None:
    out = io.StringIO()
    code = "import time; print('Unpacking torch'); time.sleep(2)"
    assert run("Installing", python(code), out, every=0.1) == "Unpacking torch\n"
    first, *signs, last = out.getvalue().splitlines()
    assert first == "Installing …"
    assert last.startswith("  done in ")
    assert any(sign.endswith(" s  Unpacking torch") for sign in signs)


def test_on_a_terminal_the_signs_of_life_stay_in_one_line() -> None:
    out = Terminal()
    run("Installing", python("import time; print('x' * 500); time.sleep(1)"), out, every=0.1)
    assert out.getvalue().count("\n") == 2
    assert all(len(part) <= 78 for part in out.getvalue().replace("\r\x1b[K", "\n").split("\n"))


def test_a_program_that_fails_is_shown_with_its_last_lines() -> None:
    code = "import sys; [print('line', n) for n in range(90)]; sys.exit('no space left')"
    with pytest.raises(InstallError) as raised:
        run("Installing PyTorch", python(code), io.StringIO())
    sentence = str(raised.value)
    assert "line 89\nno space left\nInstalling PyTorch failed; the lines above say why." in sentence
    assert "line 10\n" not in sentence


def test_cuda_is_not_installed_by_accident() -> None:
    plan = "Collecting torch\nWould install nvidia-cublas-13.0 sympy-1.14.0 torch-2.13.0\n"
    with pytest.raises(InstallError, match=r"PIP_EXTRA_INDEX_URL=.* make install ALLOW_CUDA=1"):
        refuse_cuda(plan)
    refuse_cuda("Would install sympy-1.14.0 torch-2.13.0+cpu\n")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it looks at, and nothing installed."""
    for name in ("Makefile", "pyproject.toml", ".constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=alone, capture_output=True, text=True, timeout=60
    )


def prepared(folder: Path, target: str) -> list[str]:
    """What make would install for a target."""
    lines = make(folder, "-n", target).stdout.splitlines()
    return [line.split()[-1] for line in lines if "deploy/install.py" in line]


def test_the_demo_installs_what_a_server_needs_and_the_tests_all(checkout: Path) -> None:
    assert prepared(checkout, "demo") == ["serve"]
    assert prepared(checkout, "install") == prepared(checkout, "lint") == ["dev"]


def test_after_the_demo_the_tests_still_install_what_they_need(checkout: Path) -> None:
    (checkout / ".venv/.installed-demo").touch()
    assert prepared(checkout, "demo") == []
    assert prepared(checkout, "test") == ["dev"]


def test_after_the_tests_the_demo_installs_nothing(checkout: Path) -> None:
    (checkout / ".venv/.installed").touch()
    assert prepared(checkout, "demo") == []


def test_what_the_project_needs_anew_is_installed_anew(checkout: Path) -> None:
    stamp = checkout / ".venv/.installed"
    stamp.touch()
    os.utime(stamp, (1, 1))
    assert prepared(checkout, "demo") == ["dev"]


@pytest.mark.parametrize("target", ["demo", "install"])
def test_a_python_that_is_too_old_is_refused_in_a_sentence(checkout: Path, target: str) -> None:
    old = checkout / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")  # what the check of its version ends with
    old.chmod(0o755)
    ran = make(checkout, target, f"PYTHON={old}")
    sentence = f"Pincite needs Python 3.11 or newer; name one with: make {target} PYTHON=python3.x"
    assert ran.stdout.splitlines() == [sentence]
    assert ran.returncode != 0
