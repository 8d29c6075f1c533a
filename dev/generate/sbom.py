"""Writes deploy/container/sbom.json: what is in the image `licensing`, as CycloneDX. `make sbom`; a test compares.

It follows from the locks alone: packages of Python with their versions, licences as they state them and whom they
need, our own distributions, and the one script of npm. What the base image and Debian bring, a scanner of images says.
"""

import base64
import json
import re
import sys
from collections.abc import Container, Iterator
from importlib.metadata import distribution
from operator import itemgetter
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dev.stack.places import ROOT

FILE = ROOT / "deploy" / "container" / "sbom.json"
LOCK = ROOT / "requirements" / "run.txt"
NPM_LOCK = ROOT / "dev" / "npm" / "package-lock.json"
HTMX = "htmx.org"
OWN = (
    "licensing-contracts",
    "licensing-runtime",
    "licensing-ledger",
    "licensing-signer",
    "licensing-device-sync",
    "licensing-rma",
    "licensing-audio",
    "licensing-client",
    "licensing-portal",
    "licensing-operations",
)
_PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
Component = dict[str, Any]


def text() -> str:
    """The bill of materials; the same locks give the same bytes."""
    own = {name: _of_python(name, distribution(name).version) for name in OWN}
    known = {name: _of_python(name, version) for name, version in pinned()} | own
    htmx = _of_npm(HTMX)
    image = {"bom-ref": "licensing", "type": "container", "name": "licensing", "version": own[OWN[0]]["version"]}
    needs = {one["bom-ref"]: {known[need]["bom-ref"] for need in _needs(name, known)} for name, one in known.items()}
    needs |= {htmx["bom-ref"]: set(), image["bom-ref"]: {one["bom-ref"] for one in (*own.values(), htmx)}}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": image},
        "components": sorted((*known.values(), htmx), key=itemgetter("bom-ref")),
        "dependencies": [{"ref": name, "dependsOn": sorted(below)} for name, below in sorted(needs.items())],
    }
    return json.dumps(bill, indent=1) + "\n"


def pinned() -> list[tuple[str, str]]:
    """Name and version of each package of the lock."""
    return _PINNED.findall(LOCK.read_text(encoding="utf-8"))


def _of_python(name: str, version: str) -> Component:
    return _component("pypi", name, version) | {"licenses": _licences(name)}


def _of_npm(name: str) -> Component:
    locked = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"][f"node_modules/{name}"]
    digest = base64.b64decode(locked["integrity"].removeprefix("sha512-")).hex()
    hashes = [{"alg": "SHA-512", "content": digest}]
    return _component("npm", name, locked["version"]) | {
        "hashes": hashes,
        "licenses": [{"expression": locked["license"]}],
    }


def _component(registry: str, name: str, version: str) -> Component:
    url = f"pkg:{registry}/{name}@{version}"
    return {"bom-ref": url, "type": "library", "name": name, "version": version, "purl": url}


def _licences(name: str) -> list[Component]:
    """As the package states them: an SPDX expression, or names."""
    stated = distribution(name).metadata
    if "License-Expression" in stated:
        return [{"expression": stated["License-Expression"]}]
    classifiers: list[str] = stated.get_all("Classifier") or []
    classified = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    names = classified or [stated["License"].splitlines()[0] if "License" in stated else "unknown"]
    return [{"license": {"name": one}} for one in names]


def _needs(name: str, known: Container[str]) -> Iterator[str]:
    """Those of the known that it needs without its extras."""
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        is_needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if is_needed and (other := canonicalize_name(requirement.name)) in known:
            yield other


def main() -> None:
    """Write it."""
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write("bill of materials written\n")


if __name__ == "__main__":
    main()
