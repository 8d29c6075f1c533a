from contracts.identifiers import default_project_of
from tests.support.ledger.story import (
    BORA,
    DEFAULT,
    HOTEL,
    OTHER_KEY,
    a_project,
    a_stocked_project,
    anna,
    ben,
    issue,
    licenses,
    redeem,
    staff,
)


def test_a_key_becomes_balance() -> None:
    assert a_stocked_project().free() == {"Port11": 50, "Voicemail11": 2, "Channel": 4}


def test_only_the_vendors_staff_issues_keys() -> None:
    a_project().when(anna, issue(Port11=1)).refused("no_right")


def test_a_key_is_issued_once() -> None:
    a_stocked_project().when(staff, issue(Port11=1)).refused("key_exists")


def test_a_key_cannot_hold_a_type_that_the_catalog_lacks() -> None:
    a_project().when(staff, issue(Port77=1)).refused("license_type_unknown", license_type="Port77")


def test_a_key_names_each_type_once() -> None:
    twice = issue(Port11=1).model_copy(update={"licenses": licenses(Port11=1) + licenses(Port11=2)})
    a_project().when(staff, twice).refused("license_type_repeated", license_type="Port11")


def test_a_key_that_was_never_issued_is_unknown() -> None:
    a_project().when(anna, redeem()).refused("key_unknown")


def test_a_key_is_redeemed_once_and_the_own_company_learns_where() -> None:
    a_stocked_project().when(anna, redeem(into=DEFAULT)).refused("key_already_redeemed", project=HOTEL, sequence=6)


def test_another_company_learns_only_that_the_key_is_used() -> None:
    a_stocked_project().when(ben, redeem(into=default_project_of(BORA))).refused("key_already_redeemed")


def test_a_key_cannot_be_redeemed_into_another_companys_project() -> None:
    story = a_stocked_project().given((staff, issue(OTHER_KEY, Port11=1)))
    story.when(ben, redeem(OTHER_KEY)).refused("project_unknown")
