"""The state of one ledger's signing, as /readyz and /metrics report it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["starting", "replaying", "following", "stopped"]


@dataclass(slots=True)
class LedgerStatus:
    """Counters and the present phase; only the ledger's own signing changes them."""

    ledger: int
    phase: Phase = "starting"
    reason: str = "it has not read its own topics yet"
    broken_law: str = ""
    trouble: str = ""
    sequence: int = 0
    checkpoint_size: int = 0
    checkpoint_timestamp_seconds: float = 0.0
    entries: int = 0
    orphans: int = 0
    poison: int = 0
    license_files: int = 0
    return_receipts: int = 0
    checkpoints: int = 0
    signatures_recorded: int = 0
    repairs: int = 0
    troubles: int = 0
    delay_seconds: float = 0.0
    refusals: Counter[str] = field(default_factory=Counter[str])

    def enter(self, phase: Phase, reason: str = "") -> None:
        """Enter another phase; a stopped ledger stays stopped."""
        if self.phase != "stopped":
            self.phase, self.reason = phase, reason

    def begin(self, reason: str) -> None:
        """Read the ledger from its first entry, also after it had stopped."""
        self.phase, self.reason, self.broken_law = "replaying", reason, ""

    def stop(self, law: str, reason: str) -> None:
        """The signer does not sign an entry, and nothing more of this ledger until a person has found out why."""
        self.refusals[law] += 1
        self.phase, self.broken_law, self.reason = "stopped", law, reason


def readiness(statuses: list[LedgerStatus]) -> tuple[bool, str]:
    """Ready when every ledger is followed; otherwise what each of the others waits for or stopped at."""
    waiting = [
        f"ledger {one.ledger} {one.phase}: {one.trouble or one.reason}"
        for one in statuses
        if one.phase != "following" or one.trouble
    ]
    return not waiting, "; ".join(waiting) or "following"
