"""The scripts that browsers get: by the linter, and by their own tests in node."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "ui/web/static"
TESTS = Path(__file__).parent / "js"
PATIENCE_S = 240
OLDEST = 18  # of node that runs tests by itself

LINTER = shutil.which("oxlint", path=str(Path(sys.executable).parent)) or shutil.which("oxlint")
NODE = shutil.which("node")


def _node_version() -> int:
    said = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, timeout=60)
    found = re.match(r"v(\d+)", said.stdout)
    return int(found[1]) if found else 0


needs_linter = pytest.mark.skipif(
    LINTER is None,
    reason="The scripts are not linted: oxlint is missing; `make install` brings it.",
)


def _lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINTER), "--config", ROOT / ".oxlintrc.json", "--deny-warnings", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)


@needs_linter
def test_the_linter_finds_nothing_in_the_scripts() -> None:
    result = _lint(SCRIPTS, TESTS)
    assert result.returncode == 0, result.stdout


@needs_linter
@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("unknown();", "no-undef"),
        ("var old = 1; window.old = old;", "no-var"),
        ("if (window.a == 1) window.b = 2;", "eqeqeq"),
        ("window.box.innerHTML = window.words;", "no-restricted-properties"),
        ('window.box.insertAdjacentHTML("afterend", window.words);', "no-restricted-properties"),
        ("document.write(window.words);", "no-restricted-properties"),
        ("eval(window.words);", "no-eval"),
        ("const unused = 1;", "no-unused-vars"),
    ],
)
def test_the_linter_refuses(tmp_path: Path, script: str, rule: str) -> None:
    folder = tmp_path / "ui/web/static"  # as the rules name it
    folder.mkdir(parents=True)
    (folder / "new.js").write_text(f'"use strict";\n{script}\n', "utf-8")
    shutil.copy(ROOT / ".oxlintrc.json", tmp_path)
    result = subprocess.run(
        [str(LINTER), "ui"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert result.returncode != 0
    assert f"({rule})" in result.stdout


def test_each_script_has_tests_of_its_own() -> None:
    tested = {path.name.removesuffix(".test.mjs") for path in TESTS.glob("*.test.mjs")}
    assert tested == {path.stem for path in SCRIPTS.glob("*.js")}


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_each_script_is_strict(script: Path) -> None:
    first = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text("utf-8"), flags=re.DOTALL).lstrip()
    assert first.startswith('"use strict";')


@pytest.mark.skipif(NODE is None, reason="The scripts are not tested: there is no node here.")
def test_the_scripts_pass_their_own_tests() -> None:
    if _node_version() < OLDEST:
        pytest.skip(f"The scripts are not tested: node is older than version {OLDEST}.")
    files = sorted(TESTS.glob("*.test.mjs"))
    result = subprocess.run(
        [str(NODE), "--test", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stdout
    ran = re.search(r"^# pass (\d+)$|^ℹ pass (\d+)$", result.stdout, re.MULTILINE)
    assert ran, result.stdout
    assert int(ran[1] or ran[2]) >= len(files), result.stdout
