"""Everything that has an end, through HTTP, Kafka, PostgreSQL, the signer and the device's own protocol."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.dates import TEST_MONTHS, civil_day, last_day
from contracts.identifiers import derived_id
from dev.demo.story import Story, wanted
from dev.stack.parts import Kit
from simulator.partner import PartnerClient, Refused
from tests.support.running import a_stocked_story


def today() -> date:
    """The day of the commands that are sent now; the run may pass a midnight."""
    return civil_day(datetime.now(UTC))


DELIVERED = today() - timedelta(days=100)


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    """A project with 30 free ports, and a device with 20, which has fetched its file."""
    with a_stocked_story(kit.state) as story:
        story.firmware().sync_to(story.sequence)
        yield story


def stock(story: Story, **licenses: int) -> None:
    """A key more, redeemed into the project."""
    body = {"licenses": wanted(licenses), "order_number": "PO-dates"}
    key = story.clerk.post("/v1/activation-keys", body)["activation_key"]
    redemption = {"activation_key": key, "project": story.project}
    story.sequence = story.partner.post("/v1/activation-keys/redemptions", redemption)["sequence"]


def register(story: Story) -> None:
    model = {"model": "IP811", "family": "IP8x1"}
    story.clerk.post("/v1/device-models", {"models": [model], "reference": "CAT-1"})
    device = {"serial": story.serial, "model": "IP811", "delivered_on": DELIVERED.isoformat()}
    done = story.clerk.post("/v1/delivered-devices", {"devices": [device], "reference": "DN-1"})
    story.sequence = done["sequence"]


def get(story: Story, path: str, who: PartnerClient | None = None) -> dict[str, Any]:
    return (who or story.partner).get(path, at_least=story.sequence)


def code_of(client: PartnerClient, path: str, body: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        client.post(path, body)
    return refused.value.code


def a_guest(story: Story) -> PartnerClient:
    """An end customer who may see the project, and use what warranty it has."""
    company, account = (derived_id(story.serial, what) for what in ("guest-company", "guest-account"))
    body = {"kind": "end_customer", "administrator": account, "company": company}
    story.clerk.post("/v1/companies", body)
    rights = {"account": account, "acting_for": company, "rights": ["view", "service"]}
    story.sequence = story.partner.post(f"/v1/projects/{story.project}/members", rights)["sequence"]
    return PartnerClient(story.partner.address, story.partner.issuer, account, company)


def test_a_warranty_is_extended_and_only_resellers_and_staff_see_it(story: Story) -> None:
    guarantee = f"/v1/devices/{story.serial}/guarantee"
    stock(story, **{"WE-12": 1, "WE-48": 1})
    assert get(story, guarantee) == get(story, guarantee, story.clerk) | {"state": "unknown"}
    register(story)
    assert get(story, guarantee)["ends_on"] == last_day(DELIVERED, 12).isoformat()

    extension = {"license_type": "WE-12", "confirm_final": True}
    done = story.partner.post(f"/v1/devices/{story.serial}/warranty-extensions", extension)
    story.sequence = done["sequence"]

    shown = get(story, guarantee)
    assert (shown["state"], shown["extension_months"]) == ("running", 12)
    assert shown["ends_on"] == last_day(DELIVERED, 24).isoformat()
    assert story.balance().get("WE-12") is None

    with a_guest(story) as guest:
        assert get(story, f"/v1/devices/{story.serial}", guest)["serial"] == story.serial
        with pytest.raises(Refused, match="device_unknown"):
            get(story, guarantee, guest)
        more = {"license_type": "WE-48", "confirm_final": True}
        path = f"/v1/devices/{story.serial}/warranty-extensions"
        assert code_of(guest, path, more) == "warranty_not_extendable"
        assert code_of(story.partner, path, more) == "warranty_max_exceeded"


def test_a_test_is_in_the_file_until_the_device_gives_its_licenses_back(story: Story) -> None:
    path = f"/v1/devices/{story.serial}/test-licenses"
    asked = {"version": 11, "count": 10}
    first = story.partner.post(path, asked)["sequence"]
    assert story.partner.post(path, asked)["sequence"] == first
    assert code_of(story.partner, path, asked | {"count": 11}) == "test_already_issued"
    story.sequence = first

    file = story.firmware().sync_to(first)
    lines = {(line.license_type, line.license_class): (line.count, line.expires) for line in file.licenses}
    expires = last_day(today(), TEST_MONTHS).isoformat()
    assert lines["Port11", "test"] == (10, expires)
    assert lines["Port11", "pbx"] == (20, None)
    assert get(story, path)["returned"] is False

    receipt = story.firmware().give_back()
    story.sequence = receipt.sequence
    assert {line.license_type: line.count for line in receipt.credited} == {"Port11": 20}
    assert get(story, path)["returned"] is True
    assert code_of(story.partner, path, asked) == "test_used_up"


def test_service_is_bought_at_the_price_that_was_looked_at(story: Story) -> None:
    service = f"/v1/projects/{story.project}/software-service"
    stock(story, SSC=60, Port9=2)
    assert get(story, service)["state"] == "none"
    seen = story.partner.get(f"{service}/price", months=12, at_least=story.sequence)
    assert (seen["units"], seen["credits"]) == (54, 54)
    stock(story, Port11=2)
    assert code_of(story.partner, service, {"months": 12, "preview_digest": seen["preview_digest"]}) == "preview_stale"

    seen = story.partner.get(f"{service}/price", months=12, at_least=story.sequence)
    story.sequence = story.partner.post(service, {"months": 12, "preview_digest": seen["preview_digest"]})["sequence"]
    running = get(story, service)
    assert (running["state"], running["ends_on"]) == ("running", last_day(today(), 12).isoformat())
    assert running["free_credits"] == 4

    upgraded = story.partner.post(f"/v1/projects/{story.project}/upgrades", {"version": 11})
    story.sequence = upgraded["sequence"]
    assert story.balance()["Port11"] == 34


def test_licenses_that_are_not_paid_wait_and_are_released_when_they_are(story: Story) -> None:
    service = f"/v1/projects/{story.project}/software-service"
    stock(story, SSC=60)
    seen = story.partner.get(f"{service}/price", months=12, at_least=story.sequence)
    story.sequence = story.partner.post(service, {"months": 12, "preview_digest": seen["preview_digest"]})["sequence"]
    stock(story, Port11=20)
    assert get(story, service)["held"] == [{"license_type": "Port11", "license_class": "pbx", "count": 20}]
    assert story.balance()["Port11"] == 30

    stock(story, SSC=20)
    owed = get(story, f"{service}/held-licenses/price")
    assert owed["credits"] == 20
    released = story.partner.post(f"{service}/held-licenses/releases", {"preview_digest": owed["preview_digest"]})
    story.sequence = released["sequence"]
    assert story.balance()["Port11"] == 50
    assert get(story, service)["held"] == []
    story.a_replay_gives_the_same_balances()
