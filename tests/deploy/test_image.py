"""The Dockerfile's steps, in a plain folder; and the image, where something can build it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from pincite.ui.server.passwords import hashed
from tests.deploy.dockerfile import ROOT, copied
from tests.deploy.test_files import BUILD, kept_out, of
from tests.deploy.wheel import built
from tests.ui.server.started import started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def builder() -> str | None:
    """A program that can build an image here and now."""
    for program in ("docker", "podman", "buildah"):
        if shutil.which(program):
            asked = subprocess.run([program, "info"], capture_output=True)
            if asked.returncode == 0:
                return program
    return None


def as_copied(folder: Path) -> Path:
    """What the build's stage copies, in a folder of its own."""

    def ignored(above: str, names: list[str]) -> list[str]:
        return [n for n in names if kept_out(str((Path(above) / n).relative_to(ROOT)))]

    for sources, target in copied(BUILD):
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / target, ignore=ignored)
            else:
                to = folder / target
                (to if target.endswith("/") else to.parent).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, to)
    return folder


def installed(wheel: Path, folder: Path) -> Path:
    """A virtual environment with the wheel, which finds all else where these tests find it."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, wheel], check=True)
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    paths += [path for path in sys.path if (Path(path) / "prometheus_client").exists()]
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "others.pth").write_text("\n".join(paths) + "\n")
    return folder / "bin"


def test_the_steps_of_the_dockerfile_make_a_server_that_says_it_is_well(tmp_path: Path) -> None:
    source = as_copied(tmp_path / "src")
    (tmp_path / "wheel").mkdir()
    programs = installed(built(source, tmp_path / "wheel"), tmp_path / "venv")
    data = tmp_path / "data"
    data.mkdir()
    (data / "people").write_text(f"ada:{hashed('correct horse')}\n")
    alone = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**alone, "PINCITE_LIBRARY": str(data / "library")}
    (check,) = of("HEALTHCHECK")
    code = json.loads(check.partition(" CMD ")[2])[2]
    options = [o.replace("/data", str(data)) for o in json.loads(*of("CMD"))]
    with started(
        tmp_path / "log",
        *options,
        command=[str(programs / "pincite")],
        environment=environment,
        folder=data,
    ) as server:
        asked = code.replace("http://127.0.0.1:7860", server.address)
        assert subprocess.run([programs / "python", "-c", asked], env=alone).returncode == 0
        assert server.call("/api/v1/health").body == b'{"status":"ok"}'
        assert server.call("/").status == 401
        where = [programs / "python", "-c", "import pincite.ui; print(pincite.ui.__file__)"]
        run = subprocess.run(where, env=alone, cwd=data, capture_output=True, text=True)
        assert run.stdout.startswith(str(tmp_path / "venv"))
    # The health check of a server that is gone fails.
    gone = subprocess.run([programs / "python", "-c", asked], env=alone, capture_output=True)
    assert gone.returncode != 0


def test_the_image_can_be_built_and_starts() -> None:
    program = builder()
    if program is None:
        pytest.skip("neither docker nor podman nor buildah can build an image on this machine")
    subprocess.run([program, "build", "-t", "pincite-test", str(ROOT)], check=True)
    if program == "buildah":
        return
    ran = [program, "run", "--rm", "pincite-test", "--version"]
    assert "pincite" in subprocess.run(ran, check=True, capture_output=True, text=True).stdout
