"""Orders of lists: which there are, which one an address asks for, and the addresses of the others.

`listing` is the one way to them: heads of columns, the choice on a narrow screen, the next page and the download take
their addresses from it, so that order, filters and time stay together. docs/design.md says which list has which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

Direction = Literal["ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list. `value` is its name in addresses, and at the API; `column` is the head that it belongs to."""

    value: str
    words: str
    column: str
    direction: Direction = "ascending"


NEWEST = Order("newest_first", "Newest first", "made", "descending")
OLDEST = Order("oldest_first", "Oldest first", "made")
BY_NAME = Order("name", "By name", "name")
BY_SERIAL = Order("serial", "By serial", "serial")

RECORDS = (NEWEST, OLDEST)
"""Of what happened: the newest is looked for."""
QUEUE = (OLDEST, NEWEST)
"""Of what waits: the oldest is next."""
PROJECTS = (BY_NAME, NEWEST, OLDEST)
COMPANIES = (NEWEST, OLDEST, BY_NAME)
DELIVERIES = (BY_SERIAL, Order("-delivered_on", "Latest delivery first", "delivered_on", "descending"))
ENDING = (Order("ends_on", "Soonest first", "ends_on"),)
GRANTS = (BY_NAME, NEWEST, OLDEST)
PEOPLE = (BY_NAME, Order("role", "Administrators first", "role"), NEWEST, OLDEST)
DEVICES = (BY_SERIAL, NEWEST)
"""The newest is what came into its project last."""
SUPPORT_CASES = (
    Order("-changed", "Last change first", "changed", "descending"),
    Order("-opened", "Newest case first", "opened", "descending"),
    Order("opened", "Oldest case first", "opened"),
)
WORDS = tuple(one.words for orders in (PROJECTS, DEVICES, DELIVERIES, ENDING, PEOPLE, SUPPORT_CASES) for one in orders)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in one of its orders. `fields` are what else its address says, and `as_of` of which time it is.

    The first order stands in no address.
    """

    orders: Sequence[Order]
    order: Order
    fields: Mapping[str, str]
    as_of: str = ""

    @property
    def value(self) -> Any:
        """What the API is asked for."""
        return self.order.value

    @property
    def said(self) -> Mapping[str, str]:
        """What the address says, at whatever time."""
        return self._in(self.order, self.fields)

    @property
    def _around(self) -> Mapping[str, str]:
        """What the address says besides the order."""
        return {**self.fields, **({"as_of": self.as_of} if self.as_of else {})}

    @property
    def query(self) -> str:
        """What the address says."""
        return urlencode(self._in(self.order, self._around))

    def direction_of(self, column: str) -> Direction | None:
        """How the list is sorted by a column, if it is."""
        return self.order.direction if self.order.column == column else None

    def address(self, column: str) -> str | None:
        """Where a column's head leads: to its first order, or from that to the other; None where there is none."""
        others = [one for one in self.orders if one.column == column and one != self.order]
        return self.address_in(others[0]) if others else None

    def address_in(self, order: Order) -> str:
        """Where the list is in another order, from its beginning: what follows the path of its address."""
        query = urlencode(self._in(order, self._around))
        return f"?{query}" if query else ""

    def _in(self, order: Order, said: Mapping[str, str]) -> Mapping[str, str]:
        return said if order == self.orders[0] else {**said, "order": order.value}


def listing(orders: Sequence[Order], said: str, fields: Mapping[str, str] | None = None, *, as_of: str = "") -> Listing:
    """The list in the order that its address says; an unknown one is the first. What is empty stands in no address."""
    order = next((one for one in orders if one.value == said), orders[0])
    return Listing(orders, order, {name: value for name, value in (fields or {}).items() if value}, as_of)
