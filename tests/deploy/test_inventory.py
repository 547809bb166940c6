"""The licences and the bill of materials are those of what is installed."""

from __future__ import annotations

import json
import re
import runpy
from importlib.metadata import PathDistribution, distribution
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.dockerfile import ROOT as CHECKOUT

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(CHECKOUT / "deploy")  # where it finds contents.py
    INVENTORY: dict[str, Any] = runpy.run_path(str(CHECKOUT / "deploy/inventory.py"))
contents, content_lines = INVENTORY["contents"], INVENTORY["content_lines"]
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
    assert found == json.loads(json.dumps(bill(packages, contents(CHECKOUT))))
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


def test_the_bill_names_each_model_and_file_of_data_with_its_hash_and_licence() -> None:
    files = {one.path: one for one in contents(CHECKOUT)}
    root = bill({"pincite": distribution("pincite")}, list(files.values()))["metadata"]["component"]
    parts = {part["name"]: part for part in root["components"]}
    assert parts.keys() == files.keys()
    assert len({part["bom-ref"] for part in parts.values()}) == len(files)
    models = [name for name, part in parts.items() if part["type"] == "machine-learning-model"]
    assert models == sorted(str(f.relative_to(CHECKOUT)) for f in CHECKOUT.glob("*/*/*.onnx"))
    network = parts["retrieval/cross_encoder/cross_encoder.onnx"]
    about = json.loads((CHECKOUT / "retrieval/cross_encoder/cross_encoder.json").read_text())
    assert network["hashes"] == [{"alg": "SHA-256", "content": about["sha256"]}]
    (said,) = parts["eval/claims/answers.jsonl"]["licenses"]
    assert set(said["expression"].split(" AND ")) > {"CC0-1.0", "CC-BY-4.0"}
    assert len(content_lines(files.values())) == len(files)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("ui/web/gull.bin", "", "no licence is known of ui/web/gull.bin"),
        (
            "eval/claims/answers.jsonl",
            '{"licence": "CC0"}\n{"licence": "CC BY-NC 4.0"}\n',
            "line 2 of answers.jsonl names the licence 'CC BY-NC 4.0'",
        ),
    ],
)
def test_a_file_whose_licence_is_not_known_is_refused(
    path: str, text: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    with pytest.raises(INVENTORY["ContentsError"], match=words):
        contents(tmp_path)


def test_what_it_does_not_know_is_said_in_a_sentence() -> None:
    with pytest.raises(InventoryError, match="licences"):
        main(["everything"])
