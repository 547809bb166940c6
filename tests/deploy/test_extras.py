"""An installation without its extras: what works, and what is said of the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pincite.corpus.errors import MissingExtraError, UsageError
from pincite.corpus.extras import MODULES, Extra, available, require
from tests.conftest import NOTES, Run
from tests.deploy.dockerfile import ROOT
from tests.deploy.test_dependencies import PACKAGES, ROOMS

# Every Python under the test begins with it: modules cannot be found, as where they are missing.
_WITHOUT = """
from importlib.machinery import PathFinder

find_spec = PathFinder.find_spec

def find(name, path=None, target=None):
    return None if name.partition(".")[0] in {modules!r} else find_spec(name, path, target)

PathFinder.find_spec = find
"""
_EVERY = [module for modules in MODULES.values() for module in modules]
# sentence-transformers needs scikit-learn itself.
_ABSENT = [module for module in _EVERY if module != "sklearn"]
_CLI = "from pincite.ui.cli import main; main()"


Without = Callable[..., Run]


@pytest.fixture
def without(tmp_path_factory: pytest.TempPathFactory) -> Without:
    """Run a program where modules are missing, for the processes that it starts as well."""

    def run(modules: list[str], code: str, *arguments: str) -> Run:
        folder = tmp_path_factory.mktemp("site")
        (folder / "sitecustomize.py").write_text(_WITHOUT.format(modules=modules))
        path = os.pathsep.join([str(folder), os.environ["PYTHONPATH"]])
        ran = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PINCITE_EMBEDDER": "hashing", "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Run(ran.returncode, ran.stdout, ran.stderr)

    return run


@pytest.mark.parametrize(
    ("what", "extra", "arguments"),
    [
        ("pincite serve", "serve", ["serve"]),
        ("pincite demo", "serve", ["demo", "--no-open"]),
        ("pincite mcp", "serve", ["mcp"]),
        ("pincite password", "serve", ["password", "people", "ada"]),
        ("pincite people", "serve", ["people", "list", "people"]),
        ("pincite eval", "eval", ["eval", "gold"]),
        ("pincite eval", "eval", ["eval", "bench"]),
    ],
)
def test_a_command_without_its_extra_says_in_a_sentence_which_it_needs(
    without: Without, what: str, extra: str, arguments: list[str]
) -> None:
    run = without(_ABSENT, _CLI, *arguments)
    said = f"pincite: {what} needs the extra {extra}: pip install 'pincite[{extra}]'\n"
    assert run == Run(2, "", said)


def test_one_missing_module_of_an_extra_is_enough(without: Without) -> None:
    run = without(["gradio"], _CLI, "serve")
    assert (run.code, run.stderr.count("\n")) == (2, 1)
    assert "pip install 'pincite[serve]'" in run.stderr


def test_a_gold_set_is_not_served_without_what_measures_it(
    without: Without, tmp_path: Path
) -> None:
    run = without(["ir_measures"], _CLI, "serve", "--gold", str(tmp_path))
    assert run.code == 2
    assert "pincite serve --gold needs the extra eval: pip install 'pincite[eval]'" in run.stderr


@pytest.mark.parametrize("package", ["pincite.retrieval.langchain", "pincite.ingest.langchain"])
def test_importing_langchains_interfaces_without_langchain_says_what_to_install(
    without: Without, package: str
) -> None:
    code = f"""
try:
    import {package}
except ImportError as error:
    print(type(error).__name__, error)
"""
    run = without(_ABSENT, code)
    said = f"{package} needs the extra langchain: pip install 'pincite[langchain]'"
    assert run.stdout == f"MissingExtraError {said}\n"


def test_a_bare_installation_ingests_searches_asks_lists_and_checks(
    without: Without, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text(NOTES, "utf-8")
    for arguments, expected in (
        (["ingest", "notes.txt"], ""),
        (["documents"], "notes.txt"),
        (["search", "owl"], "barn owl"),
        (["ask", "What does the barn owl hunt?"], "mice"),
        (["doctor"], ""),
        (["eval", "--help"], "import"),
        (["--help"], "serve"),
    ):
        run = without(_ABSENT, _CLI, *arguments)
        assert run.code == 0, run.stderr
        assert expected in run.stdout


def test_every_module_outside_the_extras_rooms_can_be_imported_without_them(
    without: Without,
) -> None:
    rooms = tuple(room for some in ROOMS.values() for room in some)
    files = [file.relative_to(ROOT) for part in PACKAGES for file in (ROOT / part).rglob("*.py")]
    outside = [file for file in files if not str(file).startswith(rooms)]
    modules = [".".join(["pincite", *file.with_suffix("").parts]) for file in outside]
    assert len(modules) > 100
    run = without(
        _ABSENT, "import importlib, sys; [*map(importlib.import_module, sys.argv[1:])]", *modules
    )
    assert run == Run(0, "", "")


@pytest.mark.parametrize(
    ("name", "data", "extra"),
    [
        ("scan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "ocr"),
        ("letter.rtf", b"{\\rtf1 words}", "legacy"),
    ],
)
def test_a_file_that_needs_an_extra_is_refused_with_its_name(
    without: Without, tmp_path: Path, name: str, data: bytes, extra: str
) -> None:
    (tmp_path / name).write_bytes(data)
    run = without(_ABSENT, _CLI, "ingest", name)
    assert run.code == 1
    assert f"pip install 'pincite[{extra}]'" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_is_installed_is_required_in_silence() -> None:
    for extra in MODULES:
        if available(extra):
            require(extra, "a test")


@pytest.mark.parametrize("extra", list(MODULES))
def test_a_missing_extra_is_wrong_usage_and_a_failed_import(
    monkeypatch: pytest.MonkeyPatch, extra: Extra
) -> None:
    monkeypatch.setitem(MODULES, extra, (*MODULES[extra], "a_module_that_nobody_has"))
    with pytest.raises(MissingExtraError) as raised:
        require(extra, "This")
    assert isinstance(raised.value, (UsageError, ImportError))
    assert str(raised.value) == f"This needs the extra {extra}: pip install 'pincite[{extra}]'"
