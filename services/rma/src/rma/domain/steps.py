"""The table of steps: what may happen in which state, at whose word, and where it leads (rule F5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from contracts.rma.cases import State, Step

Role = Literal["requester", "staff", "service"]
"""Who asks: whoever has the right `rma` in the project, the vendor's staff, or the process manager of this service."""
Condition = Literal["ordinary", "advance", "free", "unpaid"]
"""Whether the replacement goes out in advance, and whether the work may begin: covered, or consented to."""
Conditions = frozenset[Condition]

_REQUESTER: frozenset[Role] = frozenset({"requester"})
_STAFF: frozenset[Role] = frozenset({"staff"})
_SERVICE: frozenset[Role] = frozenset({"service"})


@dataclass(frozen=True, slots=True)
class Row:
    """A step by `by` from each of `sources`, where all of `when` hold, to `target`; None keeps or restores a state."""

    step: Step
    by: frozenset[Role]
    sources: tuple[State, ...]
    target: State | None
    when: Conditions = frozenset()


def _when(*conditions: Condition) -> Conditions:
    return frozenset(conditions)


STEPS: tuple[Row, ...] = (
    Row("cancel", _REQUESTER | _STAFF, ("authorised",), "cancelled"),
    Row("cancel", _REQUESTER | _STAFF, ("swap_refused",), "cancelled", _when("advance")),
    Row("receive", _STAFF, ("authorised",), "received"),
    Row("receive", _STAFF, ("swap_refused",), "received", _when("advance")),
    Row("receive", _STAFF, ("replacement_shipped", "overdue"), "closed"),
    Row("quote", _STAFF, ("received",), "quoted", _when("unpaid")),
    Row("quote", _STAFF, ("quoted",), "quoted"),
    Row("accept", _REQUESTER, ("quoted",), "received"),
    Row("decline", _REQUESTER, ("quoted",), "declined"),
    Row("repair", _STAFF, ("received",), "repaired", _when("free")),
    Row("repair", _STAFF, ("swap_refused",), "repaired", _when("ordinary")),
    Row("unrepairable", _STAFF, ("received",), "unrepairable", _when("free")),
    Row("unrepairable", _STAFF, ("swap_refused",), "unrepairable", _when("ordinary")),
    Row("replace", _STAFF, ("received",), "replacing", _when("free")),
    Row("replace", _STAFF, ("swap_refused",), "replacing", _when("ordinary")),
    Row("send_in_advance", _STAFF, ("authorised",), "replacing"),
    Row("send_in_advance", _STAFF, ("swap_refused",), "replacing", _when("advance")),
    Row("swapped", _SERVICE, ("replacing", "swap_refused"), "replaced", _when("ordinary")),
    Row("swapped", _SERVICE, ("replacing", "swap_refused"), "replacement_shipped", _when("advance")),
    Row("swapped", _SERVICE, ("authorised",), "replacement_shipped"),
    Row("swapped", _SERVICE, ("received", "quoted", "declined", "repaired", "unrepairable"), "replaced"),
    Row("swapped", _SERVICE, ("shipped", "closed", "cancelled"), None),
    Row("swap_refused", _SERVICE, ("replacing",), "swap_refused"),
    Row("ship", _STAFF, ("repaired", "replaced", "unrepairable", "declined"), "shipped"),
    Row("remind", _SERVICE, ("replacement_shipped",), "replacement_shipped"),
    Row("overdue", _SERVICE, ("replacement_shipped",), "overdue"),
    Row("charge", _STAFF, ("overdue",), "closed"),
    Row("close", _STAFF | _SERVICE, ("shipped",), "closed"),
    Row("reopen", _STAFF, ("closed", "cancelled"), None),
)
"""A pair of state and step that is in no row is `bad_transition`. A swap that staff commands in the ledger itself shows
in the case wherever it stands, so `swapped` leads on from each state in which nothing was swapped yet."""


_BY_STEP_AND_STATE = {
    (row.step, state): tuple(one for one in STEPS if one.step == row.step and state in one.sources)
    for row in STEPS
    for state in row.sources
}


def row_of(step: Step, state: State, conditions: Conditions) -> Row | None:
    """The row by which this step may happen now; there is at most one."""
    for row in _BY_STEP_AND_STATE.get((step, state), ()):
        if row.when <= conditions:
            return row
    return None


def roles_of(step: Step) -> frozenset[Role]:
    """Who may ever do this."""
    return frozenset[Role]().union(*(row.by for row in STEPS if row.step == step))


def possible(state: State, conditions: Conditions, roles: Iterable[Role]) -> tuple[Step, ...]:
    """What these roles may do now, in the order of the table."""
    asked = frozenset(roles)
    return tuple(dict.fromkeys(row.step for row in STEPS if row.by & asked and _fits(row, state, conditions)))


def _fits(row: Row, state: State, conditions: Conditions) -> bool:
    return state in row.sources and row.when <= conditions


def unmet(
    step: Step, state: State, conditions: Conditions, roles: Iterable[Role]
) -> tuple[tuple[State, ...], tuple[Condition, ...]]:
    """What these roles wait for before they take this step: another state, or in this one what does not hold yet."""
    asked = frozenset(roles)
    rows = [row for row in STEPS if row.step == step and row.by & asked]
    here = [row for row in rows if state in row.sources]
    if here:
        return (), tuple(sorted(here[0].when - conditions))
    return tuple(dict.fromkeys(source for row in rows for source in row.sources)), ()
