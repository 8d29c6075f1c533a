"""Upgrades and the conversion of old licenses: before and after, what is final, and why something is not possible."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest

from portal.application.accounts import Session
from portal.entrypoints.web.upgrades import Upgrade, after, upgrades, versions
from tests.support.portal_pages import NOW, AnsweringApis, OneSession, pages, send

PROJECT, BOX = "/projects/p", "009033010203"
TYPES: list[Any] = [
    {"license_type": name, "license_class": of, "version": version, "family": family}
    for name, of, version, family in (
        ("Port9", "pbx", 9, "Port"),
        ("Port10", "pbx", 10, "Port"),
        ("Port11", "pbx", 11, "Port"),
        ("Fax9", "pbx", 9, "Fax"),
        ("Channel", "gateway", None, "Channel"),
    )
]


def test_an_upgrade_takes_what_is_older_and_leaves_families_that_the_version_does_not_have() -> None:
    there = {"Port9": 2, "Port10": 5, "Port11": 1, "Fax9": 3, "Channel": 4}
    changes = upgrades(there, TYPES, 11)

    assert changes == [Upgrade("Port10", "Port11", 5), Upgrade("Port9", "Port11", 2)]
    assert after(there, changes) == [("Port10", 5, 0), ("Port11", 1, 8), ("Port9", 2, 0)]
    assert (upgrades(there, TYPES, 9), versions(TYPES)) == ([], [11, 10, 9])


@dataclass
class Ledger:
    """A project with older licenses and old ones, and what was sent to it."""

    rights: list[str] = field(default_factory=list[str])
    service: str = "running"
    refused: dict[str, Any] | None = None
    no_preview: dict[str, Any] | None = None
    consent: int | None = None
    sent: list[str] = field(default_factory=list[str])

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.sent.append(f"{request.url.path.removeprefix('/v1')} {request.content.decode()}")
            done = {"sequence": 7, "project": "p", "serial": BOX, "licenses": [{"license_type": "Port11", "count": 5}]}
            return httpx.Response(409, json=self.refused) if self.refused else httpx.Response(201, json=done)
        free = [{"license_type": "Port10", "license_class": "pbx", "count": 5}]
        device = {"serial": BOX, "project": "p", "licenses": [{**free[0], "count": 3}]}
        old = [{"license_name": "Registrations", "count": 30}]
        answers: dict[str, Any] = {
            "projects/p": {"project": "p", "project_name": "Klinik <am> See", "company": "c", "rights": self.rights},
            "projects/p/balance": {"project": "p", "free": free, "held": []},
            "projects/p/software-service": {"state": self.service, "ends_on": "2027-11-28", "held": []},
            "projects/p/devices": {"items": [device], "next": None},
            f"devices/{BOX}": device,
            "license-types": {"items": TYPES, "next": None},
            "device-labels": {"items": []},
            "projects/p/legacy-licenses": {
                "free": old,
                "devices": [{"serial": BOX, "licenses": old, "consent_sequence": self.consent}],
            },
            "projects/p/legacy-conversions/preview": {
                "old": old,
                "new": [{"license_type": "Port8", "count": 30}],
                "preview_digest": "d" * 64,
            },
            "projects/p/legacy-imports": {
                "items": [
                    {"serial": None, "licenses": old, "reference": "EXPORT-7", "sequence": 3, "imported": "2026-11-01"}
                ]
            },
            "projects/p/legacy-conversions": {
                "items": [
                    {
                        "old": old,
                        "new": [{"license_type": "Port8", "count": 30}],
                        "sequence": 5,
                        "converted": "2026-11-02",
                    }
                ]
            },
        }
        path = request.url.path.removeprefix("/v1/")
        if path.endswith("preview") and self.no_preview:
            return httpx.Response(409, json=self.no_preview)
        return httpx.Response(200, json=answers[path])


class Confirming(OneSession):
    """Somebody whose password was given long ago, if a test says so."""

    is_old = False

    async def find(self, cookie: str, now: Any) -> Session | None:
        found = await super().find(cookie, now)
        if found is None or not self.is_old:
            return found
        return replace(found, confirmed=NOW - timedelta(days=1))


class Portal(NamedTuple):
    browser: httpx.AsyncClient
    ledger: Ledger
    sessions: Confirming


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    ledger, sessions = Ledger(), Confirming()
    return Portal(pages(tmp_path_factory.mktemp("pages"), AnsweringApis(ledger.answer), sessions), ledger, sessions)


@pytest.fixture
def portal(built: Portal) -> Portal:
    ledger = built.ledger
    ledger.rights, ledger.service, ledger.refused, ledger.no_preview = ["licenses", "return"], "running", None, None
    ledger.consent, built.sessions.is_old = None, False
    ledger.sent.clear()
    built.sessions.reached.clear()
    return built


def said(page: httpx.Response) -> str:
    """What the page says, without its markup."""
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page.text).split()))


async def test_an_upgrade_is_seen_before_and_says_that_it_is_final(portal: Portal) -> None:
    page = await portal.browser.get(f"{PROJECT}/upgrades?version=11")
    assert "Port10 5 → then 0 Port11 0 → then 5" in said(page)
    assert "This can't be undone" in said(page)
    assert "Upgrade 5 licenses for good" in said(page)
    of_box = await portal.browser.get(f"{PROJECT}/upgrades?version=11&serial={BOX}")
    assert "Port10 3 → then 0 Port11 0 → then 3" in said(of_box)
    assert f'<option value="{BOX}" selected>' in of_box.text


async def test_an_upgrade_is_sent_and_its_receipt_names_the_entry(portal: Portal) -> None:
    page = await send(portal.browser, f"{PROJECT}/upgrades", version="11", serial=BOX, request="f" * 16)
    assert portal.ledger.sent == [f'/projects/p/upgrades {{"version":11,"serial":"{BOX}"}}']
    assert ("Upgraded as entry 7" in said(page), "Came 5 Port11" in said(page)) == (True, True)
    assert portal.sessions.reached == [7]


async def test_an_upgrade_that_is_refused_says_why_above_what_was_chosen(portal: Portal) -> None:
    portal.ledger.refused = {"code": "ssa_not_running", "detail": "It does not run.", "rule": "F3"}
    page = await send(portal.browser, f"{PROJECT}/upgrades", version="11", request="f" * 16)
    assert (page.status_code, "It does not run. ssa_not_running · Rule F3" in said(page)) == (409, True)


def without_rights(ledger: Ledger) -> None:
    ledger.rights = ["view"]


def without_service(ledger: Ledger) -> None:
    ledger.service = "lapsed"


@pytest.mark.parametrize(
    ("without", "path", "why"),
    [
        (without_rights, "upgrades?version=11", "You may not do this in «Klinik <am> See»."),
        (without_service, "upgrades?version=11", "The software service of this project does not run."),
        (without_rights, "old-licenses", "You may not give licenses back in «Klinik <am> See»."),
        (without_rights, "old-licenses", "You may not do this in «Klinik <am> See»."),
    ],
)
async def test_a_button_that_is_off_says_why(
    portal: Portal, without: Callable[[Ledger], None], path: str, why: str
) -> None:
    without(portal.ledger)
    page = await portal.browser.get(f"{PROJECT}/{path}")
    assert re.search(r'<button class="final" disabled', page.text)
    assert why in said(page)


async def test_nothing_older_is_said(portal: Portal) -> None:
    assert "Nothing older than version 9" in said(await portal.browser.get(f"{PROJECT}/upgrades?version=9"))


async def test_old_licenses_are_shown_with_what_they_become(portal: Portal) -> None:
    page = said(await portal.browser.get(f"{PROJECT}/old-licenses"))
    for part in (
        "30 Registrations EXPORT-7 3 , 1 Nov 2026",
        "Registrations 30",
        "Port8 0 → then 30",
        "Software service runs here",
        "30 Registrations 30 Port8 5 , 2 Nov 2026",
        "Give the consent for good",
    ):
        assert part in page
    portal.ledger.consent = 6
    assert "Consent given entry 6 Now return its licenses" in said(await portal.browser.get(f"{PROJECT}/old-licenses"))


STEPS = {
    "keys": ({"legacy_key": "ab cd ef gh"}, '/projects/p/legacy-keys {"legacy_key":"ab cd ef gh"}', ""),
    "consents": (
        {"serial": BOX, "consent": "yes"},
        f'/devices/{BOX}/legacy-consent {{"no_downgrade_below_version_8":true}}',
        "",
    ),
    "conversions": (
        {"preview_digest": "d" * 64},
        f'/projects/p/legacy-conversions {{"preview_digest":"{"d" * 64}"}}',
        "#converted",
    ),
}


@pytest.mark.parametrize("step", STEPS)
async def test_each_step_is_sent_and_leads_back_to_the_steps(portal: Portal, step: str) -> None:
    typed, command, where = STEPS[step]
    done = await send(portal.browser, f"{PROJECT}/old-licenses/{step}", request="f" * 16, **typed)
    assert portal.ledger.sent == [command]
    assert (done.status_code, done.headers["location"]) == (303, f"{PROJECT}/old-licenses{where}")
    assert portal.sessions.reached == [7]


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_is_refused_says_why(portal: Portal, step: str) -> None:
    typed, _, _ = STEPS[step]
    portal.ledger.refused = {"code": "preview_stale", "detail": "It has changed.", "rule": "D6"}
    page = await send(portal.browser, f"{PROJECT}/old-licenses/{step}", request="f" * 16, **typed)
    assert (page.status_code, "It has changed. preview_stale · Rule D6" in said(page)) == (409, True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("upgrades", {"version": "11"}),
        ("old-licenses/consents", {"serial": BOX, "consent": "yes"}),
        ("old-licenses/conversions", {"preview_digest": "d" * 64}),
    ],
)
async def test_what_is_final_wants_the_password(portal: Portal, path: str, fields: dict[str, str]) -> None:
    portal.sessions.is_old = True
    page = await send(portal.browser, f"{PROJECT}/{path}", request="f" * 16, **fields)
    assert (page.status_code, portal.ledger.sent) == (403, [])
    assert "Your password, please" in said(page)


async def test_a_consent_that_is_not_ticked_is_not_given(portal: Portal) -> None:
    page = await send(portal.browser, f"{PROJECT}/old-licenses/consents", serial=BOX, request="f" * 16)
    assert (page.status_code, portal.ledger.sent) == (422, [])
    assert "Tick that the device never goes below version 8 again." in said(page)


async def test_licenses_that_can_not_be_converted_say_why(portal: Portal) -> None:
    portal.ledger.no_preview = {"code": "upgrade_chain_broken", "detail": "A step is missing.", "rule": "C2"}
    page = said(await portal.browser.get(f"{PROJECT}/old-licenses"))
    assert "A step is missing. upgrade_chain_broken · Rule C2" in page
    assert "Convert them for good" not in page
