"""The files that a server is set up with, read as their programs read them."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from pincite.corpus.extras import MODULES
from pincite.ui.cli import app
from tests.deploy.dockerfile import ROOT, Statement, copied, stages

BUILD, FINAL = stages((ROOT / "Dockerfile").read_text())
HEALTH = "/api/v1/health"
NEVER_IN = (".git", ".pincite", ".venv", "tests", "people", "token", ".env", "docs")


def of(word: str, stage: list[Statement] = FINAL) -> list[str]:
    return [statement.rest for statement in stage if statement.word == word]


def options_of(command: str) -> set[str]:
    """The options that a command of the command line takes."""
    group = typer.main.get_command(app)
    found = group.commands[command]  # type: ignore[attr-defined]
    return {name for parameter in found.params for name in parameter.opts}


def assert_known(arguments: list[str]) -> None:
    """That the command line has this command with these options."""
    command, *rest = arguments
    assert {one for one in rest if one.startswith("--")} <= options_of(command)


def kept_out(path: str) -> bool:
    """Whether .dockerignore keeps a path out: the last pattern that matches it decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        above = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(one, pattern.removeprefix("**/")) for one in above):
            out = not line.startswith("!")
    return out


def test_whatever_is_copied_is_there_and_is_not_kept_out() -> None:
    for sources, _ in copied(BUILD) + copied(FINAL):
        for source in sources:
            assert (ROOT / source).exists()
            assert not kept_out(source)


@pytest.mark.parametrize("path", NEVER_IN)
def test_nothing_else_gets_near_the_image(path: str) -> None:
    assert kept_out(path)
    assert all(path not in sources for sources, _ in copied(BUILD) + copied(FINAL))


def test_it_runs_as_a_user_with_a_number_and_without_rights() -> None:
    (user,) = of("USER")
    assert int(user) >= 1000
    assert f"--uid {user} " in " ".join(of("RUN"))


def test_the_last_stage_has_no_compiler_and_installs_nothing() -> None:
    assert not re.search(r"\b(apt-get|pip|gcc|build-essential|curl)\b", " ".join(of("RUN")))
    assert of("FROM") == ["python:3.12-slim"]


def test_there_is_no_secret_in_it() -> None:
    text = "\n".join(f"{s.word} {s.rest}" for s in [*BUILD, *FINAL])
    assert not re.search(r"(?i)\b(password|secret|token|key)\b\s*=", text)


def test_the_image_has_what_a_server_needs_and_can_have_more() -> None:
    (default,) = [s.rest for s in BUILD if s.word == "ARG" and s.rest.startswith("EXTRAS")]
    assert default == "EXTRAS=serve"
    assert BUILD[-1].rest.endswith('".[$EXTRAS]"')


def test_the_image_takes_only_files_with_the_hashes_that_are_written_down() -> None:
    installs = [s.rest for s in BUILD if s.word == "RUN" and " install " in s.rest]
    hashed, torch, pincite = installs
    assert "--require-hashes --no-deps -r deploy/hashes/serve.txt" in hashed
    assert torch.endswith(" -c .constraints.txt torch")
    assert "--no-build-isolation" in pincite


def test_what_it_serves_is_a_command_that_wants_to_know_who_asks() -> None:
    assert json.loads(*of("ENTRYPOINT")) == ["pincite"]
    arguments = json.loads(*of("CMD"))
    assert_known(arguments)
    assert "--auth" in arguments
    assert arguments[arguments.index("--host") + 1] == "0.0.0.0"
    assert of("EXPOSE") == ["7860"]


def test_the_library_and_the_passwords_are_in_the_one_volume() -> None:
    (volume,) = of("VOLUME")
    assert f"PINCITE_LIBRARY={volume}/" in " ".join(of("ENV"))
    assert json.loads(*of("CMD"))[4].startswith(f"{volume}/")


def test_a_health_check_needs_no_program_but_python() -> None:
    (check,) = of("HEALTHCHECK")
    command = json.loads(check.partition(" CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "check", "exec")
    assert f"http://127.0.0.1:7860{HEALTH}" in command[2]


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_compose_publishes_the_proxy_alone(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["proxy"]["command"].endswith("--to pincite:7860")
    assert all(service["restart"] == "unless-stopped" for service in services.values())


def test_compose_has_each_volume_that_a_service_mounts(compose: dict[str, Any]) -> None:
    mounted = [v.split(":") for s in compose["services"].values() for v in s["volumes"]]
    assert {name for name, _ in mounted} == set(compose["volumes"])
    assert compose["services"]["pincite"]["volumes"] == ["library:" + of("VOLUME")[0]]


def test_compose_checks_health_as_the_image_does(compose: dict[str, Any]) -> None:
    (check,) = of("HEALTHCHECK")
    test = compose["services"]["pincite"]["healthcheck"]["test"]
    assert test == ["CMD", *json.loads(check.partition(" CMD ")[2])]
    assert compose["services"]["proxy"]["depends_on"]["pincite"]["condition"] == "service_healthy"


@pytest.fixture
def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((ROOT / "deploy/pincite.service").read_text())
    return parser


def test_the_unit_starts_a_command_that_there_is(unit: ConfigParser) -> None:
    program, *arguments = unit["Service"]["ExecStart"].split()
    assert program.endswith("/bin/pincite")
    assert_known(arguments)
    assert "--auth" in arguments


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("User", "pincite"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("StateDirectory", "pincite"),
        ("IPAddressDeny", "any"),
    ],
)
def test_the_unit_takes_away_what_the_server_does_not_need(
    unit: ConfigParser, name: str, value: str
) -> None:
    assert unit["Service"][name] == value


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze, which reads units, is not on this machine")
    text = (ROOT / "deploy/pincite.service").read_text()
    copy = tmp_path / "pincite.service"
    copy.write_text(text.replace("/opt/pincite/bin/pincite", "/bin/true"))
    read = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True
    )
    assert "pincite.service" not in read.stderr


def test_the_guide_to_installing_has_every_extra_and_commands_that_there_are() -> None:
    text = (ROOT / "docs/install.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(rows) == {*MODULES, "all"}
    for command in ("serve", "demo", "mcp", "password", "eval"):
        assert_known([command])
    assert {"--no-open", "--port"} <= options_of("demo")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert set(re.findall(r"pincite-(\d[\w.]*)-py3", text)) == {version}


def test_every_command_in_the_guide_is_one_that_there_is() -> None:
    text = (ROOT / "docs/deploy.md").read_text()
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    names = set(re.findall(r"pincite(?: --library \S+)? (password|ingest|serve|doctor)\b", blocks))
    assert names == {"password", "ingest", "serve"}
    for path in re.findall(r"(?:deploy/|cp )(\S+\.service)", blocks):
        assert (ROOT / "deploy" / Path(path).name).exists()
