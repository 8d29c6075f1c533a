"""Whole tables of the ledger, as far as the viewer sees them, in batches: for spreadsheets and warehouses."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from ledger.application.queries.visibility import Viewer

Kind = Literal["integer", "text", "time"]


class Column(NamedTuple):
    """A column; `optional` where a row may have nothing in it."""

    name: str
    kind: Kind
    optional: bool = False


MOVEMENTS = (
    Column("sequence", "integer"),
    Column("line", "integer"),
    Column("time", "time"),
    Column("account", "text"),
    Column("license_type", "text"),
    Column("count", "integer"),
    Column("balance", "integer", optional=True),
    Column("event_type", "text"),
    Column("actor", "text"),
    Column("command_id", "text"),
)
"""One row a movement, in the order of the ledger. `balance` is what the account has then; issuance has none."""
BALANCES = (
    Column("account", "text"),
    Column("license_type", "text"),
    Column("balance", "integer"),
    Column("sequence", "integer"),
    Column("time", "time"),
)
"""One row for each type of licenses that an account has, with the entry that moved it last."""

LABELS = (
    Column("project", "text"),
    Column("kind", "text"),
    Column("id", "text"),
    Column("own_name", "text", optional=True),
    Column("place", "text", optional=True),
    Column("reference", "text", optional=True),
    Column("note", "text", optional=True),
    Column("changed", "time"),
)
"""One row for each label and note, by project; also of devices that have left it."""

Batch = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Entries behind `after` up to `until`; of one project and its devices, where one is named."""

    until: int
    after: int = 0
    project: str | None = None


class Exports(Protocol):
    """Rows of one snapshot in batches; the first comes even if it is empty. Raises Trouble, also in the middle."""

    def movements(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]: ...
    def balances(self, viewer: Viewer, wanted: Wanted) -> AsyncGenerator[Batch]: ...
    def labels(self, viewer: Viewer, project: str | None) -> AsyncGenerator[Batch]:
        """The words of all projects in sight, or of one of them."""
        ...
