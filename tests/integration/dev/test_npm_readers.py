"""The APIs' descriptions as a linter of another make reads them."""

import json
from pathlib import Path

import pytest

from dev.generate.client import MODULES, Module
from dev.npm import readers


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.operations)
def test_the_linter_finds_no_error_in_the_description(module: Module, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(module.description()))
    linted = readers.lint_openapi(file)
    assert linted.returncode == 0, linted.stdout + linted.stderr
