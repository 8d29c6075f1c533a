"""What the owner of a log supplies. The machine knows no more of it than this."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from contracts.decisions import AlreadyDone, Rejection
from contracts.log.envelope import EntryFormat
from contracts.models import WireModel
from runtime.kafka.records import Record


class IncomingCommand(Protocol):
    """A command as it came, with what makes repeating it harmless and what its entry says about it."""

    @property
    def name(self) -> str:
        """Which command it is, for the operator's log."""
        ...

    @property
    def command_id(self) -> str: ...
    @property
    def actor(self) -> object:
        """Who asks; `str` of it is the entry's `actor`."""
        ...

    @property
    def correlation_id(self) -> str: ...
    @property
    def traceparent(self) -> str | None: ...
    @property
    def token_id(self) -> str | None:
        """The `jti` of the access token that proved the sender, where one did."""
        ...

    @property
    def token_key_id(self) -> str | None:
        """The `kid` of the key that signed it."""
        ...

    @property
    def key(self) -> bytes:
        """The key under which its outcome is said; empty where nobody shares one."""
        ...

    def fingerprint(self) -> str:
        """SHA-256 of who asks for what: a repeated id must come with the same one."""
        ...


class AddressedOutcome(Protocol):
    """What becomes of a command, as it is sent to whoever asked."""

    @property
    def reply_to(self) -> str: ...
    def json_bytes(self) -> bytes: ...


class UndecodableCommandError(ValueError):
    """A record on the topic of commands that is no command; the message is the reason in its dead letter."""


State = TypeVar("State")
Command = TypeVar("Command", bound=IncomingCommand)
Event = TypeVar("Event", bound=WireModel)
Outcome = TypeVar("Outcome", bound=AddressedOutcome)
State_contra = TypeVar("State_contra", contravariant=True)
Command_contra = TypeVar("Command_contra", bound=IncomingCommand, contravariant=True)
Event_co = TypeVar("Event_co", bound=WireModel, covariant=True)
Event_contra = TypeVar("Event_contra", bound=WireModel, contravariant=True)
Outcome_co = TypeVar("Outcome_co", bound=AddressedOutcome, covariant=True)
Command_co = TypeVar("Command_co", bound=IncomingCommand, covariant=True)


class Decide(Protocol[State_contra, Command_contra, Event_co]):
    """The rules: one event, or no with a reason, or that it was done before. Pure; the clock comes in as `now`."""

    def __call__(
        self, state: State_contra, command: Command_contra, /, *, now: datetime
    ) -> Event_co | Rejection | AlreadyDone: ...


class Evolve(Protocol[State, Event_contra]):
    """The state after an event. Pure: it returns a new value, and the one before stays as it was."""

    def __call__(self, state: State, event: Event_contra, /, *, at: datetime, by: str) -> State: ...


class Outcomes(Protocol[Command_contra, Outcome_co]):
    """Makes what is sent to whoever asked; `fingerprint` is the command's."""

    def accepted(
        self, command: Command_contra, fingerprint: str, sequence: int, *, repeated: bool = False
    ) -> Outcome_co:
        """The command is entry `sequence`; `repeated` if it had been so before this repetition of it."""
        ...

    def rejected(
        self, command: Command_contra, fingerprint: str, rejection: Rejection, *, at_sequence: int
    ) -> Outcome_co:
        """The command is refused on the state after entry `at_sequence`, and nothing has changed."""
        ...


class DecodeCommand(Protocol[Command_co]):
    """Reads a record of one of the topics of commands; raises UndecodableCommandError."""

    def __call__(self, record: Record, /) -> Command_co: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDefinition(Generic[State, Command, Event, Outcome]):
    """One log: what it is called, its entries, where it begins, and its rules.

    Two codes are the machine's own: `idempotency_key_reused`, and `internal_error` when the rules or the entries raise.
    """

    source: str
    entries: EntryFormat[Event]
    initial: State
    decide: Decide[State, Command, Event]
    evolve: Evolve[State, Event]
    outcomes: Outcomes[Command, Outcome]
