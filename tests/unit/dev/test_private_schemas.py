"""What a database that is lost takes with it: every schema is made again from a log, or restored."""

import re
from pathlib import Path

from tests.support.database_backup import PRIVATE

ROOT = Path(__file__).resolve().parents[3]
READ_SIDES = re.compile(r"(ledger|rma|audio)(_2|_live)?|trigrams")
"""Made again from the logs; `trigrams` holds an extension alone."""


def test_each_schema_is_a_read_side_or_restored_and_the_runbook_names_it() -> None:
    rights = "".join(one.read_text() for one in ROOT.glob("services/*/src/*/adapters/postgres/roles.sql"))
    schemas = set(re.findall(r"CREATE SCHEMA IF NOT EXISTS (\w+)", rights))
    private = {one for one in schemas if not READ_SIDES.fullmatch(one)}

    assert private == set(PRIVATE)
    runbook = (ROOT / "docs/runbooks/database-lost.md").read_text()
    assert {one for one in private if f"`{one}`" not in runbook} == set()
