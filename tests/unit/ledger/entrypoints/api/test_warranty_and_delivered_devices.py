"""How requests about dates are taken and refused, before and by the ledger."""

from typing import Any

import pytest

from contracts.commands.delivered_devices import RegisterDevices
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.story import HOTEL

DELIVERIES = "/v1/delivered-devices"
DEVICE = "/v1/devices/00-90-33-01-02-03"
DELIVERY: dict[str, Any] = {
    "devices": [{"serial": "00-90-33-01-02-03", "model": "IP811", "delivered_on": "2026-05-20"}],
    "reference": "DN-1",
}


async def test_a_delivery_is_taken_as_people_write_it() -> None:
    api = await Api().founded()
    models = {"models": [{"model": "IP811", "family": "IP8"}], "reference": "CAT-1"}
    assert (await api.post("/v1/device-models", models, token=api.staff(), key="m")).status_code == 201

    done = await api.post(DELIVERIES, DELIVERY, token=api.staff())

    assert done.status_code == 201
    asked = api.ledger.asked[-1]
    assert isinstance(asked, RegisterDevices)
    assert asked.devices[0].serial == "009033010203"
    assert asked.devices[0].delivered_on.isoformat() == "2026-05-20"


@pytest.mark.parametrize("day", ["2026-02-30", "20.05.2026", "2026-05-20T00:00:00", 1779235200, None, "0000-01-01"])
async def test_a_day_is_written_in_one_way(day: object) -> None:
    api = await Api().founded()
    wrong = {"devices": [DELIVERY["devices"][0] | {"delivered_on": day}], "reference": "DN-1"}

    assert problem(await api.post(DELIVERIES, wrong, token=api.staff())) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/v1/license-types", {"license_types": [], "reference": "C-1"}, (422, "request_invalid")),
        (DELIVERIES, DELIVERY, (403, "no_right")),
        (f"{DEVICE}/test-licenses", {"version": 11, "count": 5}, (404, "device_unknown")),
        (f"{DEVICE}/test-licenses", {"version": "11", "count": 5}, (422, "request_invalid")),
        (f"{DEVICE}/warranty-extensions", {"license_type": "WE-12"}, (404, "device_unknown")),
        (
            f"/v1/projects/{HOTEL}/software-service",
            {"months": 12, "preview_digest": "0" * 64},
            (404, "project_unknown"),
        ),
        (f"/v1/projects/{HOTEL}/software-service", {"months": 12, "preview_digest": "x"}, (422, "request_invalid")),
        (
            f"/v1/projects/{HOTEL}/software-service/held-licenses/releases",
            {"preview_digest": "0" * 64},
            (404, "project_unknown"),
        ),
        (f"/v1/projects/{HOTEL}/upgrades", {"version": 11}, (404, "project_unknown")),
        (f"/v1/projects/{HOTEL}/upgrades", {"version": 11, "serial": "nonsense"}, (422, "serial_malformed")),
    ],
)
async def test_what_is_refused(path: str, body: object, refused: tuple[int, str]) -> None:
    api = await Api().founded()

    assert problem(await api.post(path, body)) == refused


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{DEVICE}/guarantee", "device_unknown"),
        (f"{DEVICE}/test-licenses", "device_unknown"),
        (f"/v1/projects/{HOTEL}/software-service", "project_unknown"),
        (f"/v1/projects/{HOTEL}/software-service/price?months=12", "project_unknown"),
        (f"/v1/projects/{HOTEL}/software-service/held-licenses/price", "project_unknown"),
    ],
)
async def test_what_is_not_there_to_the_caller_is_not_there(path: str, code: str) -> None:
    assert problem(await Api().get(path)) == (404, code)


async def test_the_catalog_is_for_everybody_with_a_token() -> None:
    api = Api()

    assert (await api.get("/v1/license-types")).json() == {"items": [], "next": None}
    assert (await api.get("/v1/device-models")).json() == {"items": [], "next": None}
