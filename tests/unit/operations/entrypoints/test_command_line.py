"""The door of licensingctl: its page, its errors and its exit codes."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from dev.generate import licensingctl
from operations.entrypoints import command_line
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Answer, Exit, table
from runtime.settings import SettingsWrong
from runtime.trouble import Trouble


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A program sends all log lines to its stderr, which here is a test's and closed after it."""
    said, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**said)
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSING_KAFKA_BOOTSTRAP", "localhost:1")


def _ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        command_line.main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_reference_is_of_todays_parser() -> None:
    assert licensingctl.PAGE.read_text(encoding="utf-8") == licensingctl.text(), "run `make generate`"


def test_a_folder_without_a_backup_is_not_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _ended("verify", str(tmp_path)) == Exit.NOT_WELL
    assert capsys.readouterr() == ("", "licensingctl: there is no backup here\n")


def test_a_setting_that_nobody_reads_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSING_LEDGER", "2")

    assert _ended("verify") == Exit.WRONG_ARGUMENTS
    assert "did you mean LICENSING_LEDGERS?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(Trouble("away"), Exit.AWAY), (SettingsWrong("no key"), Exit.WRONG_ARGUMENTS)]
)
async def test_each_error_is_one_sentence_and_a_code(error: Exception, code: Exit) -> None:
    async def fails(*_: object) -> Answer:
        raise error

    parsed = command_line.parser().parse_args(["verify"])
    parsed.do = fails

    assert await command_line.answered(parsed, OperationsSettings(kafka_bootstrap="a:1")) == (
        code,
        f"licensingctl: {error}",
    )


def test_an_answer_is_for_people_or_for_programs() -> None:
    facts: dict[str, Any] = {"logs": [1, 2]}
    answer = Answer(facts, table([("LOG", "ENTRIES"), ("ledger.events/0", 3)]))

    assert json.loads(answer.text("json")) == facts
    assert answer.text("text") == "LOG              ENTRIES\nledger.events/0  3"
