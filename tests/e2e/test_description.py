"""The API does what its description says: schemathesis asks what nobody would, and looks at every answer."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dev.stack.parts import Kit
from ledger.entrypoints.api.app import application
from simulator.cast import CLERK, VENDOR
from simulator.issuer import Issuer
from tests.support.laws import examples

EXAMPLES = examples(8)
"""Of each operation: less than a minute in all."""
FAR = ("at_least", "as_of")
"""Naming an entry that is not written yet is answered 503 after five seconds; that has a test of its own."""
schemathesis.serializer.alias("application/jsonl", "application/json")
# A body that is well formed may still be refused 422 by a rule, so one check is left out: positive_data_acceptance.
schema = schemathesis.openapi.from_dict(application().openapi())
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)}
"""Schemathesis' own `parametrize` gives all of them one name, of which xdist runs one."""


def _near(case: schemathesis.Case[Any]) -> None:
    for name in FAR:
        if str((case.query or {}).get(name, "")).isdigit():
            case.query[name] = "1"


def _address(kit: Kit) -> str:
    return f"http://127.0.0.1:{kit.ports.port('ledger-api')}"


def test_the_description_is_served(kit: Kit) -> None:
    assert httpx.get(f"{_address(kit)}/openapi.json").json() == application().openapi()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_described_and_none_is_a_defect(label: str, kit: Kit) -> None:
    token = Issuer(kit.state).mint(CLERK, VENDOR)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
    )
    @given(OPERATIONS[label].as_strategy())
    def holds(case: schemathesis.Case[Any]) -> None:
        _near(case)
        headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(base_url=_address(kit), headers=headers, excluded_checks=[positive_data_acceptance])

    holds()
