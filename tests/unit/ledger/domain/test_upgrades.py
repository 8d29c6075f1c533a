"""Upgrades of licenses while service runs, and what many types at once make of them (rule F3)."""

import pytest

from contracts.catalog import LicenseTypeFacts
from contracts.commands.catalog import DefineLicenseTypes
from contracts.commands.projects import DeallocateLicenses
from contracts.events.software_service import LicensesUpgraded
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    OTHER_KEY,
    SERIAL,
    Story,
    add,
    allocate,
    anna,
    box,
    deliver,
    issue,
    licenses,
    redeem,
    staff,
)
from tests.support.ledger.story_blocks import block_device, unblock_device
from tests.support.ledger.story_catalog import SMB, SMB9, an_smb_key, define, smb
from tests.support.ledger.story_projects import transfer
from tests.support.ledger.story_software_service import (
    MORE,
    a_project_on,
    at,
    bought,
    buy,
    covered_since,
    release,
    upgrade,
)

PORT12 = LicenseTypeFacts(license_type="Port12", license_class="pbx", family="Port", version=12)
RELEASED_12 = DefineLicenseTypes(license_types=(PORT12,), reference="CAT-12")


def test_the_balance_is_upgraded_while_service_runs() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port9=4, Port11=6, Fax10=1, Channel=2, SSC=50)
    event = story.when(anna, upgrade(11)).accepted()
    assert isinstance(event, LicensesUpgraded)
    assert story.free() == {"Port11": 10, "Fax11": 1, "Channel": 2, "SSC": 39}


def test_a_device_is_upgraded_and_gets_a_new_file() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port9=4, Channel=2, SSC=50)
    story.given((anna, add()), (anna, allocate(Port9=3, Channel=2)))
    event = story.when(anna, upgrade(11, SERIAL)).accepted()
    assert isinstance(event, LicensesUpgraded)
    assert event.device is not None
    assert event.device.issue == 3
    assert story.on() == {"Port11": 3, "Channel": 2}
    assert story.free() == {"Port9": 1, "SSC": 46}


def test_nothing_is_upgraded_on_a_blocked_device_but_the_balance_is() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port9=4, SSC=50)
    story.given((anna, add()), (anna, allocate(Port9=3)), (staff, block_device()))
    story.when(anna, upgrade(11, SERIAL)).refused("device_blocked")
    story.given((anna, upgrade(11)), (staff, unblock_device()), (anna, upgrade(11, SERIAL)))
    assert (story.free(), story.on()) == ({"Port11": 1, "SSC": 46}, {"Port11": 3})


def test_the_one_device_with_smb_ports_is_upgraded() -> None:
    story = covered_since("2026-03-01", today="2026-10-10").given((staff, define(SMB, SMB9)), (anna, add()))
    story.given((staff, an_smb_key(20)), (anna, redeem(MORE)), (anna, smb(20)), (anna, upgrade(9, SERIAL)))
    assert story.on() == {"PORT9*20": 20}


FAMILIES = tuple(f"F{first}{second}" for first in "ABCDEF" for second in "abcdefghijklmnopqrst")
"""120 of them, of which an entry names 100 at most."""


def in_each(version: int, families: tuple[str, ...] = FAMILIES) -> dict[str, int]:
    """One license of each family."""
    return {f"{family}{version}": 1 for family in families}


def many_types(version: int, *, free: int = 1000) -> Story:
    """Service runs from March on, then two keys bring 120 types; with few free credits they wait."""
    story = a_project_on("2026-03-01", Port11=1, SSC=free)
    for released in (10, 11):
        for part in (FAMILIES[:60], FAMILIES[60:]):
            types = tuple(
                LicenseTypeFacts(license_type=f"{name}{released}", license_class="pbx", family=name, version=released)
                for name in part
            )
            story.given((staff, DefineLicenseTypes(license_types=types, reference="CAT-9")))
    bought(story, 12)
    for key, part in ((OTHER_KEY, FAMILIES[:60]), (MORE, FAMILIES[60:])):
        story.given((staff, issue(key, **in_each(version, part))), (anna, redeem(key)))
    return story


def test_more_types_than_an_entry_names_are_upgraded_in_two_projects() -> None:
    story = many_types(10)
    story.when(anna, upgrade(11)).refused("too_many_license_types", limit=100)
    story.given((anna, transfer(HOTEL, DEFAULT, held=False, **in_each(10, FAMILIES[:60]))), (anna, upgrade(11)))
    assert story.free().items() >= in_each(11, FAMILIES[60:]).items()


def test_more_types_than_an_entry_names_are_released_in_two_projects() -> None:
    story = many_types(11, free=1).given((staff, issue("d4" * 32, SSC=3000)), (anna, redeem("d4" * 32)))
    assert len(story.ledger.held[HOTEL]) == 120
    release(story).refused("too_many_license_types", limit=100)
    story.now = at("2028-03-01")
    release(story).refused("too_many_license_types", limit=100)
    buy(story, 12).refused("too_many_license_types", limit=100)
    story.given((anna, transfer(HOTEL, DEFAULT, held=True, **in_each(11, FAMILIES[:60]))))
    buy(story, 12).accepted()
    assert story.free().items() >= in_each(11, FAMILIES[60:]).items()


def test_a_version_is_released_when_the_catalog_has_it() -> None:
    story = covered_since("2026-03-01", today="2026-10-10")
    story.when(anna, upgrade(12)).refused("version_unreleased", version=12)
    story.given((staff, RELEASED_12), (anna, upgrade(12)))
    assert story.free() == {"Port12": 10, "SSC": 490}


@pytest.mark.parametrize("today", ["2027-03-01", "2030-01-01"])
def test_no_upgrade_after_service_has_ended(today: str) -> None:
    covered_since("2026-03-01", today=today, Port9=4, SSC=50).when(anna, upgrade(11)).refused("ssa_not_running")


def test_no_upgrade_without_service() -> None:
    a_project_on("2026-03-01", Port9=4).when(anna, upgrade(11)).refused("ssa_not_running")


def test_nothing_older_nothing_to_upgrade() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=4, Channel=1, SSC=50)
    story.when(anna, upgrade(11)).refused("nothing_to_upgrade", version=11)
    story.when(anna, upgrade(10)).refused("nothing_to_upgrade", version=10)


def test_only_devices_of_the_project_are_upgraded() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port9=4, SSC=50)
    story.when(anna, upgrade(11, SERIAL)).refused("device_unknown")
    story.given((anna, add(into=DEFAULT)))
    story.when(anna, upgrade(11, SERIAL)).refused("device_not_in_project", project=DEFAULT)


def test_a_device_that_would_hold_more_than_it_may_is_not_upgraded() -> None:
    limited = LicenseTypeFacts(license_type="Port11", license_class="pbx", family="Port", version=11, device_limit=5)
    story = covered_since("2026-03-01", today="2026-10-10", Port9=6, SSC=50)
    story.given((staff, DefineLicenseTypes(license_types=(limited,), reference="CAT-9")))
    story.given((anna, add()), (anna, allocate(Port9=6)))
    story.when(anna, upgrade(11, SERIAL)).refused("smb_limit", license_type="Port11", limit=5)


def test_an_upgrade_does_not_free_what_a_delivered_file_held() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port9=4, SSC=50)
    story.given((anna, add()), (anna, allocate(Port9=3)), (box, deliver(1, 2)), (anna, upgrade(11, SERIAL)))
    story.when(anna, DeallocateLicenses(project=HOTEL, serial=SERIAL, licenses=licenses(Port11=1))).refused(
        "already_delivered", license_type="Port11", undelivered=0
    )
