"""Software service: bought with credits for a whole project, held licenses, upgrades (rule F3)."""

from datetime import date, datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.software_service import (
    BuySoftwareService,
    ReleaseHeldLicenses,
    SoftwareServiceCommand,
    UpgradeLicenses,
)
from contracts.dates import civil_day
from contracts.events.software_service import (
    HeldLicensesReleased,
    LicensesUpgraded,
    SoftwareServiceBought,
    SoftwareServiceEvent,
)
from contracts.licenses import CREDIT, MAX_HELD, MAX_LOTS
from contracts.software_service import MAX_BOUGHT_MONTHS, Coverage, credits_for
from ledger.domain import software_service_upgrades
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import refuse_project
from ledger.domain.software_service_quotes import Quote, ServiceFacts, dues_of, quote_months, quote_release
from ledger.domain.state import Holdings, Ledger, holdings_of, minus, plus


def decide(ledger: Ledger, command: SoftwareServiceCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    today = civil_day(now)
    match command:
        case BuySoftwareService():
            return buy_software_service(ledger, command, actor, today)
        case ReleaseHeldLicenses():
            return release_held_licenses(ledger, command, actor, today)
        case UpgradeLicenses():
            return software_service_upgrades.upgrade_licenses(ledger, command, actor, today)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: SoftwareServiceEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case SoftwareServiceBought():
            covered = ledger._replace(service=ledger.service.set(event.project, event.period))
            return _released(covered, event)
        case HeldLicensesReleased():
            return _released(ledger, event)
        case LicensesUpgraded():
            return software_service_upgrades.upgraded(ledger, event)
        case _:
            assert_never(event)


def buy_software_service(
    ledger: Ledger, command: BuySoftwareService, actor: Actor, today: date
) -> SoftwareServiceBought | Rejection:
    """One end for all licenses of the project; nobody pays a price other than the one they saw."""
    if refused := refuse_project(ledger, actor, command.project, "service"):
        return refused
    facts = facts_of(ledger, command.project)
    quote = quote_months(facts, command.months, today) if 1 <= command.months <= MAX_BOUGHT_MONTHS else None
    if quote is None or quote.period is None:
        return Rejection("months_range", {"limit": MAX_BOUGHT_MONTHS})
    if quote.units == 0:
        return Rejection("ssa_no_licenses")
    released: Holdings = {} if facts.runs(today) else ledger.held.get(command.project, {})
    if refused := _refuse_price(ledger, quote, command.preview) or _refuse_release(ledger, command.project, released):
        return refused
    return SoftwareServiceBought(
        company=ledger.projects[command.project].company,
        project=command.project,
        on=today,
        months=command.months,
        charged_months=quote.charged_months,
        units=quote.units,
        lots=ledger.lots(_credits(quote.charge)),
        released=ledger.lots(released),
        period=quote.period,
        ends_on=quote.period.ends_on,
    )


def release_held_licenses(
    ledger: Ledger, command: ReleaseHeldLicenses, actor: Actor, today: date
) -> HeldLicensesReleased | Rejection:
    """Held licenses become free when they are paid to the same end, or when there is no end to pay to any more."""
    if refused := refuse_project(ledger, actor, command.project, "service"):
        return refused
    held = ledger.held.get(command.project, {})
    if not held:
        return Rejection("nothing_held")
    quote = quote_release(facts_of(ledger, command.project), today)
    if refused := _refuse_price(ledger, quote, command.preview) or _refuse_release(ledger, command.project, held):
        return refused
    return HeldLicensesReleased(
        company=ledger.projects[command.project].company,
        project=command.project,
        on=today,
        charged_months=quote.charged_months,
        units=quote.units,
        lots=ledger.lots(_credits(quote.charge)),
        released=ledger.lots(held),
    )


def coverage(ledger: Ledger, project: str, incoming: Holdings, today: date) -> Coverage | None:
    """What becomes of licenses that come into a project: None without running service or PBX licenses (rule D6).

    Credits that come along count. If they do not reach, all the PBX licenses wait as held.
    """
    dues = dues_of(ledger.service.get(project), units_of(ledger, incoming), today)
    if dues is None:
        return None
    free = ledger.projects[project].free.get(CREDIT, 0) + incoming.get(CREDIT, 0)
    pbx = {name: count for name, count in incoming.items() if ledger.catalog[name] == "pbx"}
    charged, held = (_credits(dues.charge), {}) if dues.are_paid_by(free) else ({}, pbx)
    lots = {"charged": ledger.lots(charged), "held": ledger.lots(held)}
    return Coverage(on=today, months=dues.months, units=dues.units, **lots)


def coverage_on_device(ledger: Ledger, project: str, incoming: Holdings, today: date) -> Coverage | Rejection | None:
    """The same for licenses that come in on a device: only the balance pays for them, and they can't wait as held."""
    what = coverage(ledger, project, {name: n for name, n in incoming.items() if name != CREDIT}, today)
    if what is None or what.charged:
        return what
    free = ledger.projects[project].free.get(CREDIT, 0)
    return Rejection("ssc_insufficient", {"wanted": credits_for(what.units * what.months), "free": free})


def covered(ledger: Ledger, project: str, what: Coverage | None) -> Ledger:
    """The ledger after licenses came in: what was charged is gone, what is held waits apart from the balance."""
    if what is None:
        return ledger
    gone = plus(holdings_of(what.charged), holdings_of(what.held))
    held = plus(ledger.held.get(project, {}), holdings_of(what.held))
    waiting = ledger.held.set(project, held) if held else ledger.held
    return ledger._replace(projects=ledger.debited(project, gone), held=waiting)


def unheld(ledger: Ledger, project: str, units: Holdings) -> Ledger:
    """The ledger with these licenses of a project waiting no more."""
    rest = minus(ledger.held[project], units)
    return ledger._replace(held=ledger.held.set(project, rest) if rest else ledger.held.delete(project))


def facts_of(ledger: Ledger, project: str) -> ServiceFacts:
    """What the price of a project depends on."""
    known = ledger.projects[project]
    return ServiceFacts(
        project=project,
        period=ledger.service.get(project),
        units=units_of(ledger, known.free) + units_of(ledger, known.allocated),
        held_units=units_of(ledger, ledger.held.get(project, {})),
    )


def units_of(ledger: Ledger, holdings: Holdings) -> int:
    """PBX licenses, each times the weight of its type (rule D5)."""
    return sum(count * ledger.facts[name].weight for name, count in holdings.items() if ledger.catalog[name] == "pbx")


def _credits(charge: int) -> Holdings:
    return {CREDIT: charge} if charge else {}


def _refuse_price(ledger: Ledger, quote: Quote, preview: str) -> Rejection | None:
    if quote.digest() != preview:
        return Rejection("preview_stale", {"credits": quote.charge})
    free = ledger.projects[quote.project].free.get(CREDIT, 0)
    if quote.charge > free:
        return Rejection("ssc_insufficient", {"wanted": quote.charge, "free": free})
    return None


def _refuse_release(ledger: Ledger, project: str, released: Holdings) -> Rejection | None:
    if len(released) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    free = ledger.projects[project].free
    for name, count in released.items():
        if free.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return None


def _released(ledger: Ledger, event: SoftwareServiceBought | HeldLicensesReleased) -> Ledger:
    paid = ledger._replace(projects=ledger.debited(event.project, holdings_of(event.lots)))
    if not event.released:
        return paid
    return paid._replace(
        projects=paid.credited(event.project, holdings_of(event.released)),
        held=paid.held.delete(event.project),
    )
