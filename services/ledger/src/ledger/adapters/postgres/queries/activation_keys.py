"""Queries of activation keys: for whoever types one in, and for lists and searches."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from contracts.accounts import held_account
from contracts.software_service import ServicePeriod
from ledger.adapters.postgres.queries import block_columns
from ledger.adapters.postgres.queries.lots import lots
from ledger.adapters.postgres.queries.projects import PostgresProjectQueries
from ledger.adapters.postgres.queries.texts import with_texts
from ledger.adapters.postgres.queries.visibility import Scope
from ledger.application.queries.activation_keys import (
    ActivationKeyView,
    RedeemedLicensesView,
    RedeemedView,
    Redemption,
    RedemptionTarget,
    TypedKey,
)
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, Start, one_page
from runtime.postgres.walks import walked

# Whose the project is now, not whose it was when the key was redeemed.
_TYPED = f"""
SELECT k.key_hint, k.lots, k.project, k.redeemed_sequence, k.redeemed, p.company, {block_columns.COLUMNS},
       (SELECT COALESCE(sum(l.count * t.weight), 0)::bigint
          FROM jsonb_to_recordset(k.lots) AS l (license_type text, count bigint)
          JOIN license_types AS t ON t.ledger = k.ledger AND t.license_type = l.license_type
         WHERE t.license_class = 'pbx') AS units
  FROM activation_keys AS k LEFT JOIN projects AS p USING (ledger, project)
  {block_columns.join(block_columns.key("k.key_digest"), ledger="k.ledger")}
 WHERE k.ledger = $1 AND k.key_digest = $2"""  # noqa: S608
_FREE = "SELECT license_type, free FROM balances WHERE ledger = $1 AND project = $2"
_PERIOD = "SELECT anchor, months FROM software_services WHERE ledger = $1 AND project = $2"
_REDEEMED = """
SELECT key_digest, redeemed_sequence, lots, project
  FROM activation_keys JOIN unnest($2::text[], $3::bigint[]) AS wanted (key_digest, redeemed_sequence)
 USING (key_digest, redeemed_sequence) WHERE ledger = $1"""
_HELD = """
SELECT m.sequence, m.license_type, m.units
  FROM unnest($2::text[], $3::bigint[]) AS wanted (account, sequence)
  JOIN movements AS m ON m.ledger = $1 AND m.account = wanted.account AND m.sequence = wanted.sequence"""
_KEYS = f"""
SELECT key_digest, key_hint, lots, order_number, customer_reference, issued_sequence, issued,
       company, project, redeemed_sequence, redeemed, {block_columns.COLUMNS}
  FROM activation_keys AS k {block_columns.join(block_columns.key("k.key_digest"), ledger="k.ledger")}
 WHERE ledger = $1"""  # noqa: S608
_ISSUED = f"""{_KEYS} AND issued_sequence {{behind}} $2 AND ($3::text IS NULL OR order_number = $3)
 ORDER BY issued_sequence {{direction}} LIMIT $4"""
_REDEEMED_INTO = f"""{_KEYS} AND project = $2 AND redeemed_sequence {{behind}} $3
 ORDER BY redeemed_sequence {{direction}} LIMIT $4"""

_WITHOUT_ORDER = {"order_number": None, "customer_reference": None}


class PostgresActivationKeyQueries(PostgresProjectQueries):
    """Implements RedemptionQueries and ActivationKeyQueries."""

    async def typed_key(self, viewer: Viewer, key_digest: str) -> TypedKey | None:
        async with self.seen(viewer) as (connection, scope):
            row = await connection.fetchrow(_TYPED, self.ledger, key_digest)
            return row and _typed(block_columns.viewed(row), scope)

    async def redemption_target(self, viewer: Viewer, project: str) -> RedemptionTarget | None:
        place = self.ledger, project
        async with self.seen(viewer) as (connection, scope):
            known = await self._project(connection, scope, project)
            if known is None:
                return None
            if not scope.as_partner().may(known.company, project, "licenses"):
                raise NoRight("licenses")
            period = await connection.fetchrow(_PERIOD, *place)
            return RedemptionTarget(
                archived=known.archived is not None,
                blocked=known.blocked,
                free=dict(await connection.fetch(_FREE, *place)),
                period=period and ServicePeriod(**period),
            )

    async def redemptions(self, wanted: Collection[Redemption]) -> dict[Redemption, list[RedeemedLicensesView]]:
        async with self.snapshot() as connection:
            rows = await connection.fetch(_REDEEMED, self.ledger, *map(list, zip(*wanted, strict=True)))
            accounts = [held_account(row["project"]) for row in rows]
            entries = [row["redeemed_sequence"] for row in rows]
            waiting = await connection.fetch(_HELD, self.ledger, accounts, entries)
        held = {(row["sequence"], row["license_type"]): row["units"] for row in waiting}
        return {Redemption(row["key_digest"], row["redeemed_sequence"]): _came(row, held) for row in rows}

    async def activation_keys(
        self, viewer: Viewer, order_number: str | None, start: Start, limit: int
    ) -> Page[ActivationKeyView] | None:
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all:
                return None
            rows = await connection.fetch(walked(_ISSUED, start), self.ledger, start.after, order_number, limit + 1)
            return one_page(map(_key, await with_texts(connection, self.ledger, rows)), limit)

    async def redeemed_keys(
        self, viewer: Viewer, project: str, start: Start, limit: int
    ) -> Page[ActivationKeyView] | None:
        async with self.seen(viewer) as (connection, scope):
            if await self._project(connection, scope, project) is None:
                return None
            query = walked(_REDEEMED_INTO, start)
            rows = await connection.fetch(query, self.ledger, project, start.after, limit + 1)
            if scope.sees_all:
                return one_page(map(_key, await with_texts(connection, self.ledger, rows)), limit)
            return one_page((_key(row).model_copy(update=_WITHOUT_ORDER) for row in rows), limit)

    async def activation_key(self, viewer: Viewer, key_digest: str) -> ActivationKeyView | None:
        async with self.seen(viewer) as (connection, scope):
            row = await connection.fetchrow(f"{_KEYS} AND key_digest = $2", self.ledger, key_digest)
            if row is None:
                return None
            if scope.sees_all:
                return _key((await with_texts(connection, self.ledger, [row]))[0])
            if row["project"] is None or await self._project(connection, scope, row["project"]) is None:
                return None
            return _key(row).model_copy(update=_WITHOUT_ORDER)


def _came(row: Any, held: Mapping[tuple[int, str], int]) -> list[RedeemedLicensesView]:
    """What a key became; `held` is what waits, by entry and type."""
    lots_of_key, sequence = json.loads(row["lots"]), row["redeemed_sequence"]
    return [RedeemedLicensesView(**lot, held=held.get((sequence, lot["license_type"]), 0)) for lot in lots_of_key]


def _typed(row: dict[str, Any], scope: Scope) -> TypedKey:
    project, used = row["project"], row["project"] is not None
    seen = used and scope.may(row["company"], project, "view")
    where = RedeemedView(project=project, sequence=row["redeemed_sequence"], time=row["redeemed"]) if seen else None
    return TypedKey(
        key_hint=row["key_hint"],
        licenses=tuple(LicensesView(**lot) for lot in json.loads(row["lots"])),
        units=row["units"],
        blocked=row["blocked"],
        is_redeemed=used,
        redeemed=where,
    )


def _key(row: Any) -> ActivationKeyView:
    said = block_columns.viewed(row)
    licenses = lots(said.pop("lots"))
    return ActivationKeyView(**said, licenses=licenses)
