"""Each API does what its description says: schemathesis asks what nobody would, and looks at every answer."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

import audio.entrypoints.api.app
import ledger.entrypoints.api.app
import rma.entrypoints.api.app
from dev.stack.parts import Kit
from simulator.cast import CLERK, VENDOR
from simulator.issuer import Issuer
from simulator.partner import CaseClient
from tests.support.laws import examples

EXAMPLES = examples(6)
"""Of each operation: less than a minute in all."""
FAR = ("at_least", "as_of")
"""Naming an entry that is not written yet is answered 503 after five seconds; that has a test of its own."""
STREAM = "/v1/entries/stream"
"""Has an answer that does not end, and tests of its own."""
schemathesis.serializer.alias("application/jsonl", "application/json")
# A body that is well formed may still be refused 422 by a rule, so one check is left out: positive_data_acceptance.
APPLICATIONS = {
    "audio-api": audio.entrypoints.api.app.application,
    "ledger-api": ledger.entrypoints.api.app.application,
    "rma-api": rma.entrypoints.api.app.application,
}


def _labels(part: str) -> Iterator[str]:
    for path, operations in APPLICATIONS[part]().openapi()["paths"].items():
        yield from (f"{part} {method.upper()} {path}" for method in operations if path != STREAM)


LABELS = [label for part in APPLICATIONS for label in _labels(part)]
"""Schemathesis' own `parametrize` gives all of them one name, of which xdist runs one."""


@cache
def _operations(part: str) -> dict[str, Any]:
    """What Schemathesis knows of each, by its label."""
    schema = schemathesis.openapi.from_dict(APPLICATIONS[part]().openapi())
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    return {f"{part} {one.label}": one for one in found}


def _near(case: schemathesis.Case[Any]) -> None:
    for name in FAR:
        if str((case.query or {}).get(name, "")).isdigit():
            case.query[name] = "1"


def _address(kit: Kit, part: str) -> str:
    return f"http://127.0.0.1:{kit.ports.port(part)}"


@pytest.mark.parametrize("part", APPLICATIONS)
def test_the_description_is_served(part: str, kit: Kit) -> None:
    assert httpx.get(f"{_address(kit, part)}/openapi.json").json() == APPLICATIONS[part]().openapi()


@pytest.fixture(scope="module")
def begun(kit: Kit) -> Kit:
    """The stack with an entry in the log of cases, as the ledger has its first."""
    with CaseClient(_address(kit, "rma-api"), Issuer(kit.state), CLERK, VENDOR) as clerk:
        clerk.grant_advance_replacement(VENDOR, reference="CONTRACT-1")
    return kit


@pytest.mark.parametrize("label", LABELS)
def test_every_answer_is_as_described_and_none_is_a_defect(label: str, begun: Kit) -> None:
    kit, part = begun, label.split(maxsplit=1)[0]
    address, token = _address(kit, part), Issuer(kit.state).mint(CLERK, VENDOR)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
    )
    @given(_operations(part)[label].as_strategy())
    def holds(case: schemathesis.Case[Any]) -> None:
        _near(case)
        headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(base_url=address, headers=headers, excluded_checks=[positive_data_acceptance])

    holds()
