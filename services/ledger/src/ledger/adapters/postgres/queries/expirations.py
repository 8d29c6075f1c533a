"""Queries of what ends soon: for each kind, a walk of an index by the day of the end."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.fields import Right
from ledger.adapters.postgres.queries.past_visibility import Past, past_of
from ledger.adapters.postgres.queries.projects import PostgresProjectQueries
from ledger.adapters.postgres.queries.visibility import Reach, Scope, narrowed
from ledger.application.queries.expirations import (
    EXPIRING,
    ExpirationPlace,
    ExpirationSearch,
    ExpirationView,
    Expiring,
)
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

_COLUMNS = "ledger, ends_on, name, kind, company, project, serial, code_hint, expires, sequence"
_RIGHTS: Mapping[Expiring, Right] = {"claim_code": "licenses"}
"""Who may know of what ends, where that is not everybody who sees the project."""
# $2 is the last day, $3 the time, $4 to $6 the place behind which the page begins, $7 today.
_WALK = f"""
SELECT * FROM (SELECT {_COLUMNS} FROM expirations
  WHERE ledger = $1 AND kind = '{{kind}}' AND ends_on <= $2 AND (expires IS NULL OR expires > $3)
    AND (ends_on, name) >= ($4, $5) AND ((ends_on, name) > ($4, $5) OR kind > $6) AND {{place}}
  ORDER BY ends_on, name LIMIT $8) AS walk"""  # noqa: S608 - made of our own words
_GRANTED = """
SELECT * FROM (SELECT shown.* FROM unnest({projects}::text[]) AS granted (id) CROSS JOIN LATERAL ({walk}) AS shown
  ORDER BY ends_on, name LIMIT $8) AS granted"""
_PAGE = """
SELECT e.kind, e.company, e.project, p.name AS project_name, e.serial,
       CASE WHEN e.kind IN ('claim_code', 'invitation') THEN e.name END AS code_digest,
       e.code_hint, e.ends_on, e.ends_on - $7::date + 1 AS days_left, e.expires, e.sequence, n.actor
  FROM ({union} ORDER BY ends_on, name, kind LIMIT $8) AS e LEFT JOIN projects AS p USING (ledger, project)
  LEFT JOIN entries AS n ON n.ledger = $1 AND n.sequence = e.sequence AND e.kind IN ('claim_code', 'invitation')
 ORDER BY e.ends_on, e.name, e.kind"""


class PostgresExpirationQueries(PostgresProjectQueries):
    """Implements ExpirationQueries."""

    async def expirations(
        self, viewer: Viewer, wanted: ExpirationSearch, after: ExpirationPlace, limit: int
    ) -> Page[ExpirationView] | None:
        async with self.seen(viewer) as (connection, scope):
            place = None
            if wanted.project is not None:
                place = await self._project(connection, scope, wanted.project)
                if place is None:
                    return None
                if wanted.company not in (None, place.company):
                    return Page((), more=False)
            walks = _Walks()
            for kind in _kinds(scope, wanted.kind):
                right = _RIGHTS.get(kind, "view")
                if place is None:
                    walks.add(kind, await narrowed(connection, self.ledger, scope.lists(right), wanted.company))
                elif scope.may(place.company, place.project, right):
                    walks.add(kind, (False, None, [place.project]))
            span = wanted.until, wanted.now, *after, wanted.today, limit + 1
            rows = await connection.fetch(walks.page(), self.ledger, *span, *walks.arguments) if walks.parts else ()
            past = await past_of(connection, self.ledger, scope)
            return one_page((_view(row, past) for row in rows), limit)


def _view(row: Any, past: Past) -> ExpirationView:
    said: dict[str, Any] = dict(row)
    if said["actor"] is not None:
        said["actor"] = past.actor(said["actor"], said["company"])
    return ExpirationView(**said)


def _kinds(scope: Scope, wanted: Expiring | None) -> Iterator[Expiring]:
    """The kinds that are asked for and that the viewer may know of: a guarantee is not for everybody (rule F4)."""
    for kind in EXPIRING:
        if wanted in (None, kind) and (kind != "warranty" or scope.guarantee):
            yield kind


class _Walks:
    """The walks that a page is made of; their arguments come after those of every walk."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.arguments: list[Any] = []

    def add(self, kind: Expiring, reach: Reach) -> None:
        """The walks of a kind within a reach; an invitation is to a company, and in no project."""
        everything, company, projects = reach
        if everything:
            self.parts.append(_WALK.format(kind=kind, place="true"))
        if company is not None:
            self.parts.append(_WALK.format(kind=kind, place=f"company = {self._argument(company)}"))
        if projects and kind != "invitation":
            granted = _WALK.format(kind=kind, place="project = granted.id")
            self.parts.append(_GRANTED.format(projects=self._argument(projects), walk=granted))

    def page(self) -> str:
        return _PAGE.format(union=" UNION ".join(self.parts))

    def _argument(self, value: Any) -> str:
        self.arguments.append(value)
        return f"${8 + len(self.arguments)}"
