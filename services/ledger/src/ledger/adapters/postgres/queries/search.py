"""One search over serials, names, labels, keys, orders and references: by an index of trigrams, or by a beginning.

What matches is read only as far as it is listed: the planner reckons with all of it (MATERIALIZED), and so takes the
index, but the walk ends with the page.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from contracts.log.subjects import DEVICE, KEY, PROJECT, subject
from contracts.names import comparable_name
from ledger.adapters.postgres.queries import label_columns
from ledger.adapters.postgres.queries.device_search import device_search
from ledger.adapters.postgres.queries.project_search import project_search
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.queries.support_cases import found_cases
from ledger.adapters.postgres.queries.visibility import Reach, Scope, predecessors_of
from ledger.adapters.postgres.staff_texts import TABLE
from ledger.application.queries.devices import DeviceSearch
from ledger.application.queries.labels import LabelView
from ledger.application.queries.project_order import ProjectPlace
from ledger.application.queries.projects import ProjectSearch
from ledger.application.queries.search import FoundKind, HitView, SearchText, SearchView
from ledger.application.queries.visibility import Viewer

_VENDOR_PREFIX = "009033"
_LOOKED_AT = 3
"""How many times as many delivered devices are looked at as are listed: most of them are in projects by now."""

# $2 is what is looked for, $3 how many rows are wanted.
_HITS = "SELECT * FROM (WITH hits AS MATERIALIZED ({walk}) SELECT * FROM hits LIMIT $3) AS part"
_SERIALS = "SELECT serial FROM devices WHERE ledger = $1 AND serial LIKE $2"
_NAMES = "SELECT sequence FROM projects WHERE ledger = $1 AND comparable_name LIKE $2"
_HINTS = """
SELECT * FROM (SELECT k.key_digest, p.company, k.project
                 FROM activation_keys AS k LEFT JOIN projects AS p USING (ledger, project)
                WHERE ledger = $1 AND k.key_hint = $2) AS k WHERE true"""
_ORDERS = "SELECT key_digest FROM activation_keys WHERE ledger = $1 AND lower(order_number) LIKE lower($2)"
# A label of a device that has left the project finds nothing. Labels name the company that wrote them.
_LABELLED = """
SELECT id FROM texts.labels AS l WHERE ledger = $1 AND kind = '{kind}' AND searched LIKE $2{here}"""
_IS_HERE = """
   AND EXISTS (SELECT FROM devices AS d WHERE d.ledger = $1 AND d.serial = l.id AND d.project = l.project)"""
_STOCK = "SELECT serial FROM delivered_devices WHERE ledger = $1 AND serial LIKE $2"
_TEXTS = f"""
SELECT command_id, text FROM {TABLE}
 WHERE ledger = $1 AND member IN ('reference', 'customer_reference') AND lower(text) LIKE lower($2)"""  # noqa: S608

_FOUND_DEVICES = f"""
SELECT d.serial AS id, d.serial AS label, d.company, d.project, p.name AS project_name, {label_columns.COLUMNS}
  FROM devices AS d JOIN projects AS p USING (ledger, project) {label_columns.join("device", "d", "d.serial")}
 WHERE d.ledger = $1 AND d.serial = ANY ($2)"""  # noqa: S608 - made of our own words
_FOUND_PROJECTS = f"""
SELECT project AS id, name AS label, company, project, name AS project_name, {label_columns.COLUMNS}
  FROM projects AS p {label_columns.join("project", "p", "p.project")}
 WHERE ledger = $1 AND {{}} = ANY ($2)"""  # noqa: S608 - made of our own words
_FOUND_KEYS = """
SELECT k.key_digest AS id, k.{label} AS label, p.company, k.project, p.name AS project_name
  FROM activation_keys AS k LEFT JOIN projects AS p USING (ledger, project)
 WHERE ledger = $1 AND k.key_digest = ANY ($2)"""
_FOUND_STOCK = """
SELECT DISTINCT s.serial AS id, s.serial AS label, NULL AS company, NULL AS project, NULL AS project_name
  FROM unnest($2::text[]) AS s (serial)
 WHERE NOT EXISTS (SELECT FROM devices AS d WHERE d.ledger = $1 AND d.serial = s.serial)"""
_FOUND_ENTRIES = f"""
SELECT e.sequence::text AS id, h.text AS label, e.subject, NULL AS company, NULL AS project, NULL AS project_name
  FROM ({_HITS.format(walk=_TEXTS)}) AS h
 CROSS JOIN LATERAL (SELECT sequence, subject FROM entries AS e
                      WHERE e.ledger = $1 AND e.command_id = h.command_id LIMIT 1) AS e"""  # noqa: S608

_ALL: Reach = True, None, []
_SUBJECTS = {"device": DEVICE, "delivered_device": DEVICE, "project": PROJECT, "activation_key": KEY}


class PostgresSearchQueries(SnapshotReader):
    """Implements SearchQueries."""

    async def search(self, viewer: Viewer, wanted: SearchText, limit: int) -> SearchView:
        async with self.seen(viewer) as (connection, scope):
            found: dict[FoundKind, list[Any]] = {
                "device": await self._devices_found(connection, scope, wanted, limit + 1),
                "project": await self._projects_found(connection, scope, wanted, limit + 1),
                "activation_key": await self._keys_found(connection, scope, wanted, limit + 1),
                "support_case": await found_cases(connection, self.ledger, scope, wanted.part, limit + 1),
            }
            if scope.sees_all:
                found["delivered_device"] = await self._stock_found(connection, wanted.serial, limit + 1)
                found["entry"] = await self._entries_found(connection, _like(wanted), limit + 1)
            best: dict[FoundKind, list[Any]] = {kind: _best(rows, wanted) for kind, rows in found.items()}
            return SearchView(
                items=[_hit(kind, row) for kind, rows in best.items() for row in rows[:limit]],
                more=[kind for kind, rows in best.items() if len(rows) > limit],
            )

    async def _devices_found(self, connection: Any, scope: Scope, wanted: SearchText, limit: int) -> list[Any]:
        """By serial, and by what people of their projects call them."""
        serials = await self._serials_found(connection, scope, wanted.serial, limit)
        called = await self._labelled(connection, scope, "device", wanted, limit)
        rows = await connection.fetch(_FOUND_DEVICES, self.ledger, [*serials, *called])
        return [_called(row, wanted, is_named=row["id"] in serials) for row in rows]

    async def _serials_found(self, connection: Any, scope: Scope, serial: str, limit: int) -> list[Any]:
        if not serial:
            return []
        if _begins(serial):
            query, arguments = device_search(DeviceSearch(prefix=serial), scope.lists(), "", limit)
            return [row[0] for row in await connection.fetch(query, self.ledger, *arguments)] if query else []
        return await self._walked(connection, _SERIALS, f"%{serial}%", scope.lists(), limit)

    async def _projects_found(self, connection: Any, scope: Scope, wanted: SearchText, limit: int) -> list[Any]:
        """By name, and by what people call them besides."""
        sequences = await self._names_found(connection, scope, wanted, limit)
        named = await connection.fetch(_FOUND_PROJECTS.format("sequence"), self.ledger, sequences)
        called = await self._labelled(connection, scope, "project", wanted, limit)
        others = sorted(set(called) - {row["id"] for row in named})
        more = await connection.fetch(_FOUND_PROJECTS.format("project"), self.ledger, others)
        return [
            _called(row, wanted, is_named=is_named) for rows, is_named in ((named, True), (more, False)) for row in rows
        ]

    async def _names_found(self, connection: Any, scope: Scope, wanted: SearchText, limit: int) -> list[Any]:
        if wanted.part:
            like = f"%{_literal(comparable_name(wanted.part))}%"
            return await self._walked(connection, _NAMES, like, scope.lists(), limit)
        if wanted.beginning:
            by_name = ProjectSearch(name=wanted.beginning)
            query, arguments = project_search(by_name, scope.lists(), ProjectPlace(), limit)
            return [row[0] for row in await connection.fetch(query, self.ledger, *arguments)] if query else []
        return []

    async def _labelled(
        self, connection: Any, scope: Scope, kind: Literal["device", "project"], wanted: SearchText, limit: int
    ) -> list[str]:
        """Devices or projects with a label in which that stands, or where a few letters begin its name."""
        part, beginning = comparable_name(wanted.part), comparable_name(wanted.beginning)
        if not part and not beginning:
            return []
        walk = _LABELLED.format(kind=kind, here=_IS_HERE if kind == "device" else "")
        like = f"%{_literal(part)}%" if part else f"{_literal(beginning)}%"
        everything, company, projects = scope.lists()
        reaches: list[Reach] = [(everything, company, projects)]
        if company is not None and not everything:
            reaches += [(False, one, []) for one in await predecessors_of(connection, self.ledger, [company])]
        found = [await self._walked(connection, walk, like, reach, limit) for reach in reaches]
        return sorted({one for some in found for one in some})[:limit]

    async def _keys_found(self, connection: Any, scope: Scope, wanted: SearchText, limit: int) -> list[Any]:
        """By hint where the viewer sees the project that a key went to; by order for staff alone."""
        found = list[Any]()
        if wanted.key_hint:
            digests = await self._walked(connection, _HINTS, wanted.key_hint, scope.lists(), limit)
            found += await connection.fetch(_FOUND_KEYS.format(label="key_hint"), self.ledger, digests)
        if scope.sees_all and (like := _like(wanted)):
            digests = await self._walked(connection, _ORDERS, like, _ALL, limit)
            found += await connection.fetch(_FOUND_KEYS.format(label="order_number"), self.ledger, digests)
        return found

    async def _stock_found(self, connection: Any, serial: str, limit: int) -> list[Any]:
        """Delivered devices that are in no project."""
        if not serial:
            return []
        like = f"{serial}%" if _begins(serial) else f"%{serial}%"
        serials = await self._walked(connection, _STOCK, like, _ALL, limit * _LOOKED_AT)
        return list(await connection.fetch(_FOUND_STOCK, self.ledger, serials))

    async def _entries_found(self, connection: Any, like: str, limit: int) -> list[Any]:
        """Entries whose reference says so; those of one command once."""
        if not like:
            return []
        rows = await connection.fetch(_FOUND_ENTRIES, self.ledger, like, limit)
        return list({row["id"]: row for row in rows}.values())

    async def _walked(self, connection: Any, walk: str, what: str, reach: Reach, limit: int) -> list[Any]:
        """The first column of rows that match within a reach."""
        arguments: list[Any] = [self.ledger, what, limit]
        parts = [_HITS.format(walk=walk + place) for place in _places(reach, arguments)]
        if not parts:
            return []
        rows = await connection.fetch(" UNION ".join(parts), *arguments)
        return [row[0] for row in rows]


def _places(reach: Reach, arguments: list[Any]) -> Iterator[str]:
    """A condition for each part of a reach, whose arguments it adds."""
    everything, company, projects = reach
    if everything:
        yield ""
    if company is not None:
        arguments.append(company)
        yield f" AND company = ${len(arguments)}"
    if projects:
        arguments.append(projects)
        yield f" AND project = ANY (${len(arguments)}::text[])"


def _begins(serial: str) -> bool:
    """Whether it is looked for where serials begin: with few digits, and those that all serials begin with."""
    return len(serial) < 3 or _VENDOR_PREFIX.startswith(serial) or serial.startswith(_VENDOR_PREFIX[:-1])


def _like(wanted: SearchText) -> str:
    """A pattern of what was typed: anywhere, or where fewer than three letters or digits stand side by side, first."""
    if wanted.part:
        return f"%{_literal(wanted.part)}%"
    return f"{_literal(wanted.beginning.strip())}%" if wanted.beginning.strip() else ""


def _literal(text: str) -> str:
    """A text for LIKE in which no character stands for others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _best(rows: Iterable[Any], wanted: SearchText) -> list[Any]:
    """What is the same first, then what begins so, then the rest."""
    same = {comparable_name(text) for text in (wanted.serial, wanted.key_hint, wanted.part or wanted.beginning) if text}

    def rank(row: Any) -> tuple[bool, bool, str]:
        label = comparable_name(row["label"])
        return label not in same, not any(label.startswith(one) for one in same), label

    return sorted(rows, key=rank)


def _called(row: Any, wanted: SearchText, *, is_named: bool) -> dict[str, Any]:
    """A row with its label; what matches is in that, unless it is found by its own name or number."""
    name, said = row["label"], label_columns.viewed(row)
    called: LabelView | None = said["label"]
    text = comparable_name(wanted.part or wanted.beginning)
    words = () if called is None or is_named else (called.own_name, called.place, called.reference)
    matching = (one for one in words if one and text in comparable_name(one))
    return said | {"label": next(matching, name), "called": called}


def _hit(kind: FoundKind, row: Any) -> HitView:
    about = row["subject"] if kind in ("entry", "support_case") else subject(_SUBJECTS[kind], row["id"])
    members = {name: row[name] for name in ("id", "label", "company", "project", "project_name")}
    return HitView(kind=kind, subject=about, **members, called=row.get("called"))
