"""Write deploy/hashes: the hash of every file of each package that .constraints.txt pins.

python deploy/hashes.py         write them anew, after .constraints.txt was changed

deploy/install.py hands them to pip, which then takes no other file. serve.txt has what
``pincite[serve]`` and its build need, dev.txt all else. Needs what ``make install`` brings, uv, and
a package index.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from inventory import InventoryError, installed, normalised

PINS = Path(".constraints.txt")
FOLDER = Path("deploy/hashes")
# The build for the CPU is another file than the one on the usual index, and each index has its own.
UNCHECKED = frozenset({"torch"})
BUILD = "hatchling"  # pyproject.toml names it as what builds Pincite
HEAD = """\
# Made by `make hashes` from .constraints.txt: every file of each package, for Python 3.11
# and newer on any system. `pip install --require-hashes --no-deps -r` takes no other file.
"""
_BLOCK = re.compile(r"^([\w.-]+)==\S+(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", re.MULTILINE)


class HashesError(Exception):
    """A sentence for the person."""


def main() -> None:
    """Ask the index for the hashes, and write the two files.

    Raises:
        HashesError: uv is missing or fails, or a package is not pinned.
        InventoryError: a package is not installed.
    """
    pins = pinned(PINS.read_text("utf-8"))
    serve = {*installed("pincite", "serve"), *installed(BUILD, "")} & checked(pins)
    needs = {*installed("pincite", "dev"), *installed(BUILD, "")} - {"pincite"}
    if missing := sorted(needs - set(pins)):
        raise HashesError(f"{PINS} does not pin {', '.join(missing)}, which the tests need; add it")
    blocks = hashed(compiled([pins[name] for name in sorted(checked(pins))]), checked(pins))
    FOLDER.mkdir(exist_ok=True)
    rest = [blocks[name] for name in sorted(blocks.keys() - serve)]
    (FOLDER / "serve.txt").write_text(HEAD + _lines(blocks[name] for name in sorted(serve)))
    (FOLDER / "dev.txt").write_text(HEAD + _lines(["-r serve.txt", *rest]))


def pinned(text: str) -> dict[str, str]:
    """The lines of a file of constraints, by the normalised name of their package.

    >>> pinned("# Tested.\\nJinja2==3.1.6\\n")
    {'jinja2': 'Jinja2==3.1.6'}
    """
    lines = [line.strip() for line in text.splitlines() if "==" in line]
    return {normalised(line.partition("==")[0]): line for line in lines}


def checked(pins: Mapping[str, str]) -> set[str]:
    """The packages whose files are checked against a hash."""
    return pins.keys() - UNCHECKED


def compiled(pins: Iterable[str]) -> str:
    """What uv says of the hashes of pinned packages, with nothing that these require."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise HashesError("uv is not installed; make hashes installs it")
    command = [uv, "pip", "compile", "-", "--no-deps", "--generate-hashes", "--quiet"]
    options = ["--python-version", "3.11", "--no-annotate", "--no-header"]
    ran = subprocess.run(
        [*command, *options], input="\n".join(pins), capture_output=True, text=True
    )
    if ran.returncode:
        raise HashesError(f"{ran.stderr.strip()}\nuv failed; the lines above say why.")
    return ran.stdout


def hashed(text: str, names: Iterable[str]) -> dict[str, str]:
    """The pin of each package with its hashes, from what uv wrote.

    Raises:
        HashesError: a package has none, or there is one that was not asked for.
    """
    blocks = {normalised(block[1]): block[0] for block in _BLOCK.finditer(text)}
    if others := sorted(blocks.keys() ^ set(names)):
        raise HashesError(
            f"the index has no hashes of {', '.join(others)}; name another with UV_DEFAULT_INDEX"
        )
    return blocks


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        main()
    except (HashesError, InventoryError) as error:
        sys.exit(str(error))
