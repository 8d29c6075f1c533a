"""Why a reader stops at an entry: it is linked, but breaks a law, is of a later version, or cannot be applied."""

from dataclasses import dataclass

EVENT_TYPE_UNKNOWN = "event_type_unknown"
"""The entry is of a type that this version does not know."""
NOT_APPLICABLE = "not_applicable"
"""Applying the entry raises: the entry names what is not there, or this version has a defect."""
LOG_STOPPED = "log_stopped"
"""The code of a command that is neither accepted nor refused, as nothing is decided now: asking again later tells."""
VIEW_BEHIND = "ledger_view_behind"
"""Likewise, as what the decision needs of another log is not known now."""
SERVICE_UNAVAILABLE = "service_unavailable"
"""Likewise, as something else is away."""


class UnlawfulEntryError(Exception):
    """An entry breaks a law that every reader of its log holds it against."""

    def __init__(self, law: str, sentence: str) -> None:
        super().__init__(sentence)
        self.law = law
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a reader stopped and why; two persons who decide about the entry name its sequence, hash and law."""

    sequence: int
    entry_hash: str
    law: str
    sentence: str

    def __str__(self) -> str:
        return f"entry {self.sequence} breaks {self.law}: {self.sentence}; its hash is {self.entry_hash}"


def stop_at(sequence: int, entry_hash: str, error: Exception) -> Stop:
    """The stop at an entry that raised `error` when it was applied."""
    if isinstance(error, UnlawfulEntryError):
        return Stop(sequence, entry_hash, error.law, error.sentence)
    return Stop(sequence, entry_hash, NOT_APPLICABLE, f"{type(error).__name__}: {error}")
