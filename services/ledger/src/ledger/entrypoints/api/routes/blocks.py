"""Blocks and return limits: staff stops a key, a device or a company, and lets it go on."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.codes import activation_key
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCommand,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.commands.returns import ReleaseReturnLimit
from ledger.application.queries.blocks import BlockView
from ledger.application.queries.returns import ReturnLimitReleaseView, SpentCertificateView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheAsker, serial_of
from ledger.entrypoints.api.http.problems import Refused
from ledger.entrypoints.api.http.reading import PAGE_ROWS, Cursor, Limit, PageView, Reached, after_numbers, paged
from ledger.entrypoints.api.models import staff as bodies
from ledger.entrypoints.api.routes.activation_keys import symbols_of

router = APIRouter(prefix="/v1", tags=["staff"])


@router.post("/blocks", status_code=201)
async def block(body: bodies.BlockBody, asker: TheAsker, command_id: CommandIdOfRequest) -> bodies.Blocked:
    """Stop a key, a device or a company. For the vendor's staff.

    A blocked key cannot be redeemed; a blocked device gets neither licenses nor license files; a blocked company can
    do nothing but look.
    """
    reason, reference = body.reason, body.reference
    match _the_one(body):
        case "key", key:
            command: BlockCommand = BlockActivationKey(key_digest=key, reason=reason, reference=reference)
        case "device", serial:
            command = BlockDevice(serial=serial, reason=reason, reference=reference)
        case _, company:
            command = BlockCompany(company=company, reason=reason, reference=reference)
    return bodies.Blocked(subject=_subject(command), sequence=await asker.ask(command, command_id))


@router.post("/blocks/releases", status_code=201)
async def unblock(body: bodies.BlockBody, asker: TheAsker, command_id: CommandIdOfRequest) -> bodies.Blocked:
    """Let a key, a device or a company go on. For the vendor's staff."""
    reason, reference = body.reason, body.reference
    match _the_one(body):
        case "key", key:
            command: BlockCommand = UnblockActivationKey(key_digest=key, reason=reason, reference=reference)
        case "device", serial:
            command = UnblockDevice(serial=serial, reason=reason, reference=reference)
        case _, company:
            command = UnblockCompany(company=company, reason=reason, reference=reference)
    return bodies.Blocked(subject=_subject(command), sequence=await asker.ask(command, command_id))


@router.get("/blocks", dependencies=[Reached])
async def list_blocks(
    services: TheServices,
    caller: TheCaller,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
    holding: Annotated[bool, Query(description="Only those that hold now; false for lifted ones, too.")] = True,  # noqa: FBT002
) -> PageView[BlockView]:
    """Blocks in their order: all for staff; for a company's administrators its own and those of its devices."""
    (after,) = after_numbers(cursor, 1)
    page = await services.staff.blocks(caller.viewer, after, limit, only_holding=holding)
    return paged(page, lambda row: str(row.sequence))


@router.post("/devices/{serial}/return-limit-releases", status_code=201)
async def release_return_limit(
    serial: SerialOfPath, body: bodies.StaffBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.LimitReleased:
    """Let a device give back again that has done so five times within 30 days. For the vendor's staff."""
    command = ReleaseReturnLimit(serial=serial, reason=body.reason, reference=body.reference)
    return bodies.LimitReleased(serial=serial, sequence=await asker.ask(command, command_id))


@router.get("/return-limit-releases", dependencies=[Reached])
async def list_return_limit_releases(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[ReturnLimitReleaseView]:
    """Devices that staff let give back again, and why. For the vendor's staff."""
    (after,) = after_numbers(cursor, 1)
    page = await services.staff.return_limit_releases(caller.viewer, after, limit)
    return paged(page, lambda row: str(row.sequence))


@router.get("/spent-certificates", dependencies=[Reached])
async def list_spent_certificates(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[SpentCertificateView]:
    """Devices that showed a certificate which they had given up, such as one from a backup. For the vendor's staff."""
    (after,) = after_numbers(cursor, 1)
    page = await services.staff.spent_certificates(caller.viewer, after, limit)
    return paged(page, lambda row: str(row.sequence))


def _the_one(body: bodies.BlockBody) -> tuple[str, str]:
    """What is named, as the ledger knows it; raises Refused unless it is exactly one thing."""
    named = [(kind, text) for kind, text in _named(body) if text is not None]
    if len(named) != 1:
        raise Refused("request_invalid", "Name exactly one of activation_key, serial and company.")
    kind, text = named[0]
    match kind:
        case "key":
            return kind, activation_key.digest(symbols_of(text))
        case "device":
            return kind, serial_of(text)
        case _:
            return kind, text


def _named(body: bodies.BlockBody) -> tuple[tuple[str, str | None], ...]:
    return ("key", body.activation_key), ("device", body.serial), ("company", body.company)


def _subject(command: BlockCommand) -> str:
    match command:
        case BlockActivationKey() | UnblockActivationKey():
            return f"activation-keys/{command.key_digest}"
        case BlockDevice() | UnblockDevice():
            return f"devices/{command.serial}"
        case BlockCompany() | UnblockCompany():
            return f"companies/{command.company}"
