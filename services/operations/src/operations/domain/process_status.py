"""What a process says of itself at its admin port, in one line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

State = Literal["ready", "not ready", "away"]
_LAG = "_lag_records"
_DEAD_LETTERS = "licensing_dead_letters_total"


class Sample(NamedTuple):
    """One line of a process's metrics."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process: `says` is its answer at /readyz, or why there is none.

    `lag` is how many records it has still to read, None for a process that measures none. `dead_letters` are those of
    its life.
    """

    name: str
    address: str
    state: State
    says: str
    lag: int | None = None
    dead_letters: int = 0

    def facts(self) -> dict[str, object]:
        return {
            "process": self.name,
            "address": self.address,
            "state": self.state,
            "lag_records": self.lag,
            "dead_letters": self.dead_letters,
            "says": self.says,
        }


def measured(status: ProcessStatus, samples: Iterable[Sample]) -> ProcessStatus:
    """The same with what its metrics say."""
    taken = list(samples)
    lags = [one.value for one in taken if one.name.endswith(_LAG)]
    letters = sum(one.value for one in taken if one.name == _DEAD_LETTERS)
    return replace(status, lag=int(sum(lags)) if lags else None, dead_letters=int(letters))
