"""Software service: looked at, bought at a price that was looked at, and used for upgrades."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from contracts.accounts import device_account, project_account
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, UpgradeLicenses
from contracts.dates import civil_day, reminders
from contracts.software_service import MAX_BOUGHT_MONTHS
from ledger.application.queries.software_service import ServiceState
from ledger.domain.software_service_quotes import Dues, Quote, quote_months, quote_release, still_owed
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CommandSender, ProjectOfPath, TheCommandSender
from ledger.entrypoints.api.http.results import came, charged, entry_of, result
from ledger.entrypoints.api.models.software_service import (
    BuySoftwareServiceBody,
    LicensesUpgradedResponse,
    ReleaseHeldBody,
    ServicePrice,
    ServiceStatus,
    SoftwareServiceResponse,
    UpgradeLicensesBody,
)
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1/projects/{project}", tags=["software service"])
NOTHING_OWED = Dues(months=0, units=0)


@router.get("/software-service", dependencies=[Reached], response_model=ServiceStatus)
async def get_software_service(
    project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """Whether it runs, until when, and what waits to be paid."""
    state = await _state(services, caller, project)
    return etag_response(known, _status(state, civil_day(services.clock())))


@router.get("/software-service/price", dependencies=[Reached], response_model=ServicePrice)
async def get_price_of_months(
    project: ProjectOfPath,
    known: IfNoneMatch,
    services: TheServices,
    caller: TheCaller,
    months: Annotated[int, Query(ge=0, le=9_999)],
) -> Response:
    """What so many more months cost now, and where they lead. Nothing is reserved.

    Held licenses are not in the price while service runs; what they owe to the same end is said beside it.
    """
    state, today = await _state(services, caller, project), civil_day(services.clock())
    quote = quote_months(state.facts, months, today) if 1 <= months <= MAX_BOUGHT_MONTHS else None
    if quote is None:
        raise Refused("months_range", extras={"limit": MAX_BOUGHT_MONTHS})
    if quote.units == 0:
        raise Refused("ssa_no_licenses")
    return etag_response(known, _price(quote, state, still_owed(state.facts, quote, today)))


@router.get("/software-service/held-licenses/price", dependencies=[Reached], response_model=ServicePrice)
async def get_price_of_held_licenses(
    project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """What the held licenses owe to the end of the project's service."""
    state = await _state(services, caller, project)
    if not state.held:
        raise Refused("nothing_held")
    return etag_response(known, _price(quote_release(state.facts, civil_day(services.clock())), state, NOTHING_OWED))


@router.post("/software-service", status_code=201)
async def buy_software_service(
    project: ProjectOfPath, body: BuySoftwareServiceBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> SoftwareServiceResponse:
    """Pay for months of software service for all licenses of the project, at the price that was looked at."""
    command = BuySoftwareService(project=project, months=body.months, preview=body.preview_digest)
    return await _paid(sender, project, await sender.send(command, command_id))


@router.post("/software-service/held-licenses/releases", status_code=201)
async def release_held_licenses(
    project: ProjectOfPath, body: ReleaseHeldBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> SoftwareServiceResponse:
    """Pay what held licenses owe; then they are free in the balance."""
    command = ReleaseHeldLicenses(project=project, preview=body.preview_digest)
    return await _paid(sender, project, await sender.send(command, command_id))


@router.post("/upgrades", status_code=201)
async def upgrade_licenses(
    project: ProjectOfPath, body: UpgradeLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> LicensesUpgradedResponse:
    """Exchange PBX licenses for a newer major version while software service runs."""
    serial = serial_of(body.serial) if body.serial is not None else None
    command = UpgradeLicenses(project=project, serial=serial, version=body.version)
    sequence = await sender.send(command, command_id)
    entry = await entry_of(sender, sequence)
    account = project_account(project) if serial is None else device_account(serial)
    return LicensesUpgradedResponse(project=project, licenses=entry and came(entry, account), sequence=sequence)


async def _paid(sender: CommandSender, project: str, sequence: int) -> SoftwareServiceResponse:
    entry = await entry_of(sender, sequence)
    state = await result(sender, sequence, lambda: sender.services.queries.service(sender.caller.viewer, project))
    period = state and state.facts.period
    return SoftwareServiceResponse(
        project=project,
        ends_on=period and period.ends_on,
        credits=None if entry is None else charged(entry, project),
        released=entry and came(entry, project_account(project)),
        sequence=sequence,
    )


async def _state(services: Services, caller: LedgerCaller, project: str) -> ServiceState:
    return require_found(await services.queries.service(caller.viewer, project), "project_unknown")


def _status(state: ServiceState, today: date) -> ServiceStatus:
    period = state.facts.period
    lapsed_or_running: Literal["running", "lapsed"] = "running" if state.facts.runs(today) else "lapsed"
    return ServiceStatus(
        project=state.facts.project,
        state="none" if period is None else lapsed_or_running,
        anchor=period.anchor if period else None,
        months=period.months if period else None,
        ends_on=period.ends_on if period else None,
        remind_on=list(reminders(period.ends_on)) if period else [],
        units=state.facts.units,
        free_credits=state.free_credits,
        held=list(state.held),
    )


def _price(quote: Quote, state: ServiceState, owed: Dues) -> ServicePrice:
    return ServicePrice(
        project=quote.project,
        units=quote.units,
        charged_months=quote.charged_months,
        credits=quote.charge,
        free_credits=state.free_credits,
        ends_on=quote.period.ends_on if quote.period else None,
        held_units=owed.units,
        held_credits=owed.charge,
        preview_digest=quote.digest(),
    )
