"""The container file is clean, and makes what the Deployments run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from dev.kubernetes.manifests import USER
from dev.kubernetes.services import G729_PROGRAM, HTMX, SERVICES, WORK
from dev.npm import readers
from dev.stack.places import ROOT

FILE = ROOT / "deploy" / "container" / "Containerfile"
INSTALL = FILE.with_name("install-packages")
SOURCES = """Types: deb
# http://snapshot.debian.org/archive/debian/20260101T000000Z
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
"""
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


def test_each_step_that_makes_files_knows_the_time_that_they_get() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)((?:\n(?!FROM ).*)*)", _text(), re.MULTILINE)

    assert {name for name, text in stages if "\nARG SOURCE_DATE_EPOCH\n" in text} == {
        name for name, text in stages if re.search("^RUN", text, re.MULTILINE) and name != "scripts"
    }


def test_debian_packages_are_installed_in_one_way_that_leaves_no_lists_caches_and_logs() -> None:
    assert "apt-get" not in _text()
    removed = INSTALL.read_text(encoding="utf-8").partition("\nrm -rf ")[2].split()
    assert {"/var/lib/apt/lists/*", "/var/cache/ldconfig", "/var/cache/fontconfig", "/var/log/*"} <= set(removed)


def test_a_snapshot_is_a_time_of_debians_archive(tmp_path: Path) -> None:
    sources = tmp_path / "debian.sources"
    sources.write_text(SOURCES, encoding="utf-8")
    (edit,) = re.findall(r'sed -i ("s,.*") "\$sources"', INSTALL.read_text(encoding="utf-8"))
    environment = {"PATH": "/usr/bin:/bin", "DEBIAN_SNAPSHOT": "20261101T000000Z"}

    subprocess.run(("sh", "-c", f"sed -i {edit} {sources}"), check=True, env=environment)

    assert re.findall("^URIs: (.*)$", sources.read_text(encoding="utf-8"), re.MULTILINE) == [
        "http://snapshot.debian.org/archive/debian/20261101T000000Z",
        "http://snapshot.debian.org/archive/debian-security/20261101T000000Z",
    ]


def test_the_context_has_what_is_copied_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", _text(), re.MULTILINE)
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert ignore[0] == "*"
    assert {one.removeprefix("!") for one in ignore if one.startswith("!")} == set(" ".join(copied).split())


def test_a_wheel_has_the_same_bytes_in_every_build_of_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    project = str(ROOT / "services" / "operations")
    built = [
        Path(wheel).read_bytes()
        for folder in ("first", "second")
        for wheel in WheelBuilder(project).build(directory=str(tmp_path / folder), versions=["standard"])
    ]

    assert len(built) == 2
    assert built[0] == built[1]
