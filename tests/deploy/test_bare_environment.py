"""The wheel in an environment of its own, with nothing but what it declares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT
from tests.deploy.wheel import built
from tests.ui.server.started import started

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(3600)]

QUESTION = "Who coined the phrase AI safety engineering?"
ARTICLE = ROOT / "corpus/documents/ai_safety.txt"
# Of the network and of the tests' own code, nothing may help.
ALONE = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def install(programs: Path, *what: str | Path) -> None:
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / ".constraints.txt"]
    run = subprocess.run([*pip, *what], env=ALONE, capture_output=True, text=True)
    if run.returncode and "No matching distribution" in run.stderr:
        pytest.skip(f"pip reaches no package index here: {run.stderr.strip().splitlines()[-1]}")
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel and what a bare installation brings."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install(folder / "bin", wheel)
    return folder / "bin"


def pincite(
    programs: Path, folder: Path, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    command = [programs / "pincite", *arguments]
    return subprocess.run(
        command, env=ALONE, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def test_a_bare_installation_answers_where_files_are_called_as_its_packages_are(
    programs: Path, tmp_path: Path
) -> None:
    for name in ("corpus.py", "ui.py", "eval.py", "ingest.py", "retrieval/__init__.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("raise RuntimeError('this is not the module you are looking for')\n")
    assert pincite(programs, tmp_path, "ingest", ARTICLE).returncode == 0
    run = pincite(programs, tmp_path, "ask", QUESTION, "--json")
    assert run.returncode == 0, run.stderr
    quotes = json.loads(run.stdout)["quotes"]
    text = ARTICLE.read_text("utf-8")
    assert any("AI safety engineering" in quote["text"] for quote in quotes)
    assert all(quote["text"] in text for quote in quotes)
    for command in ("search", "documents", "doctor"):
        more = [QUESTION] if command == "search" else []
        assert pincite(programs, tmp_path, command, *more).returncode == 0


def test_its_extras_are_missing_by_name(programs: Path, tmp_path: Path) -> None:
    for arguments, extra in (
        (["serve"], "serve"),
        (["mcp"], "serve"),
        (["demo"], "serve"),
        (["eval", "gold"], "eval"),
    ):
        run = pincite(programs, tmp_path, *arguments)
        what = f"pincite {arguments[0]}"
        said = f"pincite: {what} needs the extra {extra}: pip install 'pincite[{extra}]'\n"
        assert (run.returncode, run.stdout, run.stderr) == (2, "", said)
    code = "import pincite.retrieval.langchain"
    run = subprocess.run(
        [programs / "python", "-c", code], env=ALONE, capture_output=True, text=True
    )
    assert run.stderr.endswith(
        "pincite.retrieval.langchain needs the extra langchain: pip install 'pincite[langchain]'\n"
    )


def test_what_it_then_says_to_type_is_enough_for_the_demo(programs: Path, tmp_path: Path) -> None:
    install(programs, "pincite[serve]")  # of what is installed: no index has to have it
    environment = {**ALONE, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with started(
        tmp_path / "log",
        *("demo", "--no-open"),
        command=[str(programs / "pincite")],
        environment=environment,
        folder=tmp_path,
    ) as server:
        body = json.dumps({"question": QUESTION}).encode()
        given = server.call("/api/v1/ask", body, **{"content-type": "application/json"})
        assert "AI safety" in given.body.decode()
        assert server.call("/").status == 200
