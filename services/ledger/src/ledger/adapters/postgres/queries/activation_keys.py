"""Queries of activation keys: for whoever types one in, and for lists and searches."""

import json
from typing import Any

from contracts.log.postings import held_account
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
    RedemptionTarget,
    TypedKey,
)
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.pages import Page, one_page

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
SELECT lots, project FROM activation_keys WHERE ledger = $1 AND key_digest = $2 AND redeemed_sequence = $3"""
_HELD = "SELECT license_type, units FROM movements WHERE ledger = $1 AND account = $2 AND sequence = $3"
_KEYS = f"""
SELECT key_digest, key_hint, lots, order_number, customer_reference, issued_sequence, issued,
       company, project, redeemed_sequence, redeemed, {block_columns.COLUMNS}
  FROM activation_keys AS k {block_columns.join(block_columns.key("k.key_digest"), ledger="k.ledger")}
 WHERE ledger = $1"""  # noqa: S608


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

    async def redemption(self, key_digest: str, sequence: int) -> list[RedeemedLicensesView] | None:
        async with self.snapshot() as connection:
            row = await connection.fetchrow(_REDEEMED, self.ledger, key_digest, sequence)
            if row is None:
                return None
            held = dict(await connection.fetch(_HELD, self.ledger, held_account(row["project"]), sequence))
            return [
                RedeemedLicensesView(**lot, held=held.get(lot["license_type"], 0)) for lot in json.loads(row["lots"])
            ]

    async def activation_keys(
        self, viewer: Viewer, order_number: str | None, after: int, limit: int
    ) -> Page[ActivationKeyView] | None:
        query = f"""{_KEYS} AND issued_sequence > $2 AND ($3::text IS NULL OR order_number = $3)
            ORDER BY issued_sequence LIMIT $4"""
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all:
                return None
            rows = await connection.fetch(query, self.ledger, after, order_number, limit + 1)
            return one_page(map(_key, await with_texts(connection, self.ledger, rows)), limit)

    async def activation_key(self, viewer: Viewer, key_digest: str) -> ActivationKeyView | None:
        async with self.seen(viewer) as (connection, scope):
            row = await connection.fetchrow(f"{_KEYS} AND key_digest = $2", self.ledger, key_digest)
            if row is None:
                return None
            if scope.sees_all:
                return _key((await with_texts(connection, self.ledger, [row]))[0])
            if row["project"] is None or await self._project(connection, scope, row["project"]) is None:
                return None
            return _key(row).model_copy(update={"order_number": None, "customer_reference": None})


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
