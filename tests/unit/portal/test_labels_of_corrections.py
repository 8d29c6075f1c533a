"""Pages on which staff corrects something say how people call the devices that it is about."""

import html
import re
from typing import Any

import httpx
import pytest

from tests.support.portal_pages import NOW, AnsweringApis, pages

PROJECT = "1f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"
BOX, OTHER = "00903304a1d2", "00903304a1d3"
CALLED = {BOX: "Boiler room", OTHER: "Gate"}
PORTS = {"license_type": "Port11", "license_class": "pbx", "count": 5}
LINE = {"source": f"device/{BOX}", "target": f"project/{PROJECT}", "licenses": [PORTS]}
DELIVERY = {"serial": OTHER, "model": "IP411", "delivered_on": "2026-11-01"}


def correction(**its: Any) -> dict[str, Any]:
    return {
        "correction": "c",
        "company": "company-1",
        "lines": [],
        "delivery": None,
        "reason": "The wrong box",
        "reference": "CASE-151",
        "proposed_by": "somebody",
        "sequence": 7,
        "proposed": NOW.isoformat(),
        "state": "proposed",
        "decided_by": None,
        "decision_reason": None,
        **its,
    }


CORRECTIONS = {"lines": correction(lines=[LINE]), "delivery": correction(delivery=DELIVERY)}
DELIVERED = {
    **DELIVERY,
    "months": 24,
    "base_months": 24,
    "ends_on": "2028-11-01",
    "registered_sequence": 3,
    "sequence": 3,
    "replacement": None,
}


def label(serial: str) -> dict[str, Any]:
    return {"own_name": CALLED[serial], "place": None, "reference": None}


def answer(request: httpx.Request) -> httpx.Response:
    match request.url.path.split("/")[2:]:
        case ["corrections"]:
            return said(items=list(CORRECTIONS.values()), next=None)
        case ["corrections", kind]:
            return said(**CORRECTIONS[kind])
        case ["devices", serial]:
            return said(project=PROJECT, licenses=[PORTS], label=label(serial))
        case ["projects", _]:
            return said(project=PROJECT, project_name="Klinik", company="company-1")
        case ["projects", _, "balance"]:
            return said(free=[PORTS])
        case ["delivered-devices"]:
            return said(items=[DELIVERED], next=None)
        case ["device-labels"]:
            return said(items=[{"serial": one, **label(one)} for one in request.url.params.get_list("serial")])
        case _:
            return said(items=[], next=None)


def said(**members: Any) -> httpx.Response:
    return httpx.Response(200, json=members)


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    return pages(tmp_path_factory.mktemp("pages"), AnsweringApis(answer), companies={"company-1": "Nordlicht"})


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("corrections", "00 90 33 04 a1 d2 Boiler room → to Klinik"),
        ("corrections", "Delivery of 00 90 33 04 a1 d3 Gate"),
        ("corrections/lines", "00 90 33 04 a1 d2 Boiler room → to Klinik"),
        ("corrections/delivery", "Delivery of 00 90 33 04 a1 d3 Gate"),
        (f"corrections/new?source={BOX}&target=project/{PROJECT}", "00 90 33 04 a1 d2 Boiler room → to Klinik"),
        ("deliveries", "00 90 33 04 a1 d3 Gate"),
        (f"deliveries/{OTHER}", "00 90 33 04 a1 d3 Copy Gate"),
    ],
)
async def test_a_device_stands_there_with_its_label(staff: httpx.AsyncClient, path: str, named: str) -> None:
    page = await staff.get(f"/staff/{path}")
    assert page.status_code == 200
    assert named in html.unescape(" ".join(re.sub("<[^>]+>", " ", page.text).split()))
