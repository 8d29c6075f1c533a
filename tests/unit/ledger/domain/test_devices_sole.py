"""Rule R3: what only one device of a project may hold comes onto no second one, whichever way it comes."""

import pytest

from contracts.accounts import device_account
from contracts.actors import Actor
from contracts.catalog import LicenseTypeFacts
from contracts.commands import Command
from contracts.commands.activation_keys import IssueActivationKey
from contracts.commands.corrections import ProposeCorrection
from contracts.licenses import Licenses
from tests.support.ledger import story_claims, story_corrections, story_device_moves, story_projects
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    OTHER_SERIAL,
    SERIAL,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    redeem,
    staff,
)
from tests.support.ledger.story_catalog import SMB, SMB9, define
from tests.support.ledger.story_device_moves import BORAS

MINI = LicenseTypeFacts(
    license_type="Mini*8", license_class="gateway", family="Mini*8", device_limit=8, sole_device=True
)
"""As SMB ports, but they stay on a device that is released."""


def some(license_type: str, count: int) -> tuple[Licenses, ...]:
    return (Licenses(license_type=license_type, count=count),)


def a_key(digest: str, license_type: str) -> IssueActivationKey:
    return IssueActivationKey(key_digest=digest, key_hint="K3YZ", licenses=some(license_type, 30), order_number="PO-1")


def two_offices(license_type: str) -> Story:
    """One device in each of two projects, and each of them holds five of the type."""
    told = a_stocked_project().given((anna, add(OTHER_SERIAL, DEFAULT)), (staff, define(SMB, MINI)))
    for digest, serial, project in (("c3" * 32, SERIAL, HOTEL), ("c4" * 32, OTHER_SERIAL, DEFAULT)):
        told.given((staff, a_key(digest, license_type)), (anna, redeem(digest, project)))
        told.given((anna, allocate(serial, project, confirm_final=True, **{license_type: 5})))
    return told


def puts_more_on(serial: str, license_type: str, count: int) -> ProposeCorrection:
    told = story_corrections.propose("issuance", device_account(serial), Port11=1)
    return told.model_copy(update={"licenses": some(license_type, count)})


@pytest.mark.parametrize(
    ("who", "command"),
    [(anna, story_device_moves.move(DEFAULT)), (staff, story_device_moves.staff_moves(DEFAULT))],
    ids=["move", "transfer"],
)
def test_a_device_with_smb_ports_goes_into_no_project_where_another_has_some(who: Actor, command: Command) -> None:
    two_offices("PORT8*20").when(who, command).refused("smb_limit", license_type="PORT8*20", devices=1)


def test_a_device_with_smb_ports_goes_where_no_other_has_some() -> None:
    told = two_offices("PORT8*20").given((anna, story_projects.deallocate(OTHER_SERIAL, DEFAULT, **{"PORT8*20": 5})))
    told.given((anna, story_device_moves.move(DEFAULT)))
    assert told.ledger.projects[DEFAULT].allocated == {"PORT8*20": 5}


def test_an_offered_device_is_not_accepted_where_another_holds_the_type() -> None:
    told = two_offices("Mini*8").given(
        (anna, story_device_moves.offer()),
        (staff, a_key("c5" * 32, "Mini*8")),
        (ben, redeem("c5" * 32, BORAS)),
        (ben, add("009033010205", BORAS)),
        (ben, allocate("009033010205", BORAS, confirm_final=True, **{"Mini*8": 1})),
    )
    told.when(ben, story_device_moves.accept()).refused("smb_limit", license_type="Mini*8", devices=1)


def test_a_released_device_is_not_added_where_another_holds_the_type() -> None:
    told = two_offices("Mini*8").given((anna, story_device_moves.release()))
    told.when(anna, add(SERIAL, DEFAULT)).refused("smb_limit", license_type="Mini*8", devices=1)
    told.when(anna, add(SERIAL, HOTEL)).accepted()


def test_a_released_device_does_not_claim_itself_in_where_another_holds_the_type() -> None:
    told = two_offices("Mini*8").given((anna, story_device_moves.release()), (anna, story_claims.code(DEFAULT)))
    told.when(box, story_claims.claim()).refused("smb_limit", license_type="Mini*8", devices=1)


def test_a_correction_puts_no_smb_ports_on_a_second_device() -> None:
    told = story_corrections.with_a_second_clerk(two_offices("PORT8*20"))
    told.given((anna, add("009033010205")), (staff, puts_more_on("009033010205", "PORT8*20", 1)))
    told.when(story_corrections.second, story_corrections.approve()).refused(
        "smb_limit", license_type="PORT8*20", devices=1
    )


def test_a_correction_puts_no_more_smb_ports_on_a_device_than_it_may_hold() -> None:
    told = story_corrections.with_a_second_clerk(two_offices("PORT8*20"))
    told.given((staff, puts_more_on(SERIAL, "PORT8*20", 16)))
    told.when(story_corrections.second, story_corrections.approve()).refused(
        "smb_limit", license_type="PORT8*20", limit=20
    )


def test_a_correction_that_takes_smb_ports_away_is_free() -> None:
    told = story_corrections.with_a_second_clerk(two_offices("PORT8*20"))
    taken = story_corrections.propose(device_account(SERIAL), "retired", Port11=1)
    told.given((staff, taken.model_copy(update={"licenses": some("PORT8*20", 5)})))
    told.when(story_corrections.second, story_corrections.approve()).accepted()


def test_a_device_does_not_come_to_another_that_holds_another_version() -> None:
    told = a_stocked_project().given((anna, add(OTHER_SERIAL, DEFAULT)), (staff, define(SMB, SMB9)))
    for digest, serial, project, one in (("c3", SERIAL, HOTEL, SMB), ("c4", OTHER_SERIAL, DEFAULT, SMB9)):
        told.given((staff, a_key(digest * 32, one.license_type)), (anna, redeem(digest * 32, project)))
        told.given((anna, allocate(serial, project, confirm_final=True, **{one.license_type: 5})))
    told.when(anna, story_device_moves.move(DEFAULT)).refused("smb_limit", license_type=SMB.license_type, devices=1)
