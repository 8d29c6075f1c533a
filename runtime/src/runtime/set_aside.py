"""What callers read of a stopped log (ADR 18)."""

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class NamedEntryView(_View):
    """An entry by its place and the hash of its bytes."""

    sequence: int
    entry_hash: str


class WaitingDecisionView(_View):
    """A proposal to set entries aside that waits for a second person."""

    decision: str
    entries: list[NamedEntryView]
    law: str
    reason: str
    reference: str
    proposed_by: str


class StoppedEntryView(NamedEntryView):
    """The entry that cannot be applied, and why."""

    law: str
    sentence: str


class LogStopView(_View):
    """Where the read side is stopped."""

    stopped: StoppedEntryView | None
    waiting: list[WaitingDecisionView] = Field(description="Behind the stop; of others the history tells.")
