"""The signer's laws of software service: months, credits, ends, and upgrades that make nothing."""

from datetime import date

import pytest

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.companies import ProjectCreated
from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import LicenseFileDelivered
from contracts.events.legacy import LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.projects import LicensesDeallocated, LicensesMoved
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.legacy import lots_of, preview_digest
from contracts.licenses import DeviceLicenses
from contracts.log.entries import decode_entry
from contracts.software_service import Coverage, ServicePeriod
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.signer.story import PARTNER, PROJECT, SERIAL, Box, Story, lots

TODAY = date(2026, 11, 24)
YEAR = ServicePeriod(anchor=TODAY, months=12)
SPA = "00000000-0000-4000-8000-00000000000a"
OLD = {"Registrations": 5}


def a_ledger() -> Story:
    return Story().begin({"Port9": 10, "Port11": 10, "Channel": 4, "SSC": 100}).add_device().allocate({"Port9": 3})


def bought(**changes: object) -> SoftwareServiceBought:
    said: dict[str, object] = {
        "company": PARTNER,
        "project": PROJECT,
        "on": TODAY,
        "months": 12,
        "charged_months": 12,
        "units": 20,
        "lots": lots({"SSC": 20}),
        "released": (),
        "period": YEAR,
        "ends_on": YEAR.ends_on,
    }
    return SoftwareServiceBought.model_validate(said | changes)


def upgraded(given_up: dict[str, int], gained: dict[str, int], **changes: object) -> LicensesUpgraded:
    said: dict[str, object] = {
        "company": PARTNER,
        "project": PROJECT,
        "on": TODAY,
        "version": 11,
        "given_up": lots(given_up),
        "lots": lots(gained),
    }
    return LicensesUpgraded.model_validate(said | changes)


def covered(**changes: object) -> ActivationKeyRedeemed:
    coverage: dict[str, object] = {"on": TODAY, "months": 12, "units": 10, "charged": lots({"SSC": 10}), "held": ()}
    return ActivationKeyRedeemed(
        key_digest="ab" * 32,
        company=PARTNER,
        project=PROJECT,
        lots=lots({"Port11": 10}),
        coverage=Coverage.model_validate(coverage | changes),
    )


def brought(**changes: object) -> DeviceMoved:
    """The device comes from another project with 3 ports, which are paid to the end."""
    coverage: dict[str, object] = {"on": TODAY, "months": 12, "units": 3, "charged": lots({"SSC": 3}), "held": ()}
    return DeviceMoved(
        former_company=PARTNER,
        former_project=SPA,
        company=PARTNER,
        device=Box(issue=4, holdings={"Port9": 3}).licenses(PROJECT),
        coverage=Coverage.model_validate(coverage | changes),
    )


def converted(**changes: object) -> LegacyLicensesConverted:
    coverage: dict[str, object] = {"on": TODAY, "months": 12, "units": 5, "charged": lots({"SSC": 5}), "held": ()}
    return LegacyLicensesConverted(
        company=PARTNER,
        project=PROJECT,
        licenses=lots_of(OLD),
        lots=lots({"Port8": 5}),
        preview_digest=preview_digest(PROJECT, OLD, {"Port8": 5}),
        coverage=Coverage.model_validate(coverage | changes),
    )


AWAY = DeviceMoved(
    former_company=PARTNER,
    former_project=PROJECT,
    company=PARTNER,
    device=Box(issue=3, holdings={"Port9": 3}).licenses(SPA),
)
IMPORTED = LegacyLicensesImported(company=PARTNER, project=PROJECT, licenses=lots_of(OLD), reference="EXPORT-7")


def the_books() -> VerifiedLedger:
    books = VerifiedLedger()
    for value in a_ledger().values:
        post(books, decode_entry(value).data)
    post(books, ProjectCreated(company=PARTNER, project=SPA, project_name="Spa"))
    post(
        books,
        ActivationKeyIssued(key_digest="ab" * 32, key_hint="ABCD", lots=lots({"Port11": 10}), order_number="PO-2"),
    )
    return books


def law(*events: Event) -> str:
    """The law that the last of these events breaks."""
    books = the_books()
    for event in events[:-1]:
        post(books, event)
    with pytest.raises(LawBrokenError) as broken:
        post(books, events[-1])
    return broken.value.law


@pytest.mark.parametrize(
    "wrong",
    [
        bought(charged_months=11, lots=lots({"SSC": 19})),
        bought(lots=lots({"SSC": 19})),
        bought(lots=()),
        bought(lots=lots({"Channel": 2})),
        bought(ends_on=date(2027, 11, 24)),
        bought(period=ServicePeriod(anchor=date(2026, 11, 23), months=12)),
        bought(period=ServicePeriod(anchor=TODAY, months=24), ends_on=date(2028, 11, 23)),
    ],
)
def test_a_period_that_does_not_follow_from_its_months_and_price_is_not_taken(wrong: Event) -> None:
    assert law(wrong) == "service_wrong"


def test_a_running_period_goes_on_from_its_anchor() -> None:
    again = ServicePeriod(anchor=TODAY, months=24)
    the_books_take(bought(), bought(period=again, ends_on=again.ends_on))
    assert law(bought(), bought()) == "service_wrong"


def the_books_take(*events: Event) -> VerifiedLedger:
    books = the_books()
    for event in events:
        post(books, event)
    return books


def test_credits_that_nobody_has_pay_nothing() -> None:
    assert law(bought(units=101, lots=lots({"SSC": 101}))) == "account_negative"


def test_licenses_that_nobody_holds_back_are_not_released() -> None:
    assert law(bought(released=lots({"Port11": 1}))) == "account_negative"


@pytest.mark.parametrize(
    "wrong",
    [
        covered(months=11),
        covered(charged=lots({"SSC": 9})),
        covered(charged=()),
        covered(held=lots({"Port11": 10})),
    ],
)
def test_new_licenses_are_paid_to_the_end_or_held(wrong: Event) -> None:
    assert law(bought(), wrong) == "service_wrong"


def held_ones_move(**counts: int) -> LicensesMoved:
    return LicensesMoved(company=PARTNER, source=PROJECT, target=SPA, lots=lots(counts), held=True)


def test_held_licenses_move_where_they_are_free() -> None:
    wait = covered(charged=(), held=lots({"Port11": 10}))
    books = the_books_take(bought(), wait, held_ones_move(Port11=10))
    assert books.balance(f"held/{PROJECT}") == {}
    assert books.balance(f"project/{SPA}") == {"Port11": 10}
    assert law(bought(), wait, held_ones_move(Port11=11)) == "account_negative"


@pytest.mark.parametrize(
    "wrong",
    [
        brought(months=11),
        brought(charged=lots({"SSC": 2})),
        brought(charged=()),
        brought(charged=(), held=lots({"Port9": 3})),
    ],
)
def test_what_comes_in_on_a_device_is_paid_and_never_held(wrong: Event) -> None:
    books = the_books_take(AWAY, bought(), brought())
    assert books.balance(f"project/{PROJECT}")["SSC"] == 77
    assert law(AWAY, bought(), wrong) == "service_wrong"


def test_converted_licenses_are_paid_to_the_end_or_held() -> None:
    the_books_take(IMPORTED, bought(), converted())
    the_books_take(IMPORTED, bought(), converted(charged=(), held=lots({"Port8": 5})))
    assert law(IMPORTED, bought(), converted(charged=lots({"SSC": 4}))) == "service_wrong"


def test_new_licenses_owe_nothing_where_no_service_runs() -> None:
    assert law(covered()) == "service_wrong"


def test_held_licenses_are_apart_until_they_are_paid() -> None:
    books = the_books_take(bought(), covered(charged=(), held=lots({"Port11": 10})))
    assert books.balance(f"held/{PROJECT}") == {"Port11": 10}
    paid = HeldLicensesReleased(
        company=PARTNER,
        project=PROJECT,
        on=TODAY,
        charged_months=12,
        units=10,
        lots=lots({"SSC": 10}),
        released=lots({"Port11": 10}),
    )
    post(books, paid)
    assert books.balance(f"held/{PROJECT}") == {}
    assert law(bought(), covered(charged=(), held=lots({"Port11": 10})), paid.model_copy(update={"lots": ()})) == (
        "service_wrong"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        upgraded({"Port9": 7}, {"Port11": 8}),
        upgraded({"Port9": 7}, {"Fax11": 7}),
        upgraded({"Port9": 7}, {"Port10": 7}),
        upgraded({"Port11": 7}, {"Port11": 7}),
        upgraded({"Channel": 4}, {"Channel": 4}),
        upgraded({"Port9": 7}, {"Port11": 7}, on=date(2027, 11, 24)),
    ],
)
def test_an_upgrade_makes_nothing_and_leads_to_its_version_while_service_runs(wrong: Event) -> None:
    assert law(bought(), wrong) == "upgrade_wrong"


def test_nothing_is_upgraded_without_service() -> None:
    assert law(upgraded({"Port9": 7}, {"Port11": 7})) == "upgrade_wrong"


def test_what_a_device_has_after_an_upgrade_is_what_the_event_says() -> None:
    device = DeviceLicenses(serial=SERIAL, project=PROJECT, generation=1, issue=3, licenses=lots({"Port11": 3}))
    right = upgraded({"Port9": 3}, {"Port11": 3}, device=device)
    assert the_books_take(bought(), right).balance(f"device/{SERIAL}") == {"Port11": 3}
    wrong = right.model_copy(update={"device": device.model_copy(update={"licenses": lots({"Port11": 4})})})
    assert law(bought(), wrong) == "device_licenses_wrong"


def test_an_upgrade_frees_nothing_that_was_delivered() -> None:
    delivered = LicenseFileDelivered(
        company=PARTNER, project=PROJECT, serial=SERIAL, generation=1, issue=2, file_sha256="ab" * 32, path="direct"
    )
    device = DeviceLicenses(serial=SERIAL, project=PROJECT, generation=1, issue=3, licenses=lots({"Port11": 3}))
    taken_back = LicensesDeallocated(
        company=PARTNER,
        lots=lots({"Port11": 1}),
        device=device.model_copy(update={"issue": 4, "licenses": lots({"Port11": 2})}),
    )
    upgrade = upgraded({"Port9": 3}, {"Port11": 3}, device=device)
    assert law(bought(), delivered, upgrade, taken_back) == "licenses_delivered"
    assert the_books_take(bought(), upgrade, taken_back).balance(f"device/{SERIAL}") == {"Port11": 2}
