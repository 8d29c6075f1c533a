"""The rows that a batch of entries leaves, and what the touched accounts hold before and after it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ledger.application.projection.rows import Gone, Row

R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)

Held = dict[str, int]
"""Units by license type; of old licenses, by name."""


class Current(NamedTuple, Generic[R_co]):
    """Of a kind of which one row a key is kept: the keys whose rows ended, and then the newest row of each key."""

    ended: tuple[tuple[str, ...], ...]
    rows: tuple[R_co, ...]


@dataclass(slots=True)
class Changes:
    """Rows in the order of their entries; `classes` are those of the license types that were moved.

    `before` and `legacy_before` are what the touched accounts held, licenses and old licenses; `held` and `legacy` is
    what they hold afterwards.
    """

    before: Mapping[str, Mapping[str, int]]
    legacy_before: Mapping[str, Mapping[str, int]]
    held: dict[str, Held] = field(init=False)
    legacy: dict[str, Held] = field(init=False)
    classes: dict[str, str] = field(default_factory=dict[str, str])
    rows: defaultdict[type[Row], list[Row]] = field(default_factory=lambda: defaultdict[type[Row], list[Row]](list))

    def __post_init__(self) -> None:
        self.held = {account: dict(units) for account, units in self.before.items()}
        self.legacy = {account: dict(self.legacy_before.get(account, ())) for account in self.before}

    def add(self, row: Row) -> None:
        """Keep a row among those of its kind, and where rows end, that among the rows that end."""
        self.rows[row.kind if isinstance(row, Gone) else type(row)].append(row)

    def of(self, kind: type[R]) -> list[R]:
        """All rows of a kind, also those that later ones replace or end."""
        return [cast("R", row) for row in self.rows.get(kind, ()) if not isinstance(row, Gone)]

    def current(self, kind: type[R], keys: int = 1) -> Current[R]:
        """What is left of a kind of which one row a key is kept; the first `keys` fields are the key."""
        ended: dict[tuple[str, ...], None] = {}
        rows: dict[tuple[Any, ...], R] = {}
        for row in self.rows.get(kind, ()):
            if isinstance(row, Gone):
                ended[row.key] = None
                rows = _without(rows, row.key, keys)
            else:
                rows[row[:keys]] = cast("R", row)
        return Current(tuple(ended), tuple(rows.values()))


def _without(rows: dict[tuple[Any, ...], R], ended: tuple[str, ...], keys: int) -> dict[tuple[Any, ...], R]:
    if len(ended) == keys:
        rows.pop(ended, None)
        return rows
    return {key: row for key, row in rows.items() if key[: len(ended)] != ended}
