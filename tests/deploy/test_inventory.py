"""The licences and the bill of materials are those of what is installed."""

from __future__ import annotations

import json
import re
import runpy
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.dockerfile import ROOT as CHECKOUT

INVENTORY: dict[str, Any] = runpy.run_path(str(CHECKOUT / "deploy/inventory.py"))
ROOT, InventoryError, main = (INVENTORY[name] for name in ("ROOT", "InventoryError", "main"))
bill, check_licences, installed = (
    INVENTORY[name] for name in ("bill", "check_licences", "installed")
)
is_forbidden, licence = INVENTORY["is_forbidden"], INVENTORY["licence"]

OSI = "Classifier: License :: OSI Approved :: "
PURL = re.compile(r"pkg:pypi/[a-z0-9-]+@[\w.!%-]+")


def package(folder: Path, name: str, about: str) -> PathDistribution:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{about}")
    return PathDistribution(info)


def test_nothing_that_is_installed_is_under_the_gpl() -> None:
    packages = installed(*ROOT)
    lines = check_licences(packages)
    assert len(lines) == len(packages) > 100
    assert {"pincite", "torch", "gradio", "langchain-core"} <= packages.keys()


@pytest.mark.parametrize(
    ("about", "said", "forbidden"),
    [
        ("License-Expression: MIT\n", "MIT", False),
        ("License-Expression: GPL-3.0-or-later\n", "GPL-3.0-or-later", True),
        ("License: AGPLv3\n", "AGPLv3", True),
        (
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n",
            "GNU General Public License v3 (GPLv3)",
            True,
        ),
        (
            f"{OSI}GNU Lesser General Public License v3 (LGPLv3)\n",
            "GNU Lesser General Public License v3 (LGPLv3)",
            False,
        ),
        ("License: MIT License\n        \n        Copyright (c) 2020 A\n", "MIT License", False),
        ("License-Expression: MPL-1.1 OR GPL-2.0-only\n", "MPL-1.1 OR GPL-2.0-only", False),
        (
            "License-Expression: MIT AND GPL-3.0-only WITH GCC-exception-3.1\n",
            "MIT AND GPL-3.0-only WITH GCC-exception-3.1",
            False,
        ),
    ],
)
def test_a_licence_is_read_however_it_is_named(
    about: str, said: str, forbidden: bool, tmp_path: Path
) -> None:
    made = package(tmp_path, "gull", about)
    assert licence(made) == said
    assert is_forbidden(said) is forbidden
    if forbidden:
        with pytest.raises(InventoryError, match="gull"):
            check_licences({"gull": made})


def test_a_package_that_names_no_licence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"no licence .* gull"):
        check_licences({"gull": package(tmp_path, "gull", "")})


def test_the_bill_is_whole_and_the_same_each_time(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    main(["sbom", str(file)])
    found = json.loads(file.read_text())
    packages = installed(*ROOT)
    assert found == json.loads(json.dumps(bill(packages)))
    assert (found["bomFormat"], found["specVersion"], found["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found["serialNumber"]
    )
    root, components = found["metadata"]["component"], found["components"]
    assert (root["name"], root["type"]) == ("pincite", "application")
    names = [one["name"] for one in components]
    assert names == sorted(set(names)) == [name for name in packages if name != "pincite"]
    references = {one["bom-ref"] for one in [root, *components]}
    for one in components:
        assert one["type"] == "library"
        assert PURL.fullmatch(one["purl"])
        assert one["version"] == packages[one["name"]].version
        (said,) = one["licenses"]
        assert said.keys() in ({"expression"}, {"license"})
    assert {one["ref"] for one in found["dependencies"]} == references
    for one in found["dependencies"]:
        assert set(one["dependsOn"]) <= references - {one["ref"]}
    assert (
        len(
            next(one for one in found["dependencies"] if one["ref"] == root["bom-ref"])["dependsOn"]
        )
        > 20
    )


def test_what_it_does_not_know_is_said_in_a_sentence() -> None:
    with pytest.raises(InventoryError, match="licences"):
        main(["everything"])
