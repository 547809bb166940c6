"""What is installed with Pincite: the licences of all of it, and its bill of materials.

python deploy/inventory.py licences         list them; fails where one is GPL or AGPL, or unknown
python deploy/inventory.py sbom FILE        write CycloneDX JSON

Both read the metadata of the packages that are installed for ``pincite[all]``, and the models and
data of the checkout (contents.py). They fetch nothing.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from contents import Content, ContentsError, contents
from packaging.requirements import Requirement

ROOT = ("pincite", "all")
CHECKOUT = Path(__file__).absolute().parents[1]
LONGEST = 100  # characters of a licence's name
# Packages whose metadata name no licence, and what their own files say.
KNOWN: Mapping[str, str] = {}
FORBIDDEN = re.compile(r"\bA?GPL|(?<!lesser )general public license|\baffero", re.IGNORECASE)
# Of the lesser licence, whose libraries may be used by whatever has another; and of compilers'
# libraries, which may be linked to anything.
ALLOWED = re.compile(
    r"\bLGPL[\w.+-]*|lesser general public license[^;,()]*"
    r"|\bGPL-[\d.]+(?:-only|-or-later)?(?: WITH |-with-)[\w.-]+",
    re.IGNORECASE,
)


class InventoryError(Exception):
    """A sentence for the person."""


def normalised(name: str) -> str:
    """A package's name as packages are compared by it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(name: str, extra: str) -> dict[str, Distribution]:
    """A package with all that it requires, and what that requires, by normalised name.

    Raises:
        InventoryError: one of them is not installed.
    """
    found: dict[str, Distribution] = {}
    asked: set[tuple[str, str]] = set()
    waiting = [(name, extra), (name, "")]
    while waiting:
        one = waiting.pop()
        if one in asked:
            continue
        asked.add(one)
        try:
            found.setdefault(one[0], distribution(one[0]))
        except PackageNotFoundError as error:
            raise InventoryError(f"{one[0]} is not installed; run: make install") from error
        for required in requirements(found[one[0]], one[1]):
            at = normalised(required.name)
            waiting += [(at, ""), *((at, further) for further in required.extras)]
    return dict(sorted(found.items()))


def requirements(package: Distribution, extra: str = "") -> Iterator[Requirement]:
    """What a package requires here, with one of its extras."""
    for line in package.requires or ():
        required = Requirement(line)
        if required.marker is None or required.marker.evaluate({"extra": extra}):
            yield required


def licence(package: Distribution) -> str:
    """The licence as the package's metadata name it; empty where they name none."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [one for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    named = [one.rpartition(" :: ")[2] for one in classifiers]
    written = str(about.get("License") or "").strip()
    first = " ".join(written.partition("\n")[0].split())
    if first and len(first) <= LONGEST and (first == written or not named):
        named = [first]  # says it more exactly, "BSD-3-Clause" for "BSD License"; or heads its text
    return KNOWN.get(normalised(package.name), "; ".join(dict.fromkeys(named)))


def is_forbidden(said: str) -> bool:
    """Whether a licence obliges whoever passes on the whole: GPL or AGPL, with no other choice.

    >>> [is_forbidden(s) for s in ("GPL-3.0-only", "AGPL-3.0", "MIT OR GPL-2.0", "LGPL-2.1")]
    [True, True, False, False]
    >>> is_forbidden("BSD-3-Clause AND GPL-3.0-only WITH GCC-exception-3.1")
    False
    """
    choices = re.split(r"\s+OR\s+", said)
    return all(FORBIDDEN.search(ALLOWED.sub("", choice)) for choice in choices)


def check_licences(packages: Mapping[str, Distribution]) -> list[str]:
    """A line for each package.

    Raises:
        InventoryError: a licence is forbidden, or none is named.
    """
    named = {name: licence(package) for name, package in packages.items()}
    bad = [f"{name} ({said})" for name, said in named.items() if said and is_forbidden(said)]
    if bad:
        raise InventoryError(
            f"under the GPL or AGPL, which Pincite's licence does not go with: {', '.join(bad)}; "
            "require something else"
        )
    if unknown := [name for name, said in named.items() if not said]:
        raise InventoryError(
            f"no licence is named in the metadata of {', '.join(unknown)}; look it up in the "
            "package's own files, and write it into KNOWN in deploy/inventory.py"
        )
    return [f"{name} {packages[name].version}: {said}" for name, said in named.items()]


def content_lines(files: Sequence[Content]) -> list[str]:
    """A line for each model or file of data.

    Raises:
        InventoryError: a licence is forbidden.
    """
    if bad := [f"{one.path} ({one.licence})" for one in files if is_forbidden(one.licence)]:
        raise InventoryError(f"under the GPL or AGPL: {', '.join(bad)}; leave it out")
    return [f"{one.path}: {one.licence} ({one.about})" for one in files]


def bill(packages: Mapping[str, Distribution], files: Sequence[Content]) -> dict[str, Any]:
    """The bill of materials, as CycloneDX 1.6 has it; the same for the same packages and files.

    The files are parts of Pincite, which is the component that the bill is of.
    """
    root, *others = (_component(packages[name]) for name in _root_first(packages))
    root["components"] = [_part(one, root["bom-ref"]) for one in files]
    dependencies = [
        {
            "ref": _purl(package),
            "dependsOn": sorted({_purl(packages[one]) for one in _required(package, packages)}),
        }
        for package in packages.values()
    ]
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([root, others, dependencies]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {"component": {**root, "type": "application"}},
        "components": others,
        "dependencies": dependencies,
    }


def _root_first(packages: Mapping[str, Distribution]) -> list[str]:
    return sorted(packages, key=lambda name: (name != ROOT[0], name))


def _required(package: Distribution, packages: Mapping[str, Distribution]) -> Iterator[str]:
    extras = ["", ROOT[1]] if normalised(package.name) == ROOT[0] else [""]
    for extra in extras:
        for required in requirements(package, extra):
            name = normalised(required.name)
            if name in packages and name != normalised(package.name):
                yield name


def _component(package: Distribution) -> dict[str, Any]:
    said = licence(package)
    licences: dict[str, Any] = {"licenses": [{"license": {"name": said}}]} if said else {}
    if expression := package.metadata.get("License-Expression"):
        licences = {"licenses": [{"expression": str(expression)}]}
    purl = _purl(package)
    name, version = normalised(package.name), package.version
    return {
        **{"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl},
        **licences,
    }


def _part(file: Content, whole: str) -> dict[str, Any]:
    return {
        "type": file.kind,
        "bom-ref": f"{whole}#{file.path}",
        "name": file.path,
        "description": file.about,
        "hashes": [{"alg": "SHA-256", "content": file.sha256}],
        "licenses": [{"expression": file.licence}],
    }


def _purl(package: Distribution) -> str:
    version = package.version.replace("+", "%2B")  # a local version: "2.13.0+cpu"
    return f"pkg:pypi/{normalised(package.name)}@{version}"


def main(arguments: list[str]) -> None:
    """Do what the first argument says.

    Raises:
        InventoryError: it cannot be done, or a licence is not as it should be.
        ContentsError: of a model or file of data no licence is known.
    """
    match arguments:
        case ["licences"]:
            lines = check_licences(installed(*ROOT)) + content_lines(contents(CHECKOUT))
            sys.stdout.write("\n".join(lines) + "\n")
        case ["sbom", file]:
            made = bill(installed(*ROOT), contents(CHECKOUT))
            Path(file).write_text(json.dumps(made, indent=1) + "\n", "utf-8")
        case _:
            raise InventoryError("say: python deploy/inventory.py licences, or … sbom FILE")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (InventoryError, ContentsError) as error:
        sys.exit(str(error))
