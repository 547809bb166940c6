"""Prepare .venv, and say what is being done, how long it takes and how large it is.

python deploy/install.py serve           what `make demo` needs
python deploy/install.py dev             what `make test` needs
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

TORCH = "torch==2.13.0"
VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
ON_A_TERMINAL, IN_A_LOG = 1.0, 8.0  # seconds between two signs of life
# On the disk, by docs/measure_install.py on Linux; and the time where the network is fast.
TORCH_TAKES = "for the CPU: some 750 MB, less than a minute"
TAKES = {"serve": "some 1.2 GB, about a minute", "dev": "some 1.9 GB, about 3 minutes"}
TAIL = 15  # lines of a program that failed
HASHES = Path("deploy/hashes")  # made by deploy/hashes.py
_DONE = "Successfully installed "


class InstallError(Exception):
    """A sentence for the person."""


def main(extra: str) -> None:
    """Make the environment with an extra of Pincite, or bring it up to date.

    Raises:
        InstallError: a step does not succeed.
    """
    if not PYTHON.exists():
        run("Making .venv", [sys.executable, "-m", "venv", str(VENV)])
    has_torch, takes = _has_torch(), TORCH_TAKES
    # On Linux the plain torch brings several GB of CUDA libraries. We take a CPU build where one is
    # offered, and stop where none is, rather than fetch those by accident.
    if not has_torch and os.environ.get("ALLOW_CUDA"):
        takes = "perhaps with CUDA: several GB"
    elif not has_torch:
        refuse_cuda(run("Looking for PyTorch without CUDA", [*_pip(), "--dry-run", TORCH]))
    # First whatever has a hash, the program that builds Pincite among it, so that the steps after
    # this one find it and fetch nothing of it.
    checked = not os.environ.get("ALLOW_OTHER_FILES")
    if checked:
        install_checked(extra)
    said = "" if has_torch else run(f"Installing PyTorch ({takes})", [*_pip(), TORCH])
    build = ["--no-build-isolation"] if checked else []
    step = f"Installing pincite[{extra}]" + ("" if checked else f" ({TAKES[extra]})")
    said += run(step, [*_pip(), *build, "-e", f".[{extra}]"])
    _line(sys.stdout, f"Installed without a look at a hash: {', '.join(installed(said)) or '-'}")


def install_checked(extra: str) -> None:
    """Install what has a hash, each file only if it has the one that is written down.

    Raises:
        InstallError: the index has another file, or does not have it.
    """
    pip = [*_pip(), "--require-hashes", "--no-deps", "-r", str(HASHES / f"{extra}.txt")]
    try:
        run(f"Installing what has a hash ({TAKES[extra]})", pip)
    except InstallError as error:
        raise InstallError(f"{error}{_advice(str(error))}") from error


def _advice(failure: str) -> str:
    if "DO NOT MATCH THE HASHES" not in failure:
        return ""
    return (
        " The package index gave another file than the one that was tested. If the index is one "
        "that builds packages itself, and you trust it: make install ALLOW_OTHER_FILES=1"
    )


def installed(said: str) -> list[str]:
    """What pip says that it installed, but Pincite.

    >>> installed("Successfully installed pincite-0.1.0 torch-2.13.0+cpu\\n")
    ['torch-2.13.0+cpu']
    """
    done = [line.split()[2:] for line in said.splitlines() if line.startswith(_DONE)]
    return [name for names in done for name in names if not name.startswith("pincite-")]


def refuse_cuda(plan: str) -> None:
    """Raises InstallError where pip would install CUDA, by what it said of it."""
    would = next((line for line in plan.splitlines() if line.startswith("Would install")), "")
    if " nvidia-" in would:
        raise InstallError(
            f"Your package index offers {TORCH} only with several GB of CUDA libraries, which "
            "Pincite does not use. Point pip at PyTorch's own index of CPU wheels "
            "(PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu) and repeat, or take the "
            "CUDA build knowingly with: make install ALLOW_CUDA=1"
        )


def run(
    what: str, command: Sequence[str], out: TextIO = sys.stdout, every: float | None = None
) -> str:
    """Run a program to its end, with a sign of life at least every few seconds.

    Args:
        what: what it does, for the person.
        command: the program and its arguments.
        out: where that is written: on a terminal into one line that changes, else line by line.
        every: seconds between two signs of life.

    Returns all that the program wrote. Raises InstallError, with the end of that, if it fails.
    """
    terminal = out.isatty()
    every = every or (ON_A_TERMINAL if terminal else IN_A_LOG)
    started = time.monotonic()
    _line(out, f"{what} …")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines: list[str] = []
        reader = threading.Thread(target=lines.extend, args=(process.stdout,), daemon=True)
        reader.start()
        while reader.join(every) or reader.is_alive():
            now = lines[-1].strip() if lines else ""
            _line(out, f"  {time.monotonic() - started:.0f} s  {now}", stays=not terminal)
    if process.returncode:
        end = "".join(lines[-TAIL:]).rstrip()
        raise InstallError(f"{end}\n{what} failed; the lines above say why.")
    _line(out, f"  done in {time.monotonic() - started:.0f} s")
    return "".join(lines)


def _line(out: TextIO, text: str, stays: bool = True) -> None:
    clear = "\r\x1b[K" if out.isatty() else ""
    out.write(clear + text[:78] + ("\n" if stays else ""))
    out.flush()


def _pip() -> list[str]:
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    return [*pip, "--progress-bar", "off", "-c", ".constraints.txt"]


def _has_torch() -> bool:
    found = [str(PYTHON), "-c", "import importlib.metadata as m; m.version('torch')"]
    return subprocess.run(found, stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except InstallError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nstopped; repeat it to go on")
