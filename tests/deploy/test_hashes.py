"""What is installed is what was tested, to the byte: deploy/hashes, and who holds pip to it."""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.dockerfile import ROOT

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "deploy")  # where it finds inventory.py
    HASHES: dict[str, Any] = runpy.run_path(str(ROOT / "deploy/hashes.py"))
INSTALL: dict[str, Any] = runpy.run_path(str(ROOT / "deploy/install.py"))
pinned, hashed, checked = (HASHES[name] for name in ("pinned", "hashed", "checked"))
install_checked, InstallError = INSTALL["install_checked"], INSTALL["InstallError"]

LINE = re.compile(r"(?:[\w.-]+==[\w.+!-]+ \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?)")
PINS: dict[str, str] = pinned((ROOT / ".constraints.txt").read_text())
FILES: dict[str, str] = {
    name: (ROOT / f"deploy/hashes/{name}.txt").read_text() for name in ("serve", "dev")
}


def version(line: str) -> str:
    return line.partition("==")[2].removesuffix(" \\")


@pytest.mark.parametrize("file", FILES)
def test_each_line_is_a_pin_or_a_hash_and_names_no_index(file: str) -> None:
    lines = [line for line in FILES[file].splitlines() if not line.startswith(("#", "-r "))]
    assert len(lines) > 500
    assert not [line for line in lines if not LINE.fullmatch(line)]


def test_every_pin_but_torch_has_its_hashes_once() -> None:
    serve, dev = pinned(FILES["serve"]), pinned(FILES["dev"])
    assert not serve.keys() & dev.keys()
    assert {(name, version(line)) for name, line in (serve | dev).items()} == {
        (name, version(PINS[name])) for name in checked(PINS)
    }
    assert PINS.keys() - checked(PINS) == {"torch"}
    assert hashed(FILES["serve"], serve).keys() == serve.keys()
    assert "\n-r serve.txt\n" in FILES["dev"]


def test_a_server_and_what_builds_it_need_nothing_else() -> None:
    found = HASHES["installed"]
    needs = {*found("pincite", "serve"), *found(HASHES["BUILD"], "")} - {"pincite", "torch"}
    assert needs == pinned(FILES["serve"]).keys()


def test_the_tests_need_no_more_and_no_less_than_is_pinned() -> None:
    found = HASHES["installed"]
    needs = {*found("pincite", "dev"), *found(HASHES["BUILD"], "")} - {"pincite"}
    assert needs == PINS.keys()


def test_a_package_without_hashes_is_named() -> None:
    with pytest.raises(HASHES["HashesError"], match="no hashes of tern"):
        hashed(FILES["serve"], {*pinned(FILES["serve"]), "tern"})


def wheel(folder: Path) -> str:
    """A package in a folder of wheels; its hash."""
    folder.mkdir()
    file = folder / "gull_and_owl-1.0-py3-none-any.whl"
    info = "gull_and_owl-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gull_and_owl.py", "")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: gull-and-owl\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("is_right", [True, False])
def test_pip_installs_a_file_with_the_right_hash_alone(
    is_right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = wheel(tmp_path / "wheels")
    for name in (".venv/bin", "deploy/hashes"):
        (tmp_path / name).mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".constraints.txt").write_text("gull-and-owl==1.0\n")
    line = f"gull-and-owl==1.0 \\\n    --hash=sha256:{known if is_right else known[::-1]}\n"
    (tmp_path / "deploy/hashes/serve.txt").write_text(line)
    monkeypatch.chdir(tmp_path)
    for name, value in (("NO_INDEX", "1"), ("FIND_LINKS", "wheels"), ("TARGET", "target")):
        monkeypatch.setenv(f"PIP_{name}", value)
    if is_right:
        install_checked("serve")
    else:
        with pytest.raises(InstallError, match=r"gull-and-owl==1\.0[\s\S]*ALLOW_OTHER_FILES=1"):
            install_checked("serve")
    assert (tmp_path / "target/gull_and_owl.py").exists() is is_right
