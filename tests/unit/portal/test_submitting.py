"""Forms that become an entry: sent once under their key, noted for later pages, and gone on from."""

from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
import pytest

from tests.support.hostile_apis import HostileApis
from tests.support.portal_pages import AnsweringApis, OneSession, pages, send

BOX, OTHER = "009033010203", "00000000-0000-4000-8000-000000000002"
DONE = {"sequence": 7, "project": "p", "correction": "c", "company": "m"}
REFUSED = {"code": "no_right", "detail": "You have no right to do this here.", "rule": "X1"}
WHY = {"reason": "Wrong box", "reference": "CASE-1"}
GOES_ON: dict[str, tuple[dict[str, str], str]] = {
    "/projects": ({"name": "Klinik"}, "/projects/p"),
    "/projects/p/claim-codes/withdrawals": ({"code_digest": "0" * 64}, "/projects/p/claim-codes"),
    "/projects/p/people": ({"account": "a"}, "/projects/p/people"),
    "/projects/p/people/revocations": ({"account": "a"}, "/projects/p/people"),
    "/projects/p/service/months": ({"months": "12"}, "/projects/p"),
    "/projects/p/service/held-licenses": ({}, "/projects/p"),
    "/people/invitations/withdrawals": ({"code_digest": "0" * 64}, "/people"),
    "/people/members": ({"account": "a"}, "/people"),
    "/people/removals": ({"account": "a"}, "/people"),
    f"/devices/{BOX}/move": ({"target": "p"}, f"/devices/{BOX}"),
    f"/devices/{BOX}/release": ({}, "/devices"),
    f"/devices/{BOX}/take-back": ({"project": "p", "count-Port11": "1"}, f"/devices/{BOX}"),
    f"/devices/{BOX}/test": ({"version": "11", "count": "5"}, f"/devices/{BOX}"),
    f"/devices/{BOX}/warranty": ({"license_type": "WE-12"}, f"/devices/{BOX}"),
    "/staff/corrections": ({"source": "issuance", "count-Port11": "1", **WHY}, "/staff/corrections/c"),
    "/staff/corrections/c/approval": ({}, "/staff/corrections/c"),
    "/staff/corrections/c/rejection": (WHY, "/staff/corrections/c"),
    "/staff/blocks/block": ({"typed": "010203", **WHY}, "/staff/blocks"),
    "/staff/blocks/lift": ({"subject": "companies/m", **WHY}, "/staff/blocks"),
    "/staff/deliveries": ({"serials": "010203", "model": "IP811"}, f"/staff/deliveries?serial={BOX}"),
    f"/staff/deliveries/{BOX}/corrections": ({"model": "IP811", **WHY}, "/staff/corrections/c"),
    "/staff/catalog/types": ({"license_type": "Port12", "license_class": "pbx"}, "/staff/catalog"),
    "/staff/catalog/models": ({"model": "IP811", "family": "IP8x1"}, "/staff/catalog#models"),
    "/staff/old-licenses": ({"keys": "V7 2019 0001; 30 Registrations", "reference": "EXPORT-7"}, "/staff/old-licenses"),
    "/staff/old-licenses/p": ({"licenses": "30 Registrations", "reference": "EXPORT-7"}, "/projects/p/old-licenses"),
    f"/staff/devices/{BOX}/steps/replace": (WHY, f"/staff/devices/{BOX}?done=replace"),
    f"/staff/devices/{BOX}/steps/return-limit": (WHY, f"/staff/devices/{BOX}?done=return-limit"),
    f"/staff/devices/{BOX}/steps/test": (WHY, f"/staff/devices/{BOX}?done=test"),
    f"/staff/devices/{BOX}/steps/stock": (WHY, f"/staff/devices/{BOX}?done=stock"),
}
"""What is typed into each form, and where it leads."""


KEPT: dict[str, dict[str, str]] = {
    "/projects": {"name": "Klinik am See"},
    "/projects/p/allocations": {"serial": BOX, "count-Port11": "7"},
    "/projects/p/transfers": {"target": OTHER, "count-Port11": "7", "held": "yes"},
    f"/devices/{BOX}/move": {"target": OTHER},
    f"/devices/{BOX}/take-back": {"project": "p", "count-Port11": "7"},
    f"/devices/{BOX}/test": {"version": "3", "count": "7"},
    "/rmas/RMA-1/messages": {"text": "Still broken"},
    "/staff/old-licenses": {"keys": "V7 2019 0001; 30 Registrations", "reference": "EXPORT-7"},
    "/staff/old-licenses/p": {"licenses": "30 Registrations", "serial": BOX, "reference": "EXPORT-7"},
}
"""What stays in a form that was refused."""
OF_THE_ADDRESS = ("project", "held")
"""Fields that say which form it is, not what was typed."""


@dataclass
class Ledger:
    """Says yes to each command, or no."""

    says_no: bool = False
    keys: list[str] = field(default_factory=list[str])

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        return httpx.Response(403, json=REFUSED) if self.says_no else httpx.Response(201, json=DONE)


class Portal(NamedTuple):
    """The pages, built once: what was sent and noted is forgotten before each test."""

    browser: httpx.AsyncClient
    ledger: Ledger
    sessions: OneSession


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    ledger, sessions = Ledger(), OneSession()
    browser = pages(tmp_path_factory.mktemp("pages"), AnsweringApis(ledger.answer), sessions)
    return Portal(browser, ledger, sessions)


@pytest.fixture
def portal(built: Portal) -> Portal:
    built.ledger.says_no = False
    built.ledger.keys.clear()
    built.sessions.reached.clear()
    return built


@pytest.mark.parametrize("path", GOES_ON)
async def test_a_form_is_sent_under_its_key_and_its_entry_is_noted(portal: Portal, path: str) -> None:
    typed, address = GOES_ON[path]
    done = await send(portal.browser, path, request="f" * 16, **typed)

    assert (done.status_code, done.headers["location"]) == (303, address)
    assert portal.sessions.reached == [7]
    assert len(portal.ledger.keys) == 1
    assert portal.ledger.keys[0].startswith("f" * 16)


@pytest.mark.parametrize("path", [f"/devices/{BOX}/move", "/staff/catalog/models", "/staff/catalog/types"])
async def test_what_is_refused_is_said_with_code_rule_and_request(portal: Portal, path: str) -> None:
    portal.ledger.says_no = True
    typed, _ = GOES_ON[path]
    page = await send(portal.browser, path, request="f" * 16, **typed)

    assert (page.status_code, portal.sessions.reached) == (403, [])
    assert str(REFUSED["detail"]) in page.text
    assert 'href="/rules#x1"' in page.text
    assert page.headers["x-correlation-id"] in page.text


@pytest.mark.parametrize("path", KEPT)
async def test_a_form_that_is_refused_stays_as_it_was_typed(refusing: httpx.AsyncClient, path: str) -> None:
    page = await send(refusing, path, request="f" * 16, **KEPT[path])

    assert (page.status_code, "no_right" in page.text) == (403, True)
    typed = [value for name, value in KEPT[path].items() if name not in OF_THE_ADDRESS]
    assert [one for one in typed if not is_kept(page.text, one)] == []


def is_kept(page: str, typed: str) -> bool:
    """Whether it stands in a field, a text or a choice."""
    chosen = f'value="{typed}" selected' in page or f"<option selected>{typed}" in page
    return chosen or f'value="{typed}"' in page.replace("<option value", "") or f">{typed}</textarea>" in page


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    """Pages of an API that shows all and refuses each command."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(403, json=REFUSED)
        said = HostileApis().answer(request)
        if request.url.path != "/v1/projects":
            return said
        return httpx.Response(
            200, json={"items": [one | {"project": OTHER} for one in said.json()["items"]], "next": None}
        )

    return pages(tmp_path_factory.mktemp("refusing"), AnsweringApis(answer))


async def test_lines_of_the_old_manager_that_can_not_be_read_are_named(refusing: httpx.AsyncClient) -> None:
    typed = "V7 2019 0001; 30 Registrations\n\nV7 2019 0002; many"
    page = await send(refusing, "/staff/old-licenses/p", request="f" * 16, licenses=typed)
    assert (page.status_code, "Line 1: «V7 2019 0001» is no count" in page.text) == (422, True)
