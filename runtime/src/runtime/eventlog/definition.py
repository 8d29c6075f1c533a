"""What the owner of a log supplies. The machine knows no more of it than this."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from contracts.decisions import AlreadyDone, Rejection
from contracts.log.envelope import EntryFormat
from contracts.models import WireModel
from runtime.eventlog.command_index import WINDOW
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


class RequireLawful(Protocol[State_contra, Event_contra]):
    """What must hold of an entry before `evolve` believes it. Pure; raises UnlawfulEntryError."""

    def __call__(self, state: State_contra, event: Event_contra, /) -> None: ...


class Outcomes(Protocol[Command_contra, Event_contra, Outcome_co]):
    """Makes what is sent to whoever asked; `fingerprint` is the command's."""

    def accepted(
        self, command: Command_contra, fingerprint: str, sequence: int, event: Event_contra | None
    ) -> Outcome_co:
        """The command is entry `sequence`, which says `event`; None if it had been so before this repetition of it."""
        ...

    def rejected(
        self, command: Command_contra, fingerprint: str, rejection: Rejection, *, at_sequence: int
    ) -> Outcome_co:
        """The command is refused on the state after entry `at_sequence`, and nothing has changed."""
        ...


class DecodeCommand(Protocol[Command_co]):
    """Reads a record of one of the topics of commands; raises UndecodableCommandError."""

    def __call__(self, record: Record, /) -> Command_co: ...


class Proposed(NamedTuple):
    """What a command would set aside, by sequence and hash, and the law that is said to be broken."""

    named: Mapping[int, str]
    law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingOver(Generic[State, Event]):
    """What every reader of a log knows of entries that do not count, although they keep their places (ADR 18).

    `named` is what an event sets aside, `is_about` says which events a stopped log takes. `passed` is the state after
    an entry that changes nothing.
    """

    named: Callable[[Event], Mapping[int, str]]
    is_about: Callable[[Event], bool]
    passed: Callable[[State], State]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAside(PassingOver[State, Event], Generic[State, Command, Event]):
    """How people decide that entries do not count.

    `takes` says which commands a stopped log takes. `would_exclude` is what a command would set aside, if it were
    accepted; it is tried out first. `own_laws` are the laws that `require_lawful` knows.
    """

    takes: Callable[[Command], bool]
    would_exclude: Callable[[State, Command], Proposed | None]
    own_laws: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLog(Generic[State, Event]):
    """One log as a reader has it: what it is called, its entries, where it begins, and what they make of the state.

    `window` is how many accepted commands are remembered; who answers no command needs none.
    """

    source: str
    entries: EntryFormat[Event]
    initial: State
    require_lawful: RequireLawful[State, Event]
    evolve: Evolve[State, Event]
    set_aside: PassingOver[State, Event] | None = None
    window: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDefinition(ReadLog[State, Event], Generic[State, Command, Event, Outcome]):
    """One log as its writer has it: with its rules, and what it says to whoever asked.

    Three codes are the machine's own: `idempotency_key_reused`, `internal_error` when the rules or the entries raise,
    and `log_stopped` while an entry of the log cannot be applied. With `set_aside` there are three more, which refuse a
    decision: `entry_unknown`, `entry_lawful` and `others_depend`.
    """

    decide: Decide[State, Command, Event]
    outcomes: Outcomes[Command, Event, Outcome]
    set_aside: SettingAside[State, Command, Event] | None = None
    window: int = WINDOW
