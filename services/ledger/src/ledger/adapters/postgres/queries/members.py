"""The queries on members, rights, offers and claim codes, each in one read-only snapshot."""

from typing import Any

from contracts.fields import Right
from ledger.adapters.postgres.queries.queries import one_page, snapshot
from ledger.adapters.postgres.queries.visibility import Scope, scope_of
from ledger.application.queries.members import (
    ClaimCodeView,
    CompanyOfferView,
    GrantView,
    InvitationView,
    MemberView,
    OfferView,
)
from ledger.application.queries.queries import NoRight, Page, Viewer

_MEMBERS = """
SELECT account, administrator, sequence, time AS since FROM members
 WHERE ledger = $1 AND company = $2 AND account > $3 ORDER BY account LIMIT $4"""
_GRANTS = """
SELECT account, acting_for, rights, sequence, time AS since FROM grants
 WHERE ledger = $1 AND project = $2 AND (account, acting_for) > ($3, $4) ORDER BY account, acting_for LIMIT $5"""
_OFFERS_WALK = """
SELECT serial, company, offered_to, sequence, time AS offered FROM device_offers
 WHERE ledger = $1 AND serial > $2 {} ORDER BY serial LIMIT $3"""
_ALL_OFFERS = _OFFERS_WALK.format("")
# Two walks, since a condition with OR would look at every offer of the ledger.
_OWN_OFFERS = f"""
({_OFFERS_WALK.format("AND offered_to = $4")})
UNION ({_OFFERS_WALK.format("AND company = $4 AND ($5 OR project = ANY($6))")}) ORDER BY serial LIMIT $3"""
_CODES = """
SELECT code_digest, code_hint, expires, serial, sequence, time AS created,
       CASE WHEN serial IS NOT NULL THEN 'used' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END AS state
  FROM claim_codes WHERE ledger = $1 AND project = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"""

_INVITATIONS = """
SELECT code_digest, code_hint, expires, account, sequence, time AS created,
       CASE WHEN account IS NOT NULL THEN 'accepted' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END AS state
  FROM invitations WHERE ledger = $1 AND company = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"""
_COMPANY_OFFERS = """
SELECT company, offered_to, sequence, time AS offered FROM company_offers
 WHERE ledger = $1 AND ($2 OR offered_to = $3 OR company = $3) AND company > $4 ORDER BY company LIMIT $5"""


class PostgresPeopleQueries:
    """Implements PeopleQueries for one ledger, on a pool whose search_path is the schema."""

    def __init__(self, pool: Any, ledger: int) -> None:
        self._pool = pool
        self._ledger = ledger

    async def members(self, viewer: Viewer, company: str, after: str, limit: int) -> Page[MemberView] | None:
        async with snapshot(self._pool) as connection:
            if not await self._administers(connection, viewer, company):
                return None
            rows = await connection.fetch(_MEMBERS, self._ledger, company, after, limit + 1)
            return one_page((MemberView(**row) for row in rows), limit)

    async def grants(self, viewer: Viewer, project: str, after: tuple[str, str], limit: int) -> Page[GrantView] | None:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            if not await self._may(connection, scope, project, "rights"):
                return None
            rows = await connection.fetch(_GRANTS, self._ledger, project, *after, limit + 1)
            return one_page((GrantView(**row) for row in rows), limit)

    async def offers(self, viewer: Viewer, after: str, limit: int) -> Page[OfferView]:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            handled = [project for project, rights in scope.grants.items() if "licenses" in rights]
            own = (scope.company, scope.administers, handled)
            query, seen = (_ALL_OFFERS, ()) if scope.sees_all else (_OWN_OFFERS, own)
            rows = await connection.fetch(query, self._ledger, after, limit + 1, *seen)
            return one_page((OfferView(**row) for row in rows), limit)

    async def claim_codes(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[ClaimCodeView] | None:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            if not await self._may(connection, scope, project, "licenses"):
                return None
            rows = await connection.fetch(_CODES, self._ledger, project, after, limit + 1)
            return one_page((ClaimCodeView(**row) for row in rows), limit)

    async def invitations(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[InvitationView] | None:
        async with snapshot(self._pool) as connection:
            if not await self._administers(connection, viewer, company):
                return None
            rows = await connection.fetch(_INVITATIONS, self._ledger, company, after, limit + 1)
            return one_page((InvitationView(**row) for row in rows), limit)

    async def company_offers(self, viewer: Viewer, after: str, limit: int) -> Page[CompanyOfferView]:
        async with snapshot(self._pool) as connection:
            scope = await scope_of(connection, self._ledger, viewer)
            if not scope.administers:
                raise NoRight("rights")
            rows = await connection.fetch(
                _COMPANY_OFFERS, self._ledger, scope.sees_all, scope.company, after, limit + 1
            )
            return one_page((CompanyOfferView(**row) for row in rows), limit)

    async def _administers(self, connection: Any, viewer: Viewer, company: str) -> bool:
        """Whether the viewer may see who is in the company; raises NoRight where a no is no secret."""
        scope = await scope_of(connection, self._ledger, viewer)
        if not scope.sees_all and scope.company != company:
            return False
        if not scope.administers:
            raise NoRight("rights")
        return True

    async def _may(self, connection: Any, scope: Scope, project: str, right: Right) -> bool:
        query = "SELECT company FROM projects WHERE ledger = $1 AND project = $2"
        company: str | None = await connection.fetchval(query, self._ledger, project)
        return company is not None and scope.require(company, project, right)
