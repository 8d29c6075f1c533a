"""What a command has made, for its answer: read back where the read side, milliseconds behind, has it in time.

The command is done in any case, so an answer lacks what could not be read.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from contracts.accounts import held_account, project_account
from contracts.licenses import CREDIT
from contracts.outcomes import Accepted
from ledger.application.queries.history import EntrySearch, EntryView
from ledger.entrypoints.api.http.commands import CommandSender
from ledger.entrypoints.api.models.licenses import MovedLicensesView
from runtime.denied import NoRight
from runtime.trouble import Trouble
from runtime.web.consistency import reaches

RESULT_SECONDS = 1.0
"""How long a command waits for the read side."""

T = TypeVar("T")


async def result(sender: CommandSender, sequence: int, read: Callable[[], Awaitable[T | None]]) -> T | None:
    """What is read once the rows stand for the command's entry; None if that takes too long or may not be seen."""
    with suppress(Trouble, NoRight):
        if await reaches(sender.services, sequence, seconds=RESULT_SECONDS):
            return await read()
    return None


async def entry_of(sender: CommandSender, sequence: int) -> EntryView | None:
    """What the caller sees of the entry that its command became."""

    async def read() -> EntryView | None:
        page = await sender.services.queries.entries(sender.caller.viewer, EntrySearch(), sequence - 1, 1)
        return next((row for row in page.rows if row.sequence == sequence), None) if page else None

    return await result(sender, sequence, read)


async def issue_of(sender: CommandSender, serial: str, outcome: Accepted) -> int | None:
    """The number of the license file that a command gave a device; only a repeated command needs the read side."""

    async def read() -> int | None:
        device = await sender.services.queries.device_as_of(sender.caller.viewer, serial, outcome.sequence)
        return None if device is None else device.issue

    return await result(sender, outcome.sequence, read) if outcome.issue is None else outcome.issue


def came(entry: EntryView, *accounts: str) -> list[MovedLicensesView]:
    """What came onto some accounts, each type once."""
    counts: dict[str, int] = {}
    for row in entry.movements:
        if row.account in accounts and row.count > 0:
            counts[row.license_type] = counts.get(row.license_type, 0) + row.count
    return [MovedLicensesView(license_type=name, count=count) for name, count in counts.items()]


def waiting(entry: EntryView, project: str) -> list[MovedLicensesView]:
    """What came to a project and waits until it is paid for."""
    return came(entry, held_account(project))


def charged(entry: EntryView, project: str) -> int:
    """Credits of software service that a project paid with."""
    account = project_account(project)
    paid = (row.count for row in entry.movements if (row.account, row.license_type) == (account, CREDIT))
    return -sum(count for count in paid if count < 0)
