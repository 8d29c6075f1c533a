"""The bill of materials is of today's locks, says where nothing comes from, and is valid CycloneDX."""

import json
from pathlib import Path

from dev.generate.sbom import FILE, OWN, pinned, text
from dev.stack.places import ROOT


def test_it_is_of_todays_locks() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `make sbom`"


def test_it_has_what_is_in_the_image_and_each_states_its_licence() -> None:
    components = json.loads(text())["components"]
    found = {(one["name"], one["version"]) for one in components}
    folders = [folder.parent for folder in ROOT.glob("**/pyproject.toml") if _is_distribution(folder)]

    assert set(pinned()) <= found
    assert len(pinned()) + len(OWN) + 1 == len(components)
    assert len(folders) == len(OWN)
    assert [one["name"] for one in components if not one["licenses"]] == []
    assert [one["name"] for one in components if "unknown" in str(one["licenses"])] == []


def test_whoever_needs_something_leads_to_it() -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in json.loads(text())["dependencies"]}

    assert "pkg:pypi/licensing-ledger@0.1.0" in needs["licensing"]
    assert any(ref.startswith("pkg:pypi/starlette@") for name in needs if "/fastapi@" in name for ref in needs[name])


def test_it_names_no_address_and_no_place_of_a_machine() -> None:
    said = text()
    assert "://" not in said
    assert str(ROOT) not in said
    assert str(Path.home()) not in said


def test_it_is_valid_cyclonedx() -> None:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - more than a second of imports, in each process of a run
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - likewise

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text()) is None


def _is_distribution(file: Path) -> bool:
    inside = file.relative_to(ROOT).parts
    return len(inside) > 1 and not any(part.startswith(".") for part in inside)
