"""Software service: the rows of the golden table (rules section 5), and held licenses (rule F3)."""

from datetime import date

import pytest

from contracts.actors import Actor
from contracts.catalog import LicenseTypeFacts
from contracts.commands.catalog import DefineLicenseTypes
from contracts.commands.projects import ArchiveProject, MoveLicenses
from contracts.commands.software_service import BuySoftwareService
from contracts.commands.test_licenses import IssueTestLicenses
from contracts.dates import civil_day
from contracts.events.software_service import HeldLicensesReleased, SoftwareServiceBought
from contracts.software_service import ServicePeriod
from ledger.domain.software_service import facts_of
from ledger.domain.software_service_quotes import quote_months, quote_release, still_owed
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    OTHER_KEY,
    SERIAL,
    Story,
    add,
    allocate,
    anna,
    ben,
    box,
    give_back,
    issue,
    licenses,
    redeem,
    staff,
)
from tests.support.ledger.story_claims import claim, code
from tests.support.ledger.story_projects import deallocate, transfer
from tests.support.ledger.story_software_service import (
    MORE,
    a_project_on,
    at,
    bought,
    buy,
    covered_since,
    ended,
    holding,
    more,
    preview,
    release,
)

PORT12 = LicenseTypeFacts(license_type="Port12", license_class="pbx", family="Port", version=12)
RELEASED_12 = DefineLicenseTypes(license_types=(PORT12,), reference="CAT-12")


def credits_of(event: SoftwareServiceBought | HeldLicensesReleased) -> int:
    return sum(lot.count for lot in event.lots)


def test_none_2026_03_01_plus_12() -> None:
    assert bought(a_project_on("2026-03-01"), 12).ends_on == date(2027, 2, 28)


def test_same_on_2026_10_10_plus_6() -> None:
    story = a_project_on("2026-03-01")
    bought(story, 12)
    story.now = at("2026-10-10")
    event = bought(story, 6)
    assert event.ends_on == date(2027, 8, 31)
    assert event.period == ServicePeriod(anchor=date(2026, 3, 1), months=18)


def test_none_2026_01_31_plus_1_then_plus_1() -> None:
    story = a_project_on("2026-01-31")
    assert [bought(story, 1).ends_on for _ in range(2)] == [date(2026, 2, 28), date(2026, 3, 30)]


@pytest.mark.parametrize(("months", "end"), [(12, "2025-02-28"), (48, "2028-02-28")])
def test_none_2024_02_29(months: int, end: str) -> None:
    assert bought(a_project_on("2024-02-29"), months).ends_on == date.fromisoformat(end)


def test_ended_2026_01_31_today_2026_01_31_is_still_running() -> None:
    event = bought(ended("2026-01-31", today="2026-01-31"), 12)
    assert event.period.anchor == date(2026, 1, 1)
    assert event.charged_months == 12


def test_ended_2026_01_31_today_2026_02_01_plus_12_for_10_units() -> None:
    event = bought(ended("2026-01-31", today="2026-02-01"), 12)
    assert (event.units * event.charged_months, credits_of(event), event.ends_on) == (120, 10, date(2027, 1, 31))


@pytest.mark.parametrize(("today", "gap"), [("2026-02-02", 1), ("2026-03-01", 1), ("2026-03-02", 2)])
def test_ended_2026_01_31_the_gap_counts_twice(today: str, gap: int) -> None:
    assert bought(ended("2026-01-31", today=today), 12).charged_months == 2 * gap + 12


def test_ended_2026_01_31_today_2026_04_15_plus_12_for_10_units() -> None:
    event = bought(ended("2026-01-31", today="2026-04-15"), 12)
    assert (event.units * event.charged_months, credits_of(event), event.ends_on) == (180, 15, date(2027, 4, 14))


def test_licenses_on_devices_count_like_free_ones_and_gateway_licenses_do_not() -> None:
    story = a_project_on("2026-03-01", Port11=10, Channel=4, SSC=50)
    story.given((anna, add()), (anna, allocate(Port11=7, Channel=4)))
    assert bought(story, 12).units == 10


def test_a_type_counts_with_its_weight() -> None:
    story = a_project_on("2026-03-01")
    heavy = LicenseTypeFacts(license_type="Port11", license_class="pbx", family="Port", version=11, weight=3)
    story.given((staff, DefineLicenseTypes(license_types=(heavy,), reference="CAT-8")))
    assert bought(story, 12).units == 30


def test_a_started_credit_counts_whole() -> None:
    assert credits_of(bought(a_project_on("2026-03-01", Port11=1, SSC=1), 1)) == 1


def test_credits_are_used_up() -> None:
    story = a_project_on("2026-03-01")
    bought(story, 12)
    assert story.free() == {"Port11": 10, "SSC": 490}


@pytest.mark.parametrize("months", [0, 61])
def test_months_are_between_1_and_60(months: int) -> None:
    buy(a_project_on("2026-03-01"), months, seen="0" * 64).refused("months_range", limit=60)


def test_a_project_without_pbx_licenses_has_nothing_to_cover() -> None:
    buy(a_project_on("2026-03-01", Channel=4, SSC=10), 12).refused("ssa_no_licenses")


def test_too_few_credits() -> None:
    buy(a_project_on("2026-03-01", Port11=10, SSC=9), 12).refused("ssc_insufficient", wanted=10, free=9)


def test_nobody_buys_at_a_price_that_has_changed() -> None:
    story = a_project_on("2026-03-01")
    seen = preview(story, 12)
    story.given((staff, issue(OTHER_KEY, Port11=1)), (anna, redeem(OTHER_KEY)))
    buy(story, 12, seen=seen).refused("preview_stale", credits=11)


def test_a_preview_of_other_months_is_no_agreement_to_these() -> None:
    story = a_project_on("2026-03-01")
    buy(story, 12, seen=preview(story, 13)).refused("preview_stale", credits=10)


@pytest.mark.parametrize(("actor", "code"), [(ben, "project_unknown"), (box, "project_unknown"), (staff, "no_right")])
def test_nobody_else_buys_for_a_companys_project(actor: Actor, code: str) -> None:
    story = a_project_on("2026-03-01")
    story.when(actor, BuySoftwareService(project=HOTEL, months=12, preview=preview(story, 12))).refused(code)


def test_d6_licenses_that_come_in_are_paid_to_the_same_end() -> None:
    story = covered_since("2026-03-01", today="2026-10-10")
    event = more(story, Port11=12)
    assert event.coverage is not None
    assert (event.coverage.months, event.coverage.units) == (5, 12)
    assert story.free() == {"Port11": 22, "SSC": 485}


def test_d6_on_the_last_day_of_a_short_month_the_started_month_is_owed() -> None:
    story = a_project_on("2026-01-31")
    bought(story, 1)
    story.now = at("2026-02-28")
    event = more(story, Port11=12)
    assert event.coverage is not None
    assert event.coverage.months == 1


def test_d6_credits_that_come_along_pay_too() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=10)
    more(story, Port11=12, SSC=6)
    assert story.free() == {"Port11": 22, "SSC": 1}


def test_d6_without_enough_credits_they_wait_as_held_and_are_not_allocatable() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=14)
    more(story, Port11=12, Channel=2)
    assert story.free() == {"Port11": 10, "SSC": 4, "Channel": 2}
    assert dict(story.ledger.held[HOTEL]) == {"Port11": 12}
    story.given((anna, add()))
    story.when(anna, allocate(SERIAL, Port11=11)).refused(
        "insufficient_balance", license_type="Port11", wanted=11, free=10
    )


def test_d6_what_leaves_gives_no_refund_and_what_comes_back_costs_nothing() -> None:
    story = covered_since("2026-03-01", today="2026-10-10")
    before = story.free()["SSC"]
    story.given((anna, add()), (anna, allocate(SERIAL, Port11=6)), (anna, deallocate(SERIAL, Port11=2)))
    story.given((box, give_back()), (anna, transfer(Port11=3)))
    assert story.free() == {"Port11": 7, "SSC": before}
    assert not story.ledger.held.get(HOTEL)


def test_f2_a_test_on_a_device_is_not_counted() -> None:
    story = covered_since("2026-03-01", today="2026-10-10").given((anna, code()), (box, claim()))
    units = facts_of(story.ledger, HOTEL).units
    story.given((anna, IssueTestLicenses(serial=SERIAL, version=11, slave=False, count=250)))
    assert facts_of(story.ledger, HOTEL).units == units == 10


def test_d6_gateway_licenses_cost_nothing() -> None:
    assert more(covered_since("2026-03-01", today="2026-10-10"), Channel=2).coverage is None


def test_d6_a_project_without_running_service_owes_nothing() -> None:
    assert more(covered_since("2026-03-01", today="2027-03-01"), Port11=12).coverage is None


def test_d6_another_project_is_not_concerned() -> None:
    story = covered_since("2026-03-01", today="2026-10-10").given((staff, issue(MORE, Port11=12)))
    story.when(anna, redeem(MORE, into=DEFAULT)).accepted()
    assert story.free(DEFAULT) == {"Port11": 12}


def test_held_licenses_become_free_when_they_are_paid() -> None:
    story = holding().given((staff, issue(OTHER_KEY, SSC=1)), (anna, redeem(OTHER_KEY)))
    event = release(story).accepted()
    assert isinstance(event, HeldLicensesReleased)
    assert credits_of(event) == 5
    assert story.free() == {"Port11": 22}
    assert HOTEL not in story.ledger.held


def test_held_licenses_stay_held_without_enough_credits() -> None:
    release(holding()).refused("ssc_insufficient", wanted=5, free=4)


def test_held_licenses_are_not_released_at_a_price_that_has_changed() -> None:
    story = holding()
    seen = quote_release(facts_of(story.ledger, HOTEL), civil_day(story.now)).digest()
    story.now = at("2026-11-10")
    release(story, seen=seen).refused("preview_stale", credits=4)


def test_once_service_has_ended_held_licenses_owe_nothing() -> None:
    story = holding()
    story.now = at("2027-03-01")
    release(story).accepted()
    assert story.free() == {"Port11": 22, "SSC": 4}


def test_a_project_that_holds_nothing_releases_nothing() -> None:
    release(a_project_on("2026-03-01")).refused("nothing_held")


def test_more_months_do_not_pay_for_held_licenses() -> None:
    story = holding().given((staff, issue(OTHER_KEY, SSC=20)), (anna, redeem(OTHER_KEY)))
    assert bought(story, 12).units == 10
    assert dict(story.ledger.held[HOTEL]) == {"Port11": 12}


def owed_beside(story: Story, months: int) -> tuple[int, int]:
    """What the price of so many months says beside its own credits: the held licenses and what they owe."""
    facts, today = facts_of(story.ledger, HOTEL), civil_day(story.now)
    quote = quote_months(facts, months, today)
    assert quote is not None
    owed = still_owed(facts, quote, today)
    return owed.units, owed.charge


def test_the_price_of_more_months_says_beside_it_what_held_licenses_owe_to_the_same_end() -> None:
    story = holding().given((staff, issue(OTHER_KEY, SSC=40)), (anna, redeem(OTHER_KEY)))
    assert owed_beside(story, 12) == (12, 17)
    bought(story, 12)
    event = release(story).accepted()
    assert isinstance(event, HeldLicensesReleased)
    assert credits_of(event) == 17


def test_the_price_of_a_new_period_has_nothing_beside_it() -> None:
    story = holding()
    story.now = at("2027-03-01")
    assert owed_beside(story, 12) == (0, 0)


def test_a_new_period_covers_held_licenses_too() -> None:
    story = holding().given((staff, issue(OTHER_KEY, SSC=40)), (anna, redeem(OTHER_KEY)))
    story.now = at("2027-03-01")
    assert bought(story, 12).units == 22
    assert story.free() == {"Port11": 22, "SSC": 22}
    assert HOTEL not in story.ledger.held


def test_a_project_with_held_licenses_is_not_empty() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=10)
    more(story, Port11=12)
    story.given((anna, MoveLicenses(source=HOTEL, target=DEFAULT, licenses=licenses(Port11=10))))
    story.when(anna, ArchiveProject(project=HOTEL)).refused(
        "project_not_empty", devices=0, free=0, held=12, legacy_licenses=0
    )


def test_d6_licenses_that_are_moved_in_are_paid_or_held_too() -> None:
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=15).given(
        (staff, issue(MORE, Port11=24)), (anna, redeem(MORE, into=DEFAULT))
    )
    bring = MoveLicenses(source=DEFAULT, target=HOTEL, licenses=licenses(Port11=12))
    story.given((anna, bring))
    assert story.free() == {"Port11": 22}
    story.given((anna, bring))
    assert story.free() == {"Port11": 22}
    assert dict(story.ledger.held[HOTEL]) == {"Port11": 12}
    assert story.free(DEFAULT) == {}
