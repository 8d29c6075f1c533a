"""A client that a generator of another make writes from our descriptions: it has every operation, and is Python."""

import compileall
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.generate.client import MODULES, Module
from dev.stack.places import ROOT

CONFIG = ROOT / "client" / "openapi-python-client.yaml"
GENERATOR = Path(sys.prefix) / "bin" / "openapi-python-client"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.operations)
def test_no_operation_is_lost(module: Module, tmp_path: Path) -> None:
    description, made = module.description(), tmp_path / "made"
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    argv = (
        "generate",
        "--path",
        tmp_path / "openapi.json",
        "--config",
        CONFIG,
        "--output-path",
        made,
        "--meta",
        "none",
    )

    done = subprocess.run(
        [GENERATOR, *argv], env=os.environ | {"PATH": ""}, capture_output=True, text=True, check=False, timeout=120
    )

    assert (done.returncode, "WARNING" in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr
    operations = {one["operationId"] for methods in description["paths"].values() for one in methods.values()}
    assert {file.stem for file in (made / "api").rglob("*.py")} - {"__init__"} == operations
    assert compileall.compile_dir(made, quiet=2)
