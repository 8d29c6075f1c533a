"""Linked corrections: several lines that two of the staff decide as one."""

import pytest

from contracts.accounts import project_account
from contracts.catalog import LicenseTypeFacts
from contracts.commands.catalog import DefineLicenseTypes
from contracts.commands.corrections import WantedLine
from contracts.corrections import MAX_LINES
from contracts.events.corrections import (
    CorrectionRejected,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
)
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import MAX_LOTS
from contracts.log.postings import postings
from contracts.log.subjects import concerns
from tests.support.ledger import story_company_imports, story_device_moves, story_projects
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    ON_DEVICE,
    OTHER_SERIAL,
    PLACE,
    STAFF,
    VENDOR,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    issue,
    redeem,
    staff,
)
from tests.support.ledger.story_catalog import SMB, SMB9, define, smb
from tests.support.ledger.story_corrections import (
    SECOND,
    approve,
    line,
    propose_linked,
    reject,
    second,
    with_a_second_clerk,
)

OTHER = derived_id("other", "correction")
BORAS, OWN = project_account(default_project_of(BORA)), project_account(DEFAULT)
TAKEN = line(PLACE, "retired", Port11=5)
GIVEN = line("issuance", BORAS, Port11=5)


def a_mistake() -> Story:
    """20 ports and 4 channels on the device, 30 ports and 2 voicemails free; nothing at Bora's; two of the staff."""
    return with_a_second_clerk(a_stocked_project().given((anna, allocate(Port11=20, Channel=4))))


def proposed(*lines: WantedLine) -> Story:
    return a_mistake().given((staff, propose_linked(*lines)))


def applied(*lines: WantedLine) -> tuple[Story, LinkedCorrectionsApplied]:
    story = proposed(*lines)
    event = story.when(second, approve()).accepted()
    assert isinstance(event, LinkedCorrectionsApplied)
    return story, event


def test_two_lines_are_one_entry_and_both_balances_change() -> None:
    story, event = applied(TAKEN, GIVEN)
    assert (event.proposed_by, event.approved_by) == (STAFF, SECOND)
    assert [one.company for one in event.lines] == [ADRIA, BORA]
    assert story.free()["Port11"] == 25
    assert story.free(default_project_of(BORA)) == {"Port11": 5}


def test_five_of_a_type_become_five_of_another() -> None:
    story, _ = applied(line(PLACE, "retired", Port11=5), line("issuance", PLACE, Mobility11=5))
    assert story.free() == {"Port11": 25, "Voicemail11": 2, "Mobility11": 5}


def test_a_proposal_moves_nothing_and_concerns_nobody_but_the_vendor_where_lines_are_of_several_companies() -> None:
    event = a_mistake().when(staff, propose_linked(TAKEN, GIVEN)).accepted()
    assert isinstance(event, LinkedCorrectionsProposed)
    assert postings(event) == ()
    assert concerns(event) == {f"companies/{VENDOR}"}


def test_a_proposal_of_one_company_concerns_that_company() -> None:
    event = a_mistake().when(staff, propose_linked(TAKEN, line("issuance", OWN, Port11=5))).accepted()
    assert concerns(event) == {f"companies/{ADRIA}"}


def test_what_was_applied_concerns_each_company_and_project_of_a_line() -> None:
    _, event = applied(TAKEN, GIVEN)
    companies = {f"companies/{one}" for one in (VENDOR, ADRIA, BORA)}
    assert concerns(event) == companies | {f"projects/{HOTEL}", f"projects/{default_project_of(BORA)}"}


def test_nobody_approves_their_own_and_a_rejection_closes_all_lines() -> None:
    story = proposed(TAKEN, GIVEN)
    story.when(staff, approve()).refused("second_person_needed")
    event = story.when(staff, reject()).accepted()
    assert isinstance(event, CorrectionRejected)
    assert event.company == VENDOR
    story.when(second, approve()).refused("correction_closed")
    assert story.free()["Port11"] == 30


def test_linked_corrections_are_carried_out_once_and_share_their_ids_with_single_ones() -> None:
    story, _ = applied(TAKEN, GIVEN)
    story.when(second, approve()).refused("correction_closed")
    story.when(staff, propose_linked(TAKEN, GIVEN)).refused("correction_exists")


@pytest.mark.parametrize(
    ("lines", "number", "wanted", "balance"),
    [
        ((GIVEN, line(PLACE, "retired", Port11=31)), 2, 31, 30),
        ((line(PLACE, "retired", Port11=20), line(PLACE, OWN, Port11=11)), 2, 11, 10),
        ((line(ON_DEVICE, "retired", Port11=21), line("issuance", ON_DEVICE, PRI=1)), 1, 21, 20),
    ],
    ids=["one line", "the same account twice", "a device"],
)
def test_a_line_that_takes_what_is_not_there_moves_none_and_is_named(
    lines: tuple[WantedLine, ...], number: int, wanted: int, balance: int
) -> None:
    story = proposed(*lines)
    said: dict[str, str | int] = {"license_type": "Port11", "wanted": wanted, "balance": balance, "line": number}
    story.when(second, approve()).refused("insufficient_balance", **said)
    assert story.free() == {"Port11": 30, "Voicemail11": 2}
    assert story.on() == {"Port11": 20, "Channel": 4}


def test_the_same_account_twice_takes_and_brings_both() -> None:
    story, _ = applied(line(PLACE, "retired", Port11=20), line(PLACE, OWN, Port11=10))
    assert story.free() == {"Voicemail11": 2}
    story, _ = applied(line("issuance", PLACE, PRI=1), line("issuance", PLACE, PRI=2))
    assert story.free()["PRI"] == 3


@pytest.mark.parametrize(
    "lines",
    [
        (line("issuance", PLACE, Port11=5), line(PLACE, "retired", Port11=5)),
        (line(PLACE, OWN, Port11=5), line(OWN, PLACE, Port11=5)),
        (line(PLACE, OWN, Port11=5), line(OWN, "retired", Port11=5)),
    ],
    ids=["in and out", "there and back", "a chain"],
)
def test_a_type_is_taken_from_an_account_or_comes_into_it(lines: tuple[WantedLine, ...]) -> None:
    a_mistake().when(staff, propose_linked(*lines)).refused("correction_lines_contrary", license_type="Port11", line=1)


def test_a_device_gets_one_type_for_another_in_one_issue() -> None:
    story, event = applied(line("issuance", ON_DEVICE, PRI=1), line(ON_DEVICE, "retired", Channel=4))
    assert event.device is not None
    assert event.device.issue == 3
    assert story.on() == {"Port11": 20, "PRI": 1}


def test_what_comes_in_is_judged_on_what_all_lines_leave() -> None:
    story = a_mistake().given((staff, define(SMB, SMB9)), (staff, issue("c3" * 32, **{SMB.license_type: 20})))
    story.given((anna, redeem("c3" * 32)), (anna, smb(20)))
    others, gone = line("issuance", ON_DEVICE, **{SMB9.license_type: 20}), {SMB.license_type: 20}
    story.given((staff, propose_linked(others, line(ON_DEVICE, PLACE, Channel=4), correction=OTHER)))
    story.when(second, approve(OTHER)).refused("smb_limit", license_type=SMB9.license_type, limit=20, line=1)
    story.given((staff, propose_linked(others, line(ON_DEVICE, "retired", **gone))), (second, approve()))
    assert story.on() == {"Port11": 20, "Channel": 4, SMB9.license_type: 20}


def test_lines_with_a_device_take_off_what_binds_it() -> None:
    lines = line(ON_DEVICE, PLACE, Port11=20), line("issuance", ON_DEVICE, PRI=1)
    story = a_mistake().given((box, deliver(1, 2)), (staff, propose_linked(*lines)), (second, approve()))
    story.given((anna, allocate(Port11=10)), (anna, story_projects.deallocate(Port11=10)))
    assert story.free()["Port11"] == 50


@pytest.mark.parametrize(
    ("other", "number"),
    [(line("issuance", OWN, Port11=1), 2), (GIVEN, 2), (line(OWN, f"device/{OTHER_SERIAL}", Port11=1), 2)],
    ids=["another project", "another company", "another device"],
)
def test_lines_with_a_device_are_of_it_and_its_project(other: WantedLine, number: int) -> None:
    story = a_mistake().given((anna, add(OTHER_SERIAL)))
    lines = line(ON_DEVICE, PLACE, Channel=1), other
    story.when(staff, propose_linked(*lines)).refused("correction_device_shared", line=number)


def test_a_device_that_moved_since_takes_no_linked_corrections_with_its_former_project() -> None:
    story = proposed(line(ON_DEVICE, PLACE, Channel=1), line("issuance", PLACE, PRI=1))
    story.given((anna, story_device_moves.move(DEFAULT)))
    story.when(second, approve()).refused("correction_device_shared", line=1)


def test_a_device_that_went_to_another_company_is_not_corrected() -> None:
    lines = line("issuance", ON_DEVICE, PRI=1), line("issuance", ON_DEVICE, BRI=1)
    story = with_a_second_clerk(a_stocked_project()).given((staff, propose_linked(*lines)))
    story.given((staff, story_device_moves.staff_moves(default_project_of(BORA))))
    story.when(second, approve()).refused("not_same_company")


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (line("issuance", "retired", Port11=1), "correction_accounts_wrong", {}),
        (line(PLACE, BORAS, Port11=1), "not_same_company", {}),
        (line("issuance", project_account(derived_id("nowhere", "project")), Port11=1), "project_unknown", {}),
        (line("issuance", f"device/{OTHER_SERIAL}", Port11=1), "device_unknown", {}),
        (line("issuance", PLACE, Port7=1), "license_type_unknown", {"license_type": "Port7"}),
    ],
)
def test_each_line_is_a_correction_by_itself_and_named_where_it_is_none(
    wrong: WantedLine, code: str, said: dict[str, str]
) -> None:
    a_mistake().when(staff, propose_linked(TAKEN, wrong)).refused(code, line=2, **said)


def test_a_line_puts_no_credits_on_a_device() -> None:
    lines = line(ON_DEVICE, PLACE, Channel=1), line("issuance", ON_DEVICE, SSC=1)
    a_mistake().when(staff, propose_linked(*lines)).refused(
        "class_not_allocatable", license_type="SSC", license_class="service", line=2
    )


def test_an_entry_names_a_hundred_types_at_most() -> None:
    types = tuple(
        LicenseTypeFacts(license_type=f"Many{number}", license_class="gateway", family=f"Many{number}")
        for number in range(51)
    )
    story = a_mistake().given((staff, DefineLicenseTypes(license_types=types, reference="CAT-1")))
    many = {one.license_type: 1 for one in types}
    story.when(staff, propose_linked(line("issuance", PLACE, **many), line("issuance", OWN, **many))).refused(
        "too_many_license_types", limit=MAX_LOTS
    )


@pytest.mark.parametrize("count", [1, MAX_LINES + 1])
def test_there_are_two_to_twenty_lines(count: int) -> None:
    with pytest.raises(ValueError, match="lines"):
        propose_linked(*[TAKEN] * count)


def test_a_company_that_was_taken_over_has_the_lines_of_the_former_one() -> None:
    story = proposed(TAKEN, GIVEN).given(
        (ben, story_company_imports.offer_company(ADRIA, BORA)),
        (anna, story_company_imports.take_over(BORA)),
    )
    event = story.when(second, approve()).accepted()
    assert isinstance(event, LinkedCorrectionsApplied)
    assert [event.company, *(one.company for one in event.lines)] == [VENDOR, ADRIA, ADRIA]
