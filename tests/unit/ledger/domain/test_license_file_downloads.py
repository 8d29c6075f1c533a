"""License files that the vendor's staff takes: rules section 9, row `download license file`, and rule X5."""

import pytest

from contracts.actors import Account, Actor
from contracts.events.devices import LicenseFileDownloaded
from contracts.identifiers import derived_id
from tests.support.ledger import story_members, story_projects
from tests.support.ledger.story import (
    OTHER_SERIAL,
    REASON,
    REFERENCE,
    VENDOR,
    Story,
    a_stocked_project,
    allocate,
    anna,
    ben,
    box,
    deliver,
    operator,
    staff,
)
from tests.support.ledger.story_blocks import block_company, block_device
from tests.support.ledger.story_license_file_downloads import download

CLERK = derived_id("no administrator", "account")


def an_allocated_device() -> Story:
    return a_stocked_project().given((anna, allocate(Port11=20)))


def test_staff_takes_a_file_with_reason_and_reference() -> None:
    event = an_allocated_device().when(staff, download(1, 2)).accepted()
    assert isinstance(event, LicenseFileDownloaded)
    assert (event.reason, event.reference, event.issue) == (REASON, REFERENCE, 2)


def test_every_time_staff_takes_a_file_is_an_entry() -> None:
    told = an_allocated_device().given((staff, download(1, 2)))
    told.when(staff, download(1, 2)).accepted()


def test_r5_what_staff_took_is_delivered() -> None:
    told = an_allocated_device().given((staff, download(1, 2)))
    told.when(anna, story_projects.deallocate(Port11=1)).refused(
        "already_delivered", license_type="Port11", undelivered=0
    )
    told.when(box, deliver(1, 2)).done_before(9)


def test_what_staff_takes_after_the_device_changes_no_delivery() -> None:
    told = an_allocated_device().given((box, deliver(1, 2)), (staff, download(1, 2)))
    told.when(anna, deliver(1, 2)).done_before(9)


def test_staff_gets_the_newest_file_only() -> None:
    an_allocated_device().when(staff, download(1, 1)).refused("license_file_superseded", generation=1, issue=2)
    an_allocated_device().when(staff, download(1, 1).model_copy(update={"serial": OTHER_SERIAL})).refused(
        "device_unknown"
    )


def test_a_blocked_device_gives_staff_no_file_either() -> None:
    an_allocated_device().given((staff, block_device())).when(staff, download(1, 3)).refused("device_blocked")
    an_allocated_device().given((staff, block_company())).when(staff, download(1, 2)).refused("company_blocked")


@pytest.mark.parametrize("who", [anna, ben, box, operator], ids=str)
def test_nobody_else_takes_files_by_that_command(who: Actor) -> None:
    an_allocated_device().when(who, download(1, 2)).refused("no_right")


def test_a_member_of_the_vendor_who_is_no_administrator_takes_none() -> None:
    told = an_allocated_device().given((staff, story_members.member(CLERK, VENDOR)))
    told.when(Account(account=CLERK, company=VENDOR), download(1, 2)).refused("no_right")


def test_staff_takes_no_file_as_a_partner_does() -> None:
    an_allocated_device().when(staff, deliver(1, 2)).refused("no_right")
