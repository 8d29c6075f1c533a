"""The container file is clean, and makes what the Deployments run."""

import re
import subprocess
import sys
from pathlib import Path

from dev.kubernetes.manifests import USER
from dev.kubernetes.services import G729_PROGRAM, HTMX, SERVICES, WORK
from dev.npm import readers
from dev.stack.places import ROOT

FILE = ROOT / "deploy" / "container" / "Containerfile"
HADOLINT = Path(sys.prefix) / "bin" / "hadolint"


def _text() -> str:
    return FILE.read_text(encoding="utf-8")


def test_a_linter_finds_nothing() -> None:
    done = subprocess.run((HADOLINT, FILE), capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_it_makes_the_images_that_deployments_name_for_the_user_that_they_run_as() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)((?:\n(?!FROM ).*)*)", _text(), re.MULTILINE))

    assert {service.image for service in SERVICES} == stages.keys() - {"scripts", "build"}
    for name in stages.keys() - {"scripts", "build"}:
        assert re.findall(r"^USER (.+)$", stages[name], re.MULTILINE)[-1] == f"{USER}:{USER}"


def test_every_base_is_an_argument_without_a_default() -> None:
    bases = set(re.findall(r"^FROM (\S+)", _text(), re.MULTILINE))

    assert bases == {"${PYTHON_IMAGE}", "${NODE_IMAGE}", "licensing"}
    assert re.findall(r"^ARG .*_IMAGE.*$", _text(), re.MULTILINE) == ["ARG PYTHON_IMAGE", "ARG NODE_IMAGE"]


def test_every_service_is_installed_from_locked_packages_alone() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml")}

    assert set(re.findall(r"\./services/([\w-]+)", _text())) == folders
    assert _text().count("--require-hashes -r") == 2
    assert "--no-index /wheels" in _text()


def test_the_places_that_settings_name_are_made() -> None:
    program, script = Path(G729_PROGRAM), Path(HTMX)

    assert f"services/audio/g729/{program.name} {program.parent}/" in _text()
    assert f"{readers.htmx().relative_to(readers.folder())} {script.parent}/" in _text()
    assert script.name == readers.htmx().name
    assert f"mkdir --parents {WORK}" in _text()
