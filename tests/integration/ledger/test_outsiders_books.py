"""Who has only what we publish comes to the rows of the read side, after any history."""

import ast
import asyncio
import itertools
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings

from contracts.actors import Actor
from contracts.commands import Command
from contracts.identifiers import command_id_of
from contracts.log.entries import decode_entry, encode_entry
from contracts.log.envelope import GENESIS, entry_hash
from ledger.adapters.postgres import database
from ledger.adapters.postgres.books import PostgresBooks
from ledger.adapters.postgres.projection.store import PostgresProjection
from ledger.adapters.postgres.queries.exports import PostgresExports
from ledger.adapters.postgres.queries.ledger_queries import PostgresQueries
from ledger.application.queries.devices import DeviceSearch
from ledger.application.queries.exports import Wanted
from ledger.application.queries.projects import ProjectPlace, ProjectSearch
from ledger.application.queries.visibility import Viewer
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from runtime.projection.store import Position
from tests.support import outsiders_books
from tests.support.databases import as_role
from tests.support.laws import examples
from tests.support.ledger import histories_all as every
from tests.support.ledger import story
from tests.support.ledger.projector_at_work import connected
from tests.support.outsiders_books import Books

STAFF = Viewer(story.STAFF, story.VENDOR)
MANY, BATCH = 10_000, 7
_numbers = itertools.count()


def test_the_outsider_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(outsiders_books.__file__).read_text(encoding="utf-8"))
    imports = [one for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom)]
    names = {name.name for one in imports if isinstance(one, ast.Import) for name in one.names}
    names |= {str(one.module) for one in imports if isinstance(one, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@given(every.histories)
@example(every.LINKED)
@settings(
    max_examples=examples(8),
    phases=(Phase.explicit, Phase.generate),  # an example that fails is told as it is: making it smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_an_outsiders_books_are_the_rows_of_the_read_side(
    database_url: str, history: list[tuple[Actor | None, Command, int]]
) -> None:
    number, books = next(_numbers), Books()
    records = recorded(number, every.moments(history))
    for record in records:
        books.read(record)

    seen = asyncio.run(rows(database_url, number, records))

    for what, said in told(books).items():
        assert said == seen[what], what


def recorded(number: int, moments: Sequence[tuple[Actor | None, Command, datetime]]) -> list[bytes]:
    """The log that a history of commands leaves."""
    ledger, head, records = Ledger(), GENESIS, list[bytes]()
    for actor, command, now in moments:
        seen = every.as_seen(ledger, command, now)
        who = actor or every.whoever_may(ledger, seen) if ledger.sequence else story.operator
        event = decide(ledger, seen, who, now=now)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=now, by=str(who))
        command_id = command_id_of("outsider", str(ledger.sequence))
        record = encode_entry(
            event,
            ledger=number,
            sequence=ledger.sequence,
            prev=head,
            at=now,
            command_id=command_id,
            command_hash="b" * 64,
            actor=str(who),
            correlation_id="outsider",
        )
        records.append(record)
        head = entry_hash(record)
    return records


async def rows(url: str, number: int, records: Sequence[bytes]) -> dict[str, Any]:
    """What the read side says of a log, as staff sees it."""
    async with projected(url, number, records) as queries:
        async with database.pool(as_role(url, "ledger-projector"), most=1) as pool:
            differences = await PostgresBooks(pool).differences()
        export = PostgresExports(queries).balances(STAFF, Wanted(until=len(records)))
        devices = await queries.find_devices(STAFF, DeviceSearch(), "", MANY)
        projects = await queries.projects(STAFF, ProjectSearch(), ProjectPlace(), MANY)
        delivered = await queries.delivered_devices(STAFF, "", "", MANY)
        return {
            "differences": differences.get(number, []),
            "balances": {(row[0], row[1]): row[2] async for batch in export for row in batch},
            "companies": {one.project: one.company for one in projects.rows},
            "devices": {one.serial: _device(one.model_dump()) for one in devices.rows} if devices else {},
            "rights": dict([one for project in projects.rows async for one in _rights(queries, project.project)]),
            "service": dict([one for project in projects.rows async for one in _service(queries, project.project)]),
            "warranties": {one.serial: (one.model, str(one.delivered_on), str(one.ends_on)) for one in delivered.rows},
        }


def told(books: Books) -> dict[str, Any]:
    """What the outsider says, in the form of `rows`."""
    return {
        "differences": [],
        "balances": {place: count for place, count in books.balances.items() if count},
        "companies": books.companies,
        "devices": {serial: _device(one) for serial, one in books.devices.items()},
        "rights": {who: sorted(rights) for who, rights in books.rights.items() if rights},
        "service": books.service,
        "warranties": {
            serial: (one["model"], one["delivered_on"], one["ends_on"]) for serial, one in books.warranties.items()
        },
    }


def _device(said: dict[str, Any]) -> tuple[Any, ...]:
    licenses = {(lot["license_type"], lot["license_class"], lot["count"]) for lot in said["licenses"]}
    return said["project"], said["generation"], said["issue"], licenses


async def _rights(queries: PostgresQueries, project: str) -> AsyncIterator[tuple[tuple[str, str, str], list[str]]]:
    page = await queries.grants(STAFF, project, ("", ""), MANY)
    for one in page.rows if page else ():
        yield (one.account, one.acting_for, project), sorted(one.rights)


async def _service(queries: PostgresQueries, project: str) -> AsyncIterator[tuple[str, str]]:
    state = await queries.service(STAFF, project)
    if state and state.facts.period:
        yield project, str(state.facts.period.ends_on)


@asynccontextmanager
async def projected(url: str, number: int, records: Sequence[bytes]) -> AsyncGenerator[PostgresQueries]:
    """The read side of a log, in batches as the projector writes them."""
    async with connected(as_role(url, "ledger-projector")) as connection:
        await database.migrate(connection)
    async with database.pool(as_role(url, "ledger-projector"), most=1) as pool:
        store, at = PostgresProjection(pool), Position()
        await store.position(number)
        for start in range(0, len(records), BATCH):
            part = records[start : start + BATCH]
            end = start + len(part)
            to = Position(end, entry_hash(part[-1]), end)
            await store.apply(number, at, to, [decode_entry(record) for record in part])
            at = to
    async with database.pool(as_role(url, "ledger-api"), most=2) as pool:
        yield PostgresQueries(pool, number)
