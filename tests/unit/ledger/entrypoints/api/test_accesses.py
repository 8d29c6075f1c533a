"""Which reads of staff the ledger's API records, and by what they are found (rule X14)."""

from typing import Any

from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.http.accesses import RECORDING
from runtime.web.accesses import HOW

READS: dict[str, set[str]] = {
    operation["get"]["operationId"]: {
        one["name"] for one in operation["get"].get("parameters", ()) if one["in"] in {"path", "query"}
    }
    for operation in application().openapi()["paths"].values()
    if "get" in operation
}
SAID_ONLY = {
    *("account", "types", "order_number", "license_type", "months", "project_name", "model"),
    *("sequence", "key_digest", "correction", "q", "kind", "state", "within", "holding", "archived", "blocked"),
    *("delivered", "since", "until"),
}
"""What is recorded as it was asked, and names neither a company nor a thing of one."""


def test_what_is_not_recorded_is_there_and_says_why() -> None:
    assert RECORDING.exempt.keys() <= READS.keys()
    assert all(RECORDING.exempt.values())


def test_every_parameter_of_what_is_recorded_is_placed() -> None:
    asked: set[str] = set().union(*(names for name, names in READS.items() if RECORDING.takes("GET", name)))
    assert asked - HOW == RECORDING.things.keys() | SAID_ONLY
    assert not HOW & (RECORDING.things.keys() | SAID_ONLY)


def test_every_read_of_a_company_or_a_thing_of_one_is_recorded() -> None:
    named: dict[str, Any] = {name: names & RECORDING.things.keys() for name, names in READS.items()}
    assert all(RECORDING.takes("GET", name) for name, things in named.items() if things)
