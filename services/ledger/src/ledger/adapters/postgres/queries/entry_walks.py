"""Which entries a list of them has, in order: a walk of an index for each thing, as far as the page goes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.queries.past_visibility import stay

_ROWS = """
SELECT e.sequence, e.time, e.actor, e.event_type, e.subject, e.command_id, e.correlation_id, e.facts,
       e.projects, e.serials, {company} AS company, page.place
  FROM ({walk}) AS page JOIN entries AS e ON e.ledger = $1 AND e.sequence = page.sequence ORDER BY e.sequence {order}"""
# A walk for each thing and, where only some types are wanted, each type; an entry may concern several things.
_OF_THINGS = """
SELECT found.sequence, min(about.place) AS place
  FROM unnest({subjects}::text[], {owners}::text[]) WITH ORDINALITY AS about (subject, owner, place){types}
 CROSS JOIN LATERAL (
       SELECT s.sequence FROM subject_entries AS s
        WHERE s.ledger = $1 AND s.subject = about.subject{of_type} AND s.sequence {behind} {after} AND {shown}
        ORDER BY s.sequence {order} LIMIT {limit}) AS found
 GROUP BY found.sequence ORDER BY found.sequence {order} LIMIT {limit}"""
# A walk of the movements of one license type for each account; an entry may move it on both accounts of a project.
_OF_ACCOUNTS = """
SELECT DISTINCT found.sequence, about.place
  FROM unnest({accounts}::text[], {owners}::text[], {places}::integer[]) AS about (account, owner, place)
 CROSS JOIN LATERAL (
       SELECT DISTINCT s.sequence FROM movements AS s
        WHERE s.ledger = $1 AND s.account = about.account AND s.license_type = {license_type}
          AND s.sequence {behind} {after} AND {shown}
        ORDER BY s.sequence {order} LIMIT {limit}) AS found
 ORDER BY found.sequence {order} LIMIT {limit}"""
_OF_ALL = """
SELECT s.sequence, 1 AS place FROM entries AS s WHERE s.ledger = $1 AND s.sequence {behind} {after}
 ORDER BY s.sequence {order} LIMIT {limit}"""
_OF_ALL_OF_TYPES = """
SELECT found.sequence, 1 AS place FROM (SELECT) AS once{types}
 CROSS JOIN LATERAL (
       SELECT s.sequence FROM entries AS s WHERE s.ledger = $1{of_type} AND s.sequence {behind} {after}
        ORDER BY s.sequence {order} LIMIT {limit}) AS found
 ORDER BY found.sequence {order} LIMIT {limit}"""
_OF_OWNER = """(about.owner IS NULL OR EXISTS (
           SELECT FROM entries AS e CROSS JOIN unnest(e.companies) AS c (company)
            WHERE e.ledger = $1 AND e.sequence = s.sequence AND (c.company = about.owner OR EXISTS (
                  SELECT FROM predecessors AS p
                   WHERE p.ledger = $1 AND p.company = about.owner AND p.predecessor = c.company))))"""


class Thing(NamedTuple):
    """Something whose entries are shown, of a company, or as a device (`serial`) of several in turn.

    With an `owner` only those are shown that concern that company, or one that it took over. `about` is what a viewer
    is told that an entry is about, where it may not learn more: else the thing itself. `accounts` are those of which
    one may ask what moved there.
    """

    subject: str
    company: str | None = None
    serial: str | None = None
    owner: str | None = None
    about: str | None = None
    accounts: Sequence[str] = ()


class Span(NamedTuple):
    """What part of them: behind an entry, in one of two orders; of some types, or that moved one license type."""

    after: int | None
    limit: int
    types: Sequence[str] = ()
    newest_first: bool = False
    license_type: str | None = None


class Arguments:
    """Of a query whose $1 is the ledger."""

    def __init__(self, ledger: int) -> None:
        self.values: list[Any] = [ledger]

    def add(self, value: Any) -> str:
        """The placeholder of one more."""
        self.values.append(value)
        return f"${len(self.values)}"


def entries_of(
    things: Sequence[Thing] | None,
    span: Span,
    arguments: Arguments,
    *,
    shown: str = _OF_OWNER,
    company: str = "NULL",
) -> str:
    """The query for entries that concern any of some things, or for all entries; `place` counts the things from 1.

    `shown` is asked entry by entry (`s`); `company` tells whose an entry (`e`) is where its thing does not say it.
    """
    words = {
        "order": "DESC" if span.newest_first else "ASC",
        "behind": "<" if span.newest_first else ">",
        "after": arguments.add(_first(span) if span.after is None else span.after) + "::integer",
        "limit": arguments.add(span.limit),
        "types": "",
        "of_type": "",
        "shown": shown,
    }
    if span.types:
        words["types"] = f" CROSS JOIN unnest({arguments.add(list(span.types))}::text[]) AS wanted (event_type)"
        words["of_type"] = " AND s.event_type = wanted.event_type"
    if things is not None and span.license_type is not None:
        walk = _OF_ACCOUNTS.format(**words, **_accounts(things, arguments, span.license_type))
    elif things is None:
        walk = (_OF_ALL_OF_TYPES if span.types else _OF_ALL).format(**words)
    else:
        subjects, owners = arguments.add([one.subject for one in things]), arguments.add([one.owner for one in things])
        walk = _OF_THINGS.format(**words, subjects=subjects, owners=owners)
    return _ROWS.format(walk=walk, order=words["order"], company=company)


def _accounts(things: Sequence[Thing], arguments: Arguments, license_type: str) -> dict[str, str]:
    """Placeholders for the accounts of some things, each with the owner and the place of its thing."""
    rows = [(account, one.owner, place) for place, one in enumerate(things, 1) for account in one.accounts]
    names = ("accounts", "owners", "places")
    columns = {name: arguments.add([row[at] for row in rows]) for at, name in enumerate(names)}
    return {**columns, "license_type": arguments.add(license_type)}


def _first(span: Span) -> int:
    """Where the first page begins: behind no entry."""
    return MAX_SEQUENCE if span.newest_first else 0


def was_on_device(device: str, row: str, companies: str, projects: str) -> str:
    """Where a device was at the entry of a row, or just before, if that is in sight: see Sight.device."""
    stays = f"({stay(device, f'{row}.sequence')} UNION ALL {stay(device, f'{row}.sequence', '<')}) AS stay"
    return f"FROM {stays} WHERE company = ANY ({companies}) OR project = ANY ({projects})"
