"""Invitations and imports of companies through the API, with real rows behind the queries."""

import asyncio
import json
from pathlib import Path

import pytest

from contracts.codes.code_hint import hint_of
from contracts.identifiers import default_project_of, derived_id
from ledger.entrypoints.projector.main import rebuild
from tests.support.ledger.api_at_work import Api, accepted, member
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import all_rows, settings_for, until_sequence
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, VENDOR
from tests.support.ledger.story_company_imports import CASA, CASAS, CLEO
from tests.support.ledger.story_members import GUS

SERIAL, OTHER = "009033010203", "009033010204"
NOWHERE = derived_id("nowhere", "company")


@pytest.fixture
async def api(api: Api) -> Api:
    await api.company(BORA, BEN)
    await api.company(CASA, CLEO)
    return api


async def code_of(api: Api, company: str = ADRIA, key: str = "") -> tuple[str, str]:
    said = (await api.post(f"companies/{company}/invitations", None, key=key)).json()
    return said["invitation_code"], said["code_digest"]


async def import_casa(api: Api) -> int:
    """Anna's company takes Cleo's over; the entry that did it."""
    accepted(await api.post(f"companies/{CASA}/offers", {"offered_to": ADRIA}, api.token(CLEO, CASA)))
    return accepted(await api.post(f"companies/{ADRIA}/imports", {"former_company": CASA}))


async def test_an_account_joins_by_a_code_that_is_told_once(api: Api) -> None:
    code, digest = await code_of(api, key="invitation")
    assert await code_of(api, key="invitation") == (code, digest)
    newcomer = api.token(GUS, NOWHERE)
    wrong = {"invitation_code": "7K3M-9Q2X"}
    assert problem(await api.post("invitations/acceptances", wrong, newcomer)) == (422, "invitation_malformed")

    said = {"invitation_code": code.lower().replace("-", " ")}
    joined = accepted(await api.post("invitations/acceptances", said, newcomer))

    companies = (await api.get(f"companies?at_least={joined}", newcomer)).json()["items"]
    assert [row["company"] for row in companies] == [ADRIA]
    assert (await api.get("projects", api.token(GUS))).json()["items"] == []
    (listed,) = (await api.get(f"companies/{ADRIA}/invitations")).json()["items"]
    assert (listed["state"], listed["account"], listed["code_hint"]) == ("accepted", GUS, hint_of(digest))
    assert code not in str(listed)
    assert accepted(await api.post("invitations/acceptances", said, newcomer)) == joined
    assert problem(await api.post("invitations/acceptances", said, api.token(BEN, BORA))) == (409, "invitation_used")


async def test_invitations_are_seen_and_withdrawn_by_administrators_only(api: Api) -> None:
    code, digest = await code_of(api)
    reached = await member(api, GUS, ADRIA, api.token())
    path = f"companies/{ADRIA}/invitations"
    assert problem(await api.get(f"{path}?at_least={reached}", api.token(GUS))) == (403, "no_right")
    assert problem(await api.get(path, api.token(BEN, BORA))) == (404, "company_unknown")
    withdrawal = f"companies/{ADRIA}/invitation-withdrawals"
    assert problem(await api.post(withdrawal, {"code_digest": digest}, api.token(GUS))) == (403, "no_right")

    gone = accepted(await api.post(withdrawal, {"code_digest": digest}))

    (listed,) = (await api.get(f"{path}?at_least={gone}")).json()["items"]
    assert listed["state"] == "withdrawn"
    again = await api.post("invitations/acceptances", {"invitation_code": code}, api.token(BEN, BORA))
    assert problem(again) == (409, "invitation_used")


async def test_a_company_goes_over_with_its_projects_devices_and_history(api: Api) -> None:
    cleo = api.token(CLEO, CASA)
    added = accepted(await api.post(f"projects/{CASAS}/devices", {"serial": SERIAL}, cleo))
    offered = accepted(await api.post(f"companies/{CASA}/offers", {"offered_to": ADRIA}, cleo))
    (offer,) = (await api.get(f"company-offers?at_least={offered}")).json()["items"]
    assert (offer["company"], offer["offered_to"]) == (CASA, ADRIA)
    assert (await api.get("company-offers", api.token(BEN, BORA))).json()["items"] == []

    imported = accepted(await api.post(f"companies/{ADRIA}/imports", {"former_company": CASA}))

    project = (await api.get(f"projects/{CASAS}?at_least={imported}")).json()
    assert (project["company"], project["project_name"]) == (ADRIA, "DEFAULT (2)")
    assert (await api.get(f"devices/{SERIAL}")).json()["project"] == CASAS
    assert [row["serial"] for row in (await api.get("devices")).json()["items"]] == [SERIAL]
    history = (await api.get(f"devices/{SERIAL}/history")).json()["items"]
    assert [row["sequence"] for row in history] == [added]
    assert (await api.get(f"devices/{SERIAL}?as_of={added}")).json()["project"] == CASAS
    assert (await api.get("company-offers")).json()["items"] == []
    again = await api.post(f"companies/{ADRIA}/imports", {"former_company": CASA})
    assert accepted(again) == imported


async def test_nobody_acts_for_a_closed_company_and_its_account_joined_without_rights(api: Api) -> None:
    imported = await import_casa(api)
    cleo, there = api.token(CLEO, CASA), api.token(CLEO)
    assert problem(await api.get(f"companies/{CASA}?at_least={imported}", cleo)) == (404, "company_unknown")
    assert problem(await api.get(f"projects/{CASAS}", cleo)) == (404, "project_unknown")
    assert problem(await api.post("projects", {"project_name": "Spa"}, cleo)) == (403, "company_closed")
    assert problem(await api.get(f"projects/{CASAS}", there)) == (403, "no_right")
    assert [row["company"] for row in (await api.get("companies", there)).json()["items"]] == [ADRIA]
    closed = (await api.get(f"companies/{CASA}", api.staff)).json()
    assert closed["imported_into"] == ADRIA
    assert problem(await api.get(f"companies/{CASA}")) == (404, "company_unknown")


async def stocked_casa(api: Api) -> list[int]:
    """Cleo's project gets ports, a device and some of the ports on it; the entries that say so."""
    cleo = api.token(CLEO, CASA)
    order = {"licenses": [{"license_type": "Port11", "count": 9}], "order_number": "PO-9"}
    key = (await api.post("activation-keys", order, api.staff)).json()["activation_key"]
    redemption = {"activation_key": key, "project": CASAS}
    return [
        accepted(await api.post("activation-keys/redemptions", redemption, cleo)),
        accepted(await api.post(f"projects/{CASAS}/devices", {"serial": SERIAL}, cleo)),
        await allocated(api, 4, cleo),
    ]


async def allocated(api: Api, ports: int, who: dict[str, str]) -> int:
    body = {"serial": SERIAL, "licenses": [{"license_type": "Port11", "count": ports}], "confirm_final": True}
    return accepted(await api.post(f"projects/{CASAS}/allocations", body, who))


async def import_adria(api: Api) -> int:
    """Ben's company takes Anna's over; the entry that did it."""
    accepted(await api.post(f"companies/{ADRIA}/offers", {"offered_to": BORA}))
    return accepted(await api.post(f"companies/{BORA}/imports", {"former_company": ADRIA}, api.token(BEN, BORA)))


async def test_what_companies_did_before_two_imports_is_the_history_of_who_has_them_now(api: Api) -> None:
    ben = api.token(BEN, BORA)
    redeemed, added, first = await stocked_casa(api)
    before = await import_casa(api)
    second = await allocated(api, 1, api.token())
    last = await import_adria(api)

    history = await api.get(f"companies/{BORA}/history?at_least={last}&limit=100", ben)
    sequences = [row["sequence"] for row in history.json()["items"]]
    assert sequences == sorted(set(sequences))
    assert {redeemed, added, first, before, second, last} <= set(sequences)
    paged = await api.get(f"companies/{BORA}/history?limit=3", ben)
    assert [row["sequence"] for row in paged.json()["items"]] == sequences[:3]
    export = [json.loads(line) for line in (await api.get("exports/movements?format=jsonl", ben)).text.splitlines()]
    assert [(row["sequence"], row["count"]) for row in export] == [
        (redeemed, 9),
        (first, -4),
        (first, 4),
        (second, -1),
        (second, 1),
    ]
    balances = (await api.get(f"exports/balances?as_of={first}&format=jsonl", ben)).text.splitlines()
    assert sorted(json.loads(line)["balance"] for line in balances) == [4, 5]
    movements = (await api.get(f"movements?device={SERIAL}", ben)).json()["items"]
    assert [row["sequence"] for row in movements] == [first, second]
    own = (await api.get(f"devices/{SERIAL}/history", ben)).json()["items"]
    assert [row["sequence"] for row in own] == [added, first, second]
    of_project = (await api.get(f"projects/{CASAS}/history", ben)).json()["items"]
    assert {redeemed, added, first, before, second, last} <= {row["sequence"] for row in of_project}
    assert (await api.get(f"devices/{SERIAL}?as_of={first}", ben)).json()["issue"] == 2


@pytest.mark.own_processes
async def test_rows_are_the_same_entry_by_entry_and_rebuilt_in_one_batch(api: Api, tmp_path: Path) -> None:
    second = api.token(GUS, VENDOR)
    accepted(await api.post(f"companies/{VENDOR}/members", {"account": GUS, "administrator": True}, api.staff))
    await until_sequence(api.database_url, (await stocked_casa(api))[-1])
    decided, waiting = await proposed(api, 1), await proposed(api, 2)
    await until_sequence(api.database_url, accepted(await api.post(f"corrections/{decided}/approval", None, second)))
    await until_sequence(api.database_url, await import_casa(api))
    await until_sequence(api.database_url, await allocated(api, 1, api.token()))
    await until_sequence(api.database_url, accepted(await api.post(f"corrections/{waiting}/approval", None, second)))
    last = await import_adria(api)
    await until_sequence(api.database_url, last)
    incremental = await all_rows(api.database_url)

    (tmp_path / "rebuild").mkdir()
    await rebuild(settings_for(api.topics, api.database_url, tmp_path / "rebuild"), asyncio.Event())

    assert await all_rows(api.database_url) == incremental
    assert {row[1:3] for row in incremental["corrections"]} == {(decided, CASA), (waiting, ADRIA)}
    assert {row[1:] for row in incremental["predecessors"]} == {(ADRIA, CASA), (BORA, CASA), (BORA, ADRIA)}


async def proposed(api: Api, ports: int) -> str:
    """A correction that waits; its id."""
    lots = [{"license_type": "Port11", "count": ports}]
    body = {"source": "issuance", "target": f"project/{CASAS}", "licenses": lots, "reason": "Lost", "reference": "E-1"}
    said = await api.post("corrections", body, api.staff)
    accepted(said)
    return str(said.json()["correction"])


@pytest.mark.own_processes
async def test_what_the_rows_say_of_joining_is_what_a_rebuild_says(api: Api, tmp_path: Path) -> None:
    ben, cleo = api.token(BEN, BORA), api.token(CLEO, CASA)
    await api.stocked_project(OTHER)
    accepted(await api.post(f"projects/{CASAS}/devices", {"serial": SERIAL}, cleo))
    await member(api, GUS, CASA, cleo)
    code, _ = await code_of(api)
    accepted(await api.post("invitations/acceptances", {"invitation_code": code}, ben))
    accepted(await api.post(f"companies/{CASA}/invitations", None, cleo))
    accepted(await api.post(f"projects/{CASAS}/claim-codes", None, cleo))
    accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}, cleo))
    accepted(await api.post(f"devices/{OTHER}/offers", {"company": CASA}))
    accepted(await api.post(f"companies/{BORA}/offers", {"offered_to": CASA}, ben))
    rights = {"account": CLEO, "acting_for": CASA, "rights": ["view"]}
    accepted(await api.post(f"projects/{default_project_of(ADRIA)}/members", rights))
    await import_casa(api)
    accepted(await api.post(f"projects/{CASAS}/renaming", {"project_name": "Casa"}))
    accepted(await api.post(f"projects/{CASAS}/claim-codes", None))
    accepted(await api.post(f"companies/{ADRIA}/offers", {"offered_to": BORA}))
    last = accepted(await api.post(f"companies/{BORA}/imports", {"former_company": ADRIA}, ben))
    await until_sequence(api.database_url, last)
    incremental = await all_rows(api.database_url)

    (tmp_path / "rebuild").mkdir()
    await rebuild(settings_for(api.topics, api.database_url, tmp_path / "rebuild"), asyncio.Event())

    assert await all_rows(api.database_url) == incremental
    assert incremental["device_offers"] == incremental["company_offers"] == incremental["grants"] == []
    assert {(serial, company) for _, serial, company, *_ in incremental["device_arrivals"]} == {
        (SERIAL, BORA),
        (OTHER, BORA),
    }
    assert {account for _, account, *_ in incremental["members"]} >= {ANNA, BEN, CLEO, GUS}
