"""What the log of cases knows, as one immutable value; an older one stays valid when a newer is made from it."""

from datetime import date
from typing import NamedTuple

from immutables import Map

from contracts.events.set_aside import SettingAsideProposed
from contracts.rma.cases import Coverage, DaysLeft, State
from rma.domain.steps import Conditions

ENDED: frozenset[State] = frozenset({"closed", "cancelled"})
OWED: frozenset[State] = frozenset({"replacing", "replacement_shipped", "overdue"})

_CONDITIONS: dict[tuple[bool, bool], Conditions] = {
    (True, True): frozenset({"advance", "free"}),
    (True, False): frozenset({"advance", "unpaid"}),
    (False, True): frozenset({"ordinary", "free"}),
    (False, False): frozenset({"ordinary", "unpaid"}),
}
"""By whether the replacement goes out in advance, and whether the work may begin."""


class Quote(NamedTuple):
    """An offer to repair: the entry that made it, and the last day on which it stands."""

    sequence: int
    valid_until: date


class Case(NamedTuple):
    """A case. `since` is the day of its last step, `former` the state before it ended.

    `replacement` is the device that was ordered last, `swap` the entry of the ledger that moved the licenses to it.
    """

    company: str
    project: str
    serial: str
    coverage: Coverage
    state: State
    since: date
    advance: bool = False
    consented: bool = False
    quote: Quote | None = None
    replacement: str | None = None
    swap: int | None = None
    overdue_on: date | None = None
    reminded: tuple[DaysLeft, ...] = ()
    former: State = "authorised"

    def in_state(self, state: State, day: date) -> "Case":
        """The case after a step of that day; one that ends remembers where it stood. By position, as in Cases."""
        company, project, serial, coverage, was, _, advance, consented, quote, spare, swap, due, reminded, former = self
        former = was if state in ENDED and was not in ENDED else former
        return Case(
            company,
            project,
            serial,
            coverage,
            state,
            day,
            advance,
            consented,
            quote,
            spare,
            swap,
            due,
            reminded,
            former,
        )

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def owes(self) -> bool:
        """Whether the broken device has to come back for one that went out, or is about to."""
        return self.advance and self.state in OWED

    @property
    def conditions(self) -> Conditions:
        """What of the case the table of steps asks for besides its state."""
        return _CONDITIONS[self.advance, self.coverage != "chargeable" or self.consented]


class Cases(NamedTuple):
    """All cases of one log.

    `open` is the open case of each device, `owing` the cases for which each company owes a device, oldest first,
    `thresholds` how many it may owe, where it is entitled to replacements in advance. `set_asides` are decisions: the
    proposal of one that waits, with its entry, and None for one that was approved.
    """

    sequence: int = 0
    filed: int = 0
    cases: Map[str, Case] = Map[str, Case]()
    open: Map[str, str] = Map[str, str]()
    owing: Map[str, tuple[str, ...]] = Map[str, tuple[str, ...]]()
    thresholds: Map[str, int] = Map[str, int]()
    set_asides: Map[str, tuple[SettingAsideProposed, int] | None] = Map[str, tuple[SettingAsideProposed, int] | None]()

    def following(self) -> "Cases":
        """The cases after an entry that changes nothing. By position, as each entry of a replay passes here."""
        return Cases(self.sequence + 1, *self[1:])

    def after_step(self, rma: str, case: Case) -> "Cases":
        """The cases after an entry that leaves one of them so: whether its device has an open case, and who owes it."""
        before = self.cases.get(rma)
        return Cases(
            self.sequence + 1,
            self.filed,
            self.cases.set(rma, case),
            self._open_with(rma, before, case),
            self._owing_with(rma, before, case),
            self.thresholds,
            self.set_asides,
        )

    def _open_with(self, rma: str, before: Case | None, case: Case) -> Map[str, str]:
        if before is not None and before.is_open == case.is_open:
            return self.open
        if case.is_open:
            return self.open.set(case.serial, rma)
        return self.open.delete(case.serial) if self.open.get(case.serial) == rma else self.open

    def _owing_with(self, rma: str, before: Case | None, case: Case) -> Map[str, tuple[str, ...]]:
        if not case.owes and (before is None or not before.owes):
            return self.owing
        known = self.owing.get(case.company, ())
        if case.owes == (rma in known):
            return self.owing
        if case.owes:
            return self.owing.set(case.company, (*known, rma))
        others = tuple(one for one in known if one != rma)
        return self.owing.set(case.company, others) if others else self.owing.delete(case.company)
