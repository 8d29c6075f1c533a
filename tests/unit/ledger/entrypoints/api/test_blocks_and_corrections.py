"""What the routes of staff, and of old licenses, take and refuse."""

from typing import Any

import pytest

from contracts.commands import Command
from contracts.commands.blocks import BlockActivationKey, BlockCompany, BlockDevice, UnblockDevice
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeLinkedCorrections,
    RejectCorrection,
)
from contracts.commands.legacy import ConvertLegacyLicenses, GiveLegacyConsent, ImportLegacyLicenses
from contracts.commands.returns import ReleaseReturnLimit
from contracts.identifiers import derived_id
from contracts.legacy import key_digest
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.story import ADRIA, SERIAL

PROJECT = derived_id("hotel", "project")
CORRECTION = derived_id("c", "correction")
WHY = {"reason": "Stolen", "reference": "CASE-1"}
MOVE = {"source": "issuance", "target": f"project/{PROJECT}", "licenses": [{"license_type": "Port11", "count": 1}]}
OLD = {"licenses": [{"license_name": "PBX7#250@100", "count": 1}], "reference": "EXPORT-7"}
KEY = "7K3M-9Q2X-0ABC-DEF1"

REQUESTS: list[tuple[str, dict[str, Any], type[Command]]] = [
    ("blocks", {"serial": "00-90-33-01-02-03"} | WHY, BlockDevice),
    ("blocks", {"company": ADRIA} | WHY, BlockCompany),
    ("blocks/releases", {"serial": SERIAL} | WHY, UnblockDevice),
    (f"devices/{SERIAL}/return-limit-releases", WHY, ReleaseReturnLimit),
    ("corrections", MOVE | WHY, ProposeCorrection),
    ("linked-corrections", {"lines": [MOVE, MOVE]} | WHY, ProposeLinkedCorrections),
    (f"corrections/{CORRECTION}/approval", {}, ApproveCorrection),
    (f"corrections/{CORRECTION}/rejection", {"reason": "No"}, RejectCorrection),
    (f"projects/{PROJECT}/legacy-licenses", OLD, ImportLegacyLicenses),
]


@pytest.mark.parametrize(("path", "body", "command"), REQUESTS, ids=lambda part: getattr(part, "__name__", None))
async def test_each_request_asks_the_ledger_which_refuses_all_but_staff(
    path: str, body: dict[str, Any], command: type[Command]
) -> None:
    api = await Api().founded()

    assert problem(await api.post(f"/v1/{path}", body)) == (403, "no_right")

    assert isinstance(api.ledger.asked[-1], command)


async def test_old_licenses_are_consented_to_and_converted_in_the_callers_name() -> None:
    api = await Api().founded()

    consent = {"no_downgrade_below_version_8": True}
    assert problem(await api.post(f"/v1/devices/{SERIAL}/legacy-consent", consent)) == (404, "device_unknown")
    assert GiveLegacyConsent(serial=SERIAL) in api.ledger.asked

    confirmed = {"preview_digest": "0" * 64}
    answer = await api.post(f"/v1/projects/{PROJECT}/legacy-conversions", confirmed, key="c")
    assert problem(answer) == (404, "project_unknown")
    assert ConvertLegacyLicenses(project=PROJECT, preview_digest="0" * 64) in api.ledger.asked


async def test_consent_that_is_not_given_is_not_asked_for() -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    answer = await api.post(f"/v1/devices/{SERIAL}/legacy-consent", {"no_downgrade_below_version_8": False})

    assert problem(answer) == (422, "request_invalid")
    assert len(api.ledger.asked) == asked


async def test_a_key_of_the_old_manager_is_known_by_its_digest_however_it_is_typed() -> None:
    api = await Api().founded()

    await api.post(f"/v1/projects/{PROJECT}/legacy-licenses", OLD | {"legacy_key": "ab12 cd34-ef56"})

    (command,) = [one for one in api.ledger.asked if isinstance(one, ImportLegacyLicenses)]
    assert command.key_digest == key_digest("AB12CD34EF56")


async def test_a_key_is_blocked_as_staff_types_it() -> None:
    api = await Api().founded()
    ports = {"licenses": [{"license_type": "Port11", "count": 5}], "order_number": "PO-1"}
    key = (await api.post("/v1/activation-keys", ports, token=api.staff())).json()["activation_key"]

    answer = await api.post("/v1/blocks", {"activation_key": key.lower()} | WHY, key="b", token=api.staff())

    assert answer.status_code == 201
    command = api.ledger.asked[-1]
    assert isinstance(command, BlockActivationKey)
    assert answer.json()["subject"] == f"activation-keys/{command.key_digest}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (WHY, "request_invalid"),
        ({"serial": SERIAL, "company": ADRIA} | WHY, "request_invalid"),
        ({"serial": SERIAL}, "request_invalid"),
        ({"serial": SERIAL, "reason": " ", "reference": "CASE-1"}, "request_invalid"),
        ({"serial": "1234"} | WHY, "serial_malformed"),
        ({"activation_key": KEY} | WHY, "key_checksum"),
    ],
    ids=["nothing", "two", "no reason", "a blank reason", "no serial", "no key"],
)
async def test_a_block_names_one_thing_with_reason_and_reference(body: dict[str, Any], code: str) -> None:
    api = await Api().founded()

    assert problem(await api.post("/v1/blocks", body, token=api.staff()))[1] == code


@pytest.mark.parametrize("source", ["retired", "project/nothing", "device/123456789012", ""])
async def test_a_correction_names_its_accounts_as_postings_do(source: str) -> None:
    api = await Api().founded()

    answer = await api.post("/v1/corrections", MOVE | WHY | {"source": source}, token=api.staff())

    assert problem(answer) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"corrections/{CORRECTION}", (404, "correction_unknown")),
        ("corrections/nothing", (404, "correction_unknown")),
        (f"projects/{PROJECT}/legacy-licenses", (404, "project_unknown")),
        (f"projects/{PROJECT}/legacy-conversions/preview", (404, "project_unknown")),
    ],
)
async def test_what_is_not_to_be_seen_is_refused(path: str, expected: tuple[int, str]) -> None:
    api = await Api().founded()

    assert problem(await api.get(f"/v1/{path}")) == expected
