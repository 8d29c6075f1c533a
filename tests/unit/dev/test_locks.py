"""What pins the packages of others says which, and not from where."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = (
    "dev/npm/.npmrc",
    "dev/npm/package-lock.json",
    "dev/npm/package.json",
    "dev/stack/kafka/jars.sha256",
    "requirements/build.in",
    "requirements/build.txt",
    "requirements/dev.in",
    "requirements/dev.txt",
    "requirements/go.in",
    "requirements/go.txt",
    "requirements/piper.in",
    "requirements/piper.txt",
    "requirements/run.in",
    "requirements/run.txt",
)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")
