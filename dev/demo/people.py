"""Four people with accounts in the portal, and projects for them to look at: `python -m dev.demo.people`.

Told again, it changes nothing. It goes on where the story ended.
"""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from argon2 import PasswordHasher

from contracts.dates import add_months, civil_day
from dev.demo import support_cases
from dev.demo.story import Story, wanted
from dev.stack import places
from dev.stack.error import StackError
from dev.stack.parts import Kit
from licensing_client.api import DeliveredDeviceBody, DeviceModel
from portal.adapters.passwords import Argon2Passwords
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.database import TABLES
from portal.application.accounts import Account
from simulator.cast import ADMINISTRATOR, CLERK, HOTEL, HOTELIER, PARTNER, REPAIRER, VENDOR
from simulator.partner import Refused

PASSWORD = "four people, one stack"  # noqa: S105 - of a stack that only this machine reaches
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Of stacks that live for some tests, in which people sign in a hundred times."""
PEOPLE = {
    "reseller": Account(ADMINISTRATOR, "reseller@example.net", "Jana Krüger", "en"),
    "end customer": Account(HOTELIER, "customer@example.net", "Luca Marin", "en"),
    "RMA clerk": Account(REPAIRER, "rma@example.net", "Tomas Novak", "en"),
    "staff": Account(CLERK, "staff@example.net", "Sabine Vogt", "de"),
}
COMPANIES = {PARTNER: "Nordlicht Systeme GmbH", HOTEL: "Hotel Adria d.o.o.", VENDOR: "innovaphone AG"}


@dataclass(frozen=True, slots=True)
class Site:
    """A project of the partner: what was bought for it, and what each device got."""

    name: str
    bought: dict[str, int]
    devices: tuple[tuple[str, dict[str, int], bool], ...]
    """Serial, licenses, and whether the license file was downloaded."""


SITES = (
    Site(
        "Klinik am See",
        {"Port11": 120, "Voicemail11": 20, "Channel": 30},
        (
            ("00903304a1c7", {"Port11": 60, "Voicemail11": 10}, True),
            ("00903304a1d2", {"Port11": 20, "Channel": 8}, True),
            ("00903304a20e", {"Port11": 15}, False),
        ),
    ),
    Site(
        "Stadtwerke Ulm",
        {"Port11": 48, "Mobility11": 12},
        (("0090330b7f10", {"Port11": 48}, True), ("0090330b7f3c", {"Mobility11": 6}, False)),
    ),
    Site("Weingut Sonnhalde", {"Port11": 8}, ()),
)

LABELS = {"00903304a1c7": ("Reception", "Main building, rack 1", "INV-00417"), "00903304a1d2": ("Ward 3", None, None)}
"""What the partner calls its devices: name, place and reference."""

WARRANTIES = {"00903304a1d2": 5, "0090330b7f10": 24, "00903304a1c7": 71}
"""Days that are left of the warranty of devices that the vendor has delivered to the partner."""
WARRANTY_MONTHS = 36


def prepare(story: Story) -> None:
    """The companies, the people in them, and the partner's sites."""
    clerk, once = story.clerk, "people-"
    clerk.register_company(
        kind="reseller", administrator=ADMINISTRATOR, company=PARTNER, idempotency_key="story-registers-the-partner"
    )
    clerk.register_company(kind="end_customer", administrator=HOTELIER, company=HOTEL, idempotency_key=once + "hotel")
    clerk.add_member(VENDOR, account=REPAIRER, administrator=True, idempotency_key=once + "repairer")
    _deliver(story, civil_day(datetime.now(UTC)))
    for site in SITES:
        build(story, site)
    _invite_the_hotel(story)


def _deliver(story: Story, today: date) -> None:
    """Deliveries of the past, by which warranties end soon; those of an earlier day stay as they are."""
    clerk = story.clerk
    model: DeviceModel = {"model": "IP811", "family": "IP8x1", "warranty_months": WARRANTY_MONTHS}
    clerk.define_device_models(models=[model], reference="CAT-1", idempotency_key="people-models")
    known = {one["serial"] for one in clerk.everything(clerk.list_delivered_devices)}
    devices: list[DeliveredDeviceBody] = [
        {
            "serial": serial,
            "model": model["model"],
            "delivered_on": add_months(today + timedelta(days=left + 1), -WARRANTY_MONTHS).isoformat(),
            "delivered_to": PARTNER,
        }
        for serial, left in WARRANTIES.items()
        if serial not in known
    ]
    if devices:
        clerk.register_devices(devices=devices, reference="DN-118", idempotency_key=f"people-deliveries-{today}")


def build(story: Story, site: Site) -> str:
    """A site with its devices; the id of its project."""
    partner, once = story.partner, f"people-{site.name.replace(' ', '-').lower()}-"
    project = partner.create_project(project_name=site.name, idempotency_key=once + "project")["project"]
    key = a_key(story, site.bought, once + "key")
    sequence = partner.redeem_activation_key(activation_key=key, project=project, idempotency_key=once + "redemption")[
        "sequence"
    ]
    for serial, licenses, downloaded in site.devices:
        partner.add_device(project, serial=serial, idempotency_key=once + serial)
        sequence = partner.allocate_licenses(
            project,
            serial=serial,
            licenses=wanted(licenses),
            confirm_final=True,
            idempotency_key=f"{once}{serial}-licenses",
        )["sequence"]
        if downloaded:
            partner.get_license_file(serial, at_least=sequence)
        if serial in LABELS and partner.get_device_label(serial, at_least=sequence)["changed"] is None:
            name, place, reference = LABELS[serial]
            partner.label_device(serial, own_name=name, place=place, reference=reference)
    return project


def a_key(story: Story, licenses: dict[str, int], once: str) -> str:
    """A key that the order system issues, the same one each time."""
    return story.clerk.issue_activation_key(
        licenses=wanted(licenses), order_number="PO-2026-118", idempotency_key=once
    )["activation_key"]


def _invite_the_hotel(story: Story) -> None:
    """The end customer sees the first project of the story, and nothing else."""
    projects = story.partner.everything(story.partner.list_projects)
    adria = next((one["project"] for one in projects if one["project_name"] == "Hotel Adria"), None)
    if adria is not None:
        story.partner.grant_rights(
            adria, account=HOTELIER, acting_for=HOTEL, rights=["view"], idempotency_key="people-adria"
        )


def a_key_to_redeem(story: Story) -> str:
    """A key for who looks at the portal."""
    return a_key(story, {"Port11": 25, "Voicemail11": 5}, "people-key-to-redeem")


async def add_accounts(kit: Kit, people: Iterable[Account] = tuple(PEOPLE.values())) -> None:
    """Accounts with the one password, and names of companies, as `portal-admin` adds them to the portal."""
    async with TABLES.pool(kit.cluster().url(role="portal"), most=1) as pool:
        accounts = PostgresAccounts(pool)
        hashed = QUICK.hash(PASSWORD) if kit.is_short_lived else await Argon2Passwords().hash(PASSWORD)
        for account in people:
            await accounts.add(account, hashed)
        for company, name in COMPANIES.items():
            await accounts.name_company(company, name)


def main() -> int:
    try:
        with Story(say=lambda _: None) as story:
            prepare(story)
            key = a_key_to_redeem(story)
    except Refused as refused:
        raise StackError(f"The people could not be prepared: {refused}") from refused
    kit = Kit(places.STATE)
    asyncio.run(add_accounts(kit))
    asyncio.run(support_cases.tell(kit, support_cases.the_made_up_ones()))
    print(f"\nThe portal is at {kit.portal_url}/ and these people can sign in there:\n")
    for who, account in PEOPLE.items():
        print(f"  {who:<13} {account.email:<22} password: {PASSWORD}")
    print(f"\nLetters that it sends: http://127.0.0.1:{kit.ports.port('mail-page')}/")
    print(f"\nA key that nobody has redeemed yet: {key}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
