"""How rows get into a table: the fields of a row are its columns, and models among them are kept as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from ledger.application.projection.changes import Changes
from ledger.application.projection.rows import Row

_TYPES: Mapping[Any, str] = {str: "text", int: "bigint", bool: "bool", date: "date", datetime: "timestamptz"}


@dataclass(frozen=True)
class Table:
    """A table of rows of one kind; a field of another name than its column is `renamed`."""

    name: str
    kind: type[Row]
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        names: Sequence[str] = self.kind._fields  # type: ignore[attr-defined]  # every kind is a NamedTuple
        return tuple(self.renamed.get(name, name) for name in names)

    @cached_property
    def _models(self) -> tuple[int, ...]:
        """Places of the fields that are kept as JSON."""
        hints = get_type_hints(self.kind)
        return tuple(place for place, name in enumerate(hints) if _is_models(hints[name]))

    def values(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row as its columns take it."""
        if not self._models:
            return row
        values = list(row)
        for place in self._models:
            values[place] = json.dumps([one.model_dump(mode="json") for one in values[place]])
        return values

    async def add(self, connection: Any, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
        """Add new rows."""
        records = [(ledger, *self.values(row)) for row in rows]
        if records:
            await connection.copy_records_to_table(self.name, columns=["ledger", *self.columns], records=records)


@dataclass(frozen=True)
class CurrentTable(Table):
    """A table with one current row per key, which is `ledger` and the first `keys` columns."""

    keys: int = 1

    @cached_property
    def _types(self) -> tuple[str | None, ...]:
        """The type of each column in SQL; None for a list, which no array can hold."""
        hints = get_type_hints(self.kind)
        return tuple(_type_in_sql(hint) for hint in hints.values())

    @cached_property
    def upsert(self) -> str:
        """Put rows in the place of those before them: all rows at once, or one by one where a column is a list."""
        names, places = ", ".join(self.columns), range(2, len(self.columns) + 2)
        if None in self._types:
            rows = f"VALUES ($1, {', '.join(f'${place}' for place in places)})"
        else:
            arrays = (f"${place}::{kind}[]" for place, kind in zip(places, self._types, strict=True))
            rows = f"SELECT $1, * FROM unnest({', '.join(arrays)})"  # noqa: S608 - made of our own words
        key, others = ", ".join(self.columns[: self.keys]), self.columns[self.keys :]
        updates = ", ".join(f"{name} = excluded.{name}" for name in others)
        return f"INSERT INTO {self.name} (ledger, {names}) {rows} ON CONFLICT (ledger, {key}) DO UPDATE SET {updates}"

    def delete(self, names: int) -> str:
        """Take away the rows whose key begins with so many values."""
        where = "".join(f" AND {name} = ${number}" for number, name in enumerate(self.columns[:names], 2))
        return f"DELETE FROM {self.name} WHERE ledger = $1{where}"  # noqa: S608

    async def replace(self, connection: Any, ledger: int, changes: Changes) -> None:
        """Take the rows that ended away, and put the newest row of each key in the place of the one before it."""
        current = changes.current(self.kind, self.keys)
        for names, keys in groupby(sorted(current.ended, key=len), key=len):
            await each(connection, self.delete(names), ledger, keys)
        if None in self._types:
            await each(connection, self.upsert, ledger, current.rows)
        elif current.rows:
            await connection.execute(self.upsert, ledger, *map(list, zip(*current.rows, strict=True)))


async def each(connection: Any, statement: str, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    """Execute a statement for each row, in order; its $1 is the ledger."""
    arguments = [(ledger, *row) for row in rows]
    if arguments:
        await connection.executemany(statement, arguments)


def _type_in_sql(hint: Any) -> str | None:
    """The type of a column of rows; all numbers may be big, since the table says how big they are."""
    (kind,) = {hint, *get_args(hint)} & _TYPES.keys() or {None}
    return _TYPES.get(kind)


def _is_models(hint: Any) -> bool:
    parts = get_args(hint)
    return get_origin(hint) is tuple and isinstance(parts[0], type) and issubclass(parts[0], BaseModel)
