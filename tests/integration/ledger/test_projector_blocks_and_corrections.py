"""The rows of what staff does, on the real broker and database."""

import asyncio
from pathlib import Path

from contracts.events.blocks import (
    ActivationKeyBlocked,
    ActivationKeyUnblocked,
    CompanyBlocked,
    CompanyUnblocked,
    DeviceBlocked,
    DeviceUnblocked,
)
from contracts.events.corrections import (
    AppliedLine,
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
    ProposedLine,
)
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.events.returns import ReturnLimitReleased, SpentCertificateSeen
from contracts.identifiers import default_project_of, derived_id
from contracts.legacy import LegacyLicenses, ListedKey, lots_of, preview_digest
from contracts.licenses import Lot
from ledger.entrypoints.projector.main import rebuild
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger import ledger_log as log
from tests.support.ledger.projector_at_work import all_rows, append, projector, rows, settings_for, until_sequence

SECOND = derived_id("w", "account")
ON_DEVICE, PLACE = f"device/{log.SERIAL}", f"project/{log.HOTEL}"
LINES = (PLACE, "retired"), ("issuance", f"project/{default_project_of(log.ADRIA)}")


def _staff_story() -> log.Log:
    """The main job; then each thing is blocked and unblocked, one of two corrections is applied, and all converts.

    Two corrections are linked.
    """
    old, new = {"Registrations": 5, "PRIs": 1}, (Lot(license_type="PRI", license_class="gateway", count=1),)
    ports = (Lot(license_type="Port8", license_class="pbx", count=5),)
    return log.story().add(
        *_blocks(),
        _proposed("c", log.bri(1)),
        _proposed("d", log.bri(2)),
        CorrectionApplied(
            correction=derived_id("c", "correction"),
            company=log.ADRIA,
            source=ON_DEVICE,
            target="retired",
            lots=(log.bri(1),),
            proposed_by=log.STAFF,
            approved_by=SECOND,
            device=log.device(log.bri(3), issue=6, generation=2),
        ),
        CorrectionRejected(
            correction=derived_id("d", "correction"), company=log.ADRIA, reason="No", rejected_by=SECOND
        ),
        LinkedCorrectionsProposed(
            correction=derived_id("e", "correction"),
            company=log.ADRIA,
            lines=tuple(ProposedLine(source=source, target=target, lots=(log.port(2),)) for source, target in LINES),
            reason="The wrong project",
            reference="CASE-3",
            proposed_by=log.STAFF,
        ),
        LinkedCorrectionsApplied(
            correction=derived_id("e", "correction"),
            company=log.ADRIA,
            lines=tuple(
                AppliedLine(company=log.ADRIA, source=source, target=target, lots=(log.port(2),))
                for source, target in LINES
            ),
            proposed_by=log.STAFF,
            approved_by=SECOND,
        ),
        LegacyLicensesImported(
            company=log.ADRIA, project=log.HOTEL, licenses=lots_of({"Registrations": 2}), reference="E-1"
        ),
        LegacyKeysRegistered(keys=(_listed("old key", log.ADRIA), _listed("another")), reference="E-0"),
        LegacyLicensesImported(
            company=log.ADRIA,
            project=log.HOTEL,
            serial=log.SERIAL,
            key_digest=log.digest("old key"),
            licenses=lots_of({"Registrations": 3, "PRIs": 1}),
            reference="E-2",
        ),
        LegacyConsentGiven(company=log.ADRIA, project=log.HOTEL, serial=log.SERIAL, generation=2, account=log.ANNA),
        log.returned(log.device(log.bri(3), issue=7, generation=3), spent=2),
        LegacyLicensesConverted(
            company=log.ADRIA,
            project=log.HOTEL,
            licenses=lots_of(old),
            lots=new + ports,
            preview_digest=preview_digest(log.HOTEL, old, {"PRI": 1, "Port8": 5}),
        ),
        LegacyLicensesImported(company=log.ADRIA, project=log.HOTEL, licenses=lots_of({"BRIs": 1}), reference="E-3"),
        ReturnLimitReleased(
            company=log.ADRIA, project=log.HOTEL, serial=log.SERIAL, reason="Tests", reference="CASE-2"
        ),
        SpentCertificateSeen(
            company=log.ADRIA,
            project=log.HOTEL,
            serial=log.SERIAL,
            generation=1,
            current_generation=3,
            certificate_sha256=log.digest("certificate"),
        ),
        log.downloaded(3, 7),
        log.downloaded(3, 7),
    )


def _listed(name: str, company: str | None = None) -> ListedKey:
    there = (LegacyLicenses(license_name="PRIs", count=1), LegacyLicenses(license_name="Registrations", count=3))
    return ListedKey(key_digest=log.digest(name), licenses=there, company=company)


def _blocks() -> tuple[
    ActivationKeyBlocked | ActivationKeyUnblocked | DeviceBlocked | DeviceUnblocked | CompanyBlocked | CompanyUnblocked,
    ...,
]:
    key, company = log.digest("k"), log.ADRIA
    return (
        ActivationKeyBlocked(key_digest=key, reason="Lost", reference="CASE-1"),
        ActivationKeyUnblocked(key_digest=key, reason="Found", reference="CASE-1"),
        ActivationKeyBlocked(key_digest=key, reason="Lost again", reference="CASE-1"),
        CompanyBlocked(company=company, reason="Unpaid", reference="CASE-1"),
        CompanyUnblocked(company=company, reason="Paid", reference="CASE-1"),
        _device_blocked(4),
        DeviceUnblocked(company=company, project=log.HOTEL, serial=log.SERIAL, reason="Found", reference="CASE-1"),
        _device_blocked(5),
    )


def _device_blocked(issue: int) -> DeviceBlocked:
    device = log.device(log.bri(4), issue=issue, generation=2)
    return DeviceBlocked(company=log.ADRIA, reason="Stolen", reference="CASE-1", device=device)


def _proposed(name: str, lot: Lot) -> CorrectionProposed:
    return CorrectionProposed(
        correction=derived_id(name, "correction"),
        company=log.ADRIA,
        source=ON_DEVICE,
        target="retired",
        lots=(lot,),
        reason="A mistake",
        reference="CASE-1",
        proposed_by=log.STAFF,
    )


async def test_what_staff_did_is_in_the_rows_and_a_rebuild_gives_the_same(
    kafka_topics: KafkaTopics, fresh_database_url: str, tmp_path: Path
) -> None:
    settings, story = settings_for(kafka_topics, fresh_database_url, tmp_path), _staff_story().values
    async with projector(settings):
        for number, value in enumerate(story, 1):
            await append(kafka_topics, [value])
            await until_sequence(fresh_database_url, number)
    incremental = await all_rows(fresh_database_url)

    await rebuild(settings, asyncio.Event())

    assert await all_rows(fresh_database_url) == incremental
    holding = [row[1] for row in await rows(fresh_database_url, "blocks") if row[9] is None]
    assert sorted(holding) == [f"activation-keys/{log.digest('k')}", f"devices/{log.SERIAL}"]
    corrections = await rows(fresh_database_url, "corrections")
    assert sorted(row[8] for row in corrections) == ["applied", "applied", "rejected"]
    assert sorted(row[-1].count("source") for row in corrections) == [1, 1, 2]
    assert [row[3] for row in await rows(fresh_database_url, "staff_downloads")] == [7, 7]
    assert len(await rows(fresh_database_url, "legacy_keys")) == 2
    assert [row[2:4] for row in await rows(fresh_database_url, "deliveries")].count((3, 7)) == 1
    assert await rows(fresh_database_url, "legacy_licenses") == [(0, PLACE, "BRIs", 1)]
    free = {row[2]: row[4] for row in await rows(fresh_database_url, "balances")}
    assert (free["PRI"], free["Port8"]) == (1, 5)
    assert sum(row[5] for row in await rows(fresh_database_url, "movements")) == 0
