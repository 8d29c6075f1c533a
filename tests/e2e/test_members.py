"""Claim codes, deallocation before delivery, guests and consent, on the whole running stack."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.identifiers import default_project_of, derived_id
from dev.demo.story import Story, counted, wanted
from dev.stack.parts import Kit
from simulator.box import Box
from simulator.cast import PARTNER
from simulator.device import Firmware, RefusedByServiceError
from simulator.issuer import Issuer
from simulator.partner import PartnerClient, Refused
from tests.support.running import a_stocked_story


@dataclass
class Stage:
    """A told story (30 ports free, 20 and 4 channels on a device) and a second company with a guest of its own."""

    story: Story
    other: str
    administrator: PartnerClient
    guest: PartnerClient

    def fresh_box(self) -> Box:
        serial = f"0090337{secrets.randbelow(16**5):05x}"
        folder = self.story.state / "boxes" / serial
        keys = self.story.keys
        Box.make(folder, serial, pki=keys.pki, license_keys=[keys.license_key])
        return Box(folder)

    def firmware(self, box: Box) -> Firmware:
        return Firmware(box, self.story.sync_address)

    def code(self) -> str:
        """A new claim code of the story's project."""
        path = f"/v1/projects/{self.story.project}/claim-codes"
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return str(self.story.partner.send("POST", path, headers=key).json()["claim_code"])

    def allocate(self, serial: str, **counts: int) -> int:
        body = {"serial": serial, "licenses": wanted(counts), "confirm_final": True}
        return self.partner("allocations", body)

    def partner(self, what: str, body: dict[str, Any]) -> int:
        return int(self.story.partner.post(f"/v1/projects/{self.story.project}/{what}", body)["sequence"])


@pytest.fixture
def stage(kit: Kit) -> Iterator[Stage]:
    with a_stocked_story(kit.state) as story:
        other = derived_id(secrets.token_hex(8), "company")
        owner, guest = (derived_id(secrets.token_hex(8), "account") for _ in range(2))
        api = f"http://127.0.0.1:{kit.ports.port('ledger-api')}"
        story.clerk.post("/v1/companies", {"kind": "reseller", "administrator": owner, "company": other})
        issuer = Issuer(kit.state)
        with (
            PartnerClient(api, issuer, owner, other) as administrator,
            PartnerClient(api, issuer, guest, other) as the_guest,
        ):
            administrator.post(f"/v1/companies/{other}/members", {"account": guest})
            yield Stage(story, other, administrator, the_guest)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def test_a_box_claims_itself_with_a_code_and_gets_its_licenses(stage: Stage) -> None:
    box = stage.fresh_box()
    code = stage.code()
    firmware = stage.firmware(box)

    sequence = firmware.claim(code.lower())

    assert firmware.claim(code) == sequence, "the same claim again is done already"
    with pytest.raises(RefusedByServiceError, match="claim_code_used"):
        stage.firmware(stage.fresh_box()).claim(code)
    stage.story.sequence = stage.allocate(box.state.serial, Port11=3)
    device = stage.story.partner.get(f"/v1/devices/{box.state.serial}", at_least=stage.story.sequence)
    assert device["project"] == stage.story.project
    assert stage.story.balance()["Port11"] == 27


def test_a_box_comes_out_of_a_project_where_somebody_only_typed_its_serial(stage: Stage) -> None:
    box = stage.fresh_box()
    elsewhere, serial = default_project_of(stage.other), box.state.serial
    stage.administrator.post(f"/v1/projects/{elsewhere}/devices", {"serial": serial})
    code = stage.code()

    claimed = stage.firmware(box).claim(code)

    (entry, *_) = stage.administrator.get(f"/v1/projects/{elsewhere}/history", at_least=claimed)["items"][::-1]
    assert (entry["sequence"], entry["event_type"]) == (claimed, "licensing.ledger.device-claimed.v1")
    allocated = stage.allocate(serial, Port11=3)
    file = stage.firmware(box).sync_to(allocated)
    assert counted(file.licenses) == {"Port11": 3}
    with pytest.raises(Refused) as gone:
        stage.administrator.get(f"/v1/devices/{serial}")
    assert code_of(gone) == "device_unknown"


def test_a_box_that_fetched_an_empty_file_still_goes_to_whose_code_it_has(stage: Stage) -> None:
    box = stage.fresh_box()
    typed = {"serial": box.state.serial}
    there = stage.administrator.post(f"/v1/projects/{default_project_of(stage.other)}/devices", typed)["sequence"]
    stage.firmware(box).sync_to(there)
    claimed = stage.firmware(box).claim(stage.code())
    assert stage.firmware(box).sync_to(claimed).issue == 2


def test_a_box_that_fetched_licenses_stays_where_it_is(stage: Stage) -> None:
    box = stage.fresh_box()
    typed = {"serial": box.state.serial}
    stage.administrator.post(f"/v1/projects/{default_project_of(stage.other)}/devices", typed)
    model = {"model": "IP811", "family": "IP8x1"}
    stage.story.clerk.post("/v1/device-models", {"models": [model], "reference": "CAT-1"})
    delivered = {"model": "IP811", "delivered_on": "2026-05-20", "delivered_to": stage.other, **typed}
    stage.story.clerk.post("/v1/delivered-devices", {"devices": [delivered], "reference": "DN-1"})
    test = {"version": 11, "count": 10}
    there = stage.administrator.post(f"/v1/devices/{box.state.serial}/test-licenses", test)["sequence"]
    stage.firmware(box).sync_to(there)
    with pytest.raises(RefusedByServiceError, match="device_known_elsewhere"):
        stage.firmware(box).claim(stage.code())


def test_a_company_goes_over_and_its_device_is_served_for_the_other(stage: Stage) -> None:
    box, project = stage.fresh_box(), default_project_of(stage.other)
    stage.administrator.post(f"/v1/projects/{project}/devices", {"serial": box.state.serial})
    stage.administrator.post(f"/v1/companies/{stage.other}/offers", {"offered_to": PARTNER})
    imported = stage.story.partner.post(f"/v1/companies/{PARTNER}/imports", {"former_company": stage.other})["sequence"]
    stage.story.partner.get(f"/v1/devices/{box.state.serial}", at_least=imported)
    stage.partner("transfers", {"target": project, "licenses": wanted({"Port11": 2})})
    said = {"serial": box.state.serial, "licenses": wanted({"Port11": 2})}
    allocated = stage.story.partner.post(f"/v1/projects/{project}/allocations", said)["sequence"]

    assert counted(stage.firmware(box).sync_to(allocated).licenses) == {"Port11": 2}
    with pytest.raises(Refused) as closed:
        stage.administrator.post("/v1/projects", {"project_name": "Spa"})
    assert code_of(closed) == "company_closed"


def test_licenses_come_back_until_they_are_delivered(stage: Stage) -> None:
    serial = stage.story.serial
    stage.story.sequence = stage.partner("deallocations", {"serial": serial, "licenses": wanted({"Port11": 5})})
    assert stage.story.balance()["Port11"] == 35
    file = stage.story.firmware().sync_to(stage.story.sequence)
    assert counted(file.licenses) == {"Port11": 15, "Channel": 4}

    with pytest.raises(Refused) as refused:
        stage.partner("deallocations", {"serial": serial, "licenses": wanted({"Port11": 1})})
    assert code_of(refused) == "already_delivered"


def test_a_guest_works_in_one_project_until_the_right_is_revoked(stage: Stage) -> None:
    project = stage.story.project
    said = {"account": stage.guest.account, "acting_for": stage.other, "rights": ["licenses"]}
    body = {"serial": stage.story.serial, "licenses": wanted({"Port11": 1})}
    stage.partner("members", said)
    reached = stage.guest.post(f"/v1/projects/{project}/allocations", body)["sequence"]
    assert [row["project"] for row in stage.guest.get("/v1/projects", at_least=reached)["items"]] == [project]

    stage.partner("member-revocations", said)
    with pytest.raises(Refused) as refused:
        stage.guest.post(f"/v1/projects/{project}/allocations", body)
    assert code_of(refused) == "no_right", "view was not revoked"


def test_a_device_changes_its_company_by_consent_and_its_next_file_says_so(stage: Stage) -> None:
    serial = stage.story.serial
    with pytest.raises(Refused) as refused:
        stage.story.partner.post(f"/v1/devices/{serial}/offers", {"company": stage.other})
    assert code_of(refused) == "device_not_empty"
    stage.partner("deallocations", {"serial": serial, "licenses": wanted({"Port11": 20})})
    stage.story.partner.post(f"/v1/devices/{serial}/offers", {"company": stage.other})
    target = default_project_of(stage.other)
    moved = stage.administrator.post(f"/v1/devices/{serial}/acceptances", {"project": target})["sequence"]

    file = stage.story.firmware().sync_to(moved)
    assert (file.sequence, counted(file.licenses)) == (moved, {"Channel": 4})
    with pytest.raises(Refused) as gone:
        stage.story.partner.get(f"/v1/devices/{serial}", at_least=moved)
    assert code_of(gone) == "device_unknown"
    assert stage.story.partner.company == PARTNER
