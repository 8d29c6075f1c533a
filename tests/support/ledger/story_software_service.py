"""Projects whose software service runs, has ended, or waits to be paid."""

from datetime import UTC, date, datetime

from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, UpgradeLicenses
from contracts.dates import civil_day
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.software_service import SoftwareServiceBought
from contracts.software_service import ServicePeriod
from ledger.domain.software_service import facts_of
from ledger.domain.software_service_quotes import quote_months, quote_release
from tests.support.ledger.story import (
    HOTEL,
    KEY,
    Story,
    a_project,
    anna,
    issue,
    redeem,
    staff,
)

MORE = "c3" * 32


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def a_project_on(day: str, **stock: int) -> Story:
    """With this stock, by default ten ports and plenty of credits."""
    story = a_project().given((staff, issue(KEY, **(stock or {"Port11": 10, "SSC": 500}))), (anna, redeem()))
    story.now = at(day)
    return story


def ended(day: str, *, today: str, **stock: int) -> Story:
    """A project whose service ended on that day, after one month."""
    story = a_project_on(today, **stock)
    end = date.fromisoformat(day)
    period = ServicePeriod(anchor=date(end.year, end.month, 1), months=1)
    assert period.ends_on == end
    story.ledger = story.ledger._replace(service=story.ledger.service.set(HOTEL, period))
    return story


def preview(story: Story, months: int) -> str:
    """The digest of the price as it is now."""
    quote = quote_months(facts_of(story.ledger, HOTEL), months, civil_day(story.now))
    return quote.digest() if quote else "0" * 64


def buy(story: Story, months: int, *, seen: str = "") -> Story:
    return story.when(anna, BuySoftwareService(project=HOTEL, months=months, preview=seen or preview(story, months)))


def bought(story: Story, months: int) -> SoftwareServiceBought:
    event = buy(story, months).accepted()
    assert isinstance(event, SoftwareServiceBought)
    return event


def covered_since(day: str, *, today: str, **stock: int) -> Story:
    story = a_project_on(day, **stock)
    bought(story, 12)
    story.now = at(today)
    return story


def more(story: Story, **counts: int) -> ActivationKeyRedeemed:
    story.given((staff, issue(MORE, **counts)))
    event = story.when(anna, redeem(MORE)).accepted()
    assert isinstance(event, ActivationKeyRedeemed)
    return event


def holding() -> Story:
    """12 ports held, 4 credits left, 5 months to pay."""
    story = covered_since("2026-03-01", today="2026-10-10", Port11=10, SSC=14)
    more(story, Port11=12)
    return story


def upgrade(version: int, serial: str | None = None) -> UpgradeLicenses:
    return UpgradeLicenses(project=HOTEL, serial=serial, version=version)


def release(story: Story, *, seen: str = "") -> Story:
    digest = quote_release(facts_of(story.ledger, HOTEL), civil_day(story.now)).digest()
    return story.when(anna, ReleaseHeldLicenses(project=HOTEL, preview=seen or digest))
