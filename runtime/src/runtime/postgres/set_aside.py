"""What the rows of a log are made without, and where they stopped: the part of a projector's store that ADR 18 needs.

The schema has tables `set_aside_entries (ledger, sequence, entry_hash)` and
`stops (ledger, sequence, entry_hash, law, sentence, waiting)`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from contracts.events.set_aside import SettingAsideProposed
from contracts.log.exclusions import Exclusions, Named
from contracts.log.stop import Stop
from runtime.postgres import staff_texts
from runtime.postgres.log_store import PostgresLogStore
from runtime.set_aside import LogStopView, StoppedEntryView, WaitingDecisionView

_KNOWN = "SELECT sequence, entry_hash FROM set_aside_entries WHERE ledger = $1"
_KEEP = "INSERT INTO set_aside_entries (ledger, sequence, entry_hash) VALUES ($1, $2, $3)"
_TABLES = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema AND column_name = 'ledger'"
)
_STOP = """
INSERT INTO stops (ledger, sequence, entry_hash, law, sentence, waiting) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger) DO UPDATE
   SET sequence = excluded.sequence, entry_hash = excluded.entry_hash, law = excluded.law,
       sentence = excluded.sentence, waiting = excluded.waiting"""
_STOPPED = "SELECT sequence, entry_hash, law, sentence, waiting FROM stops WHERE ledger = $1"


class PostgresSetAsides(PostgresLogStore, ABC):
    """Begins an implementation of LogStore and SetAsideStore. What is in the tables `kept` follows from no entry."""

    kept: frozenset[str]

    @abstractmethod
    async def decisions(self, connection: Any, ledger: int) -> list[tuple[int, Named]]:
        """What the decisions among the rows name, each with its entry, in their order."""

    async def exclusions(self, ledger: int) -> Exclusions:
        async with self.transaction("read what is set aside") as connection:
            known = dict(await connection.fetch(_KNOWN, ledger))
            return Exclusions(known, decisions=await self.decisions(connection, ledger))

    async def begin_again(self, ledger: int, set_aside: Named) -> None:
        """Take all rows of a log away, its position too, and keep what the next ones are made without."""
        async with self.transaction("begin a log again") as connection:
            if dict(await connection.fetch(_KNOWN, ledger)) == set_aside:
                return  # another projector has done so
            for (table,) in await connection.fetch(_TABLES):
                if table not in self.kept:
                    await connection.execute(f"DELETE FROM {table} WHERE ledger = $1", ledger)  # noqa: S608 - ours
            await connection.executemany(_KEEP, [(ledger, *one) for one in set_aside.items()])

    async def note_stop(self, ledger: int, stop: Stop | None, waiting: Sequence[SettingAsideProposed]) -> None:
        async with self.transaction("note where a log is stopped") as connection:
            if stop is None:
                await connection.execute("DELETE FROM stops WHERE ledger = $1", ledger)
                return
            proposals = json.dumps([one.model_dump(mode="json") for one in waiting])
            said = (stop.sequence, stop.entry_hash, stop.law, stop.sentence)
            await connection.execute(_STOP, ledger, *said, proposals)


def named_in(entries: str) -> Named:
    """The entries that a decision names, as its row has them."""
    return {one["sequence"]: one["entry_hash"] for one in json.loads(entries)}


async def read_stop(connection: Any, ledger: int, texts: str) -> LogStopView:
    """Where the rows are stopped, and what waits there; with the texts of proposals that lie in the table `texts`."""
    row: Any = await connection.fetchrow(_STOPPED, ledger)
    if row is None:
        return LogStopView(stopped=None, waiting=[])
    *entry, waiting = row
    named = dict(zip(StoppedEntryView.model_fields, entry, strict=True))
    proposals = await staff_texts.with_texts(connection, ledger, texts, json.loads(waiting))
    return LogStopView(
        stopped=StoppedEntryView.model_validate(named),
        waiting=[WaitingDecisionView.model_validate(one) for one in proposals],
    )
