"""Blocks: staff stops a key, a device or a company, and lets it go on."""

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
from ledger.application.queries.blocks import BlockView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.http.one_time_codes import symbols_of
from ledger.entrypoints.api.models.blocks import BlockBody, BlockResponse
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, InOrderOfEntries, Limit, PageView
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused

router = APIRouter(prefix="/v1", tags=["staff"])


@router.post("/blocks", status_code=201)
async def block(body: BlockBody, sender: TheCommandSender, command_id: CommandIdOfRequest) -> BlockResponse:
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
    return BlockResponse(subject=_subject(command), sequence=await sender.send(command, command_id))


@router.post("/blocks/releases", status_code=201)
async def unblock(body: BlockBody, sender: TheCommandSender, command_id: CommandIdOfRequest) -> BlockResponse:
    """Let a key, a device or a company go on. For the vendor's staff."""
    reason, reference = body.reason, body.reference
    match _the_one(body):
        case "key", key:
            command: BlockCommand = UnblockActivationKey(key_digest=key, reason=reason, reference=reference)
        case "device", serial:
            command = UnblockDevice(serial=serial, reason=reason, reference=reference)
        case _, company:
            command = UnblockCompany(company=company, reason=reason, reference=reference)
    return BlockResponse(subject=_subject(command), sequence=await sender.send(command, command_id))


@router.get("/blocks", dependencies=[Reached])
async def list_blocks(
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    limit: Limit = PAGE_ROWS,
    holding: Annotated[bool, Query(description="Only those that hold now; false for lifted ones, too.")] = True,  # noqa: FBT002
) -> PageView[BlockView]:
    """Blocks in their order: all for staff; for a company's administrators its own and those of its devices."""
    page = await services.queries.blocks(caller.viewer, walk.start, limit, only_holding=holding)
    return walk.paged(page, lambda row: row.sequence)


def _the_one(body: BlockBody) -> tuple[str, str]:
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


def _named(body: BlockBody) -> tuple[tuple[str, str | None], ...]:
    return ("key", body.activation_key), ("device", body.serial), ("company", body.company)


def _subject(command: BlockCommand) -> str:
    match command:
        case BlockActivationKey() | UnblockActivationKey():
            return f"activation-keys/{command.key_digest}"
        case BlockDevice() | UnblockDevice():
            return f"devices/{command.serial}"
        case BlockCompany() | UnblockCompany():
            return f"companies/{command.company}"
