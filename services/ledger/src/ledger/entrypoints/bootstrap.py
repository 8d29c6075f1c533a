"""`ledger-found`: begins a ledger with the default catalog. An operator does it once; doing it again is harmless."""

import argparse
import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pydantic import TypeAdapter, ValidationError

from contracts.actors import Operator
from contracts.commands.companies import FoundLedger
from contracts.identifiers import AccountId, LedgerNumber
from contracts.licenses import DEFAULT_CATALOG
from contracts.outcomes import Accepted, Rejected
from contracts.refusals import REFUSALS
from contracts.topics import OPERATOR_COMMANDS
from runtime import retry
from runtime.commands import Commands, Prover
from runtime.dead_letters import DeadLetters
from runtime.kafka import Connection, Producer
from runtime.logs import configure
from runtime.process import Failed, run
from runtime.settings import Port, Settings, load

SERVICE = "ledger-found"
PATIENCE_SECONDS = 60.0
"""How long broker and writer may take to come up."""
AGAIN_SECONDS = 0.5


class FoundSettings(Settings):
    """A command has no admin port; the variable is taken so that it can run in the environment of a process."""

    admin_port: Port = 0
    ledger: LedgerNumber = 0
    writer_key_file: Path


@dataclass(frozen=True, slots=True)
class _Founding:
    vendor: str
    administrator: str
    operator: str


def main() -> NoReturn:
    """Exit 0 when the ledger is founded, by this command or before."""
    parser = argparse.ArgumentParser(prog=SERVICE, description=__doc__)
    parser.add_argument("--vendor", required=True, type=_uuid, help="id of the vendor's own company")
    parser.add_argument("--administrator", required=True, type=_uuid, help="id of its first account")
    parser.add_argument("--operator", default="operator", help="who does this, for the record")
    founding = _Founding(**vars(parser.parse_args()))
    settings = load(FoundSettings)
    configure(SERVICE, settings.log_level)
    run(lambda stop: _found(settings, founding, stop))


async def _found(settings: FoundSettings, founding: _Founding, stop: asyncio.Event) -> None:
    outcome = await _outcome(settings, founding, stop)
    if isinstance(outcome, Accepted):
        _say(f"ledger {settings.ledger} is founded, its first entry is {outcome.sequence}")
    elif outcome.code == "ledger_already_founded":
        _say(f"ledger {settings.ledger} had been founded already")
    else:
        row = REFUSALS.get(outcome.code)
        raise Failed(f"{outcome.code}: {row.sentence if row else 'the ledger refused'}")


async def _outcome(settings: FoundSettings, founding: _Founding, stop: asyncio.Event) -> Accepted | Rejected:
    """Ask until the writer answers; the same command id each time."""
    connection = Connection.from_settings(settings)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS

    def give_up_in_time(trouble: Exception) -> None:
        if stop.is_set() or loop.time() > deadline:
            raise Failed(f"The ledger could not be founded: {trouble}") from None

    async with Producer(connection, client_id=SERVICE) as producer:
        letters = DeadLetters(producer, topic_prefix=settings.topic_prefix, service="operator")
        async with Commands(
            connection,
            producer,
            letters,
            Prover.from_file(settings.writer_key_file),
            service=SERVICE,
            topic=OPERATOR_COMMANDS,
            topic_prefix=settings.topic_prefix,
        ) as commands:
            return await retry.until_done(
                lambda: _ask(commands, settings.ledger, founding), pause_seconds=AGAIN_SECONDS, noted=give_up_in_time
            )


async def _ask(commands: Commands, ledger: int, founding: _Founding) -> Accepted | Rejected:
    command = FoundLedger(vendor=founding.vendor, administrator=founding.administrator, catalog=DEFAULT_CATALOG)
    name = command_id(ledger, founding.operator, command)
    return await commands.ask(
        command,
        ledger=ledger,
        command_id=name,
        actor=Operator(name=founding.operator),
        correlation_id=f"found-{name[:16]}",
    )


def command_id(ledger: int, operator: str, command: FoundLedger) -> str:
    """Of all that it says: with a later version's catalog it is another command, and refused as any second founding."""
    said = f"licensing/found-ledger/v2\n{ledger}\n{operator}\n".encode() + command.json_bytes()
    return hashlib.sha256(said).hexdigest()


def _uuid(text: str) -> str:
    try:
        return TypeAdapter(AccountId).validate_python(text)
    except ValidationError:
        raise argparse.ArgumentTypeError("it is no lower-case UUID") from None


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - the answer of a command goes to its user
