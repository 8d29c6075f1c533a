"""One writer on one log: commands go in, one immutable entry an accepted command comes out, and the log decides.

The log is one partition that only ever grows. Who owns it says in a `LogDefinition` what its events are, and in two
pure functions what its rules are: `decide(state, command, now=...)` answers with one event, a `Rejection` or
`AlreadyDone`, and `evolve(state, event, at=..., by=...)` returns the state after it. The machine does the rest and
knows no more.

Entries. An accepted command is exactly one entry: a CloudEvents document with a gapless `sequence` and, in `prev`,
the hash of the bytes before it (contracts.log.envelope). A record counts if it is the next entry
(contracts.log.hash_chain); every other one is an orphan, which readers skip and count, and poison, which is no entry
at all, goes to the dead letters.

What is durable when.
1. The writer decides ahead, each command on the state that the one before it left, and appends a batch with acks=all.
2. It reads its own partition. Only an entry that comes back as the next one of the chain is confirmed.
3. It commits the offset of the commands, and only then sends the outcomes.
Whoever gets an outcome may rely on it: an acceptance is on the log for good, and a rejection was decided on the
newest state there was, since a batch without entries waits for the end of the log. An outcome may be lost with its
process; whoever misses one MUST repeat the command under the same id, and gets the same answer to an accepted one.

Repetition. The id of an accepted command finds its entry again within the newest ones (`CommandIndex`, rebuilt from
the log; `window` says how many): the outcome is that entry, `repeated`. The same id with another fingerprint is
`idempotency_key_reused`. A rejection is not remembered: the command is decided anew. So a crash between any two steps
repeats harmlessly.

A lost term. Two writers on one log are never wrong, only slow: the first valid entry wins. A writer that reads a
foreign entry while it leads raises `LostLogError`: what it decided ahead is void, none of it was sent, its commands
stay uncommitted, and its replica stands at what the log says, ready to lead again. Trouble with the broker ends a
term in the same way. The consumer group of the commands only says whose turn it is (`runtime.eventlog.leadership`).

Standby. Every writer follows its log all the time, leading or not, so that a take-over reads only what is new. It joins
the group when it has read what was there, and an operator may have the leader change places with it
(`runtime.eventlog.handovers`).

Snapshots. What a replica knows is written to a file now and then (`runtime.eventlog.snapshots`), by the `codec` of the
log. A start begins there if the log bears it out, and knows what a start at the first entry knows.

Defects. A command at which the rules or the entry raise is rejected as `internal_error` and logged; the next one goes
on.

Stops. Every entry that is not the own one is held against `require_lawful` before `evolve` takes it. Where an entry is
the next one but breaks a law, is of a type that this version does not know, or makes the rules raise, this log stops,
and no other one: from there on the chain goes on as far as it is linked, nothing is decided, and every command is
answered `log_stopped` (its sender asks again later), unless it is known to be accepted before. With `set_aside` two
persons get the log going: their decision is itself an entry, tried out on the whole log before it is written, and who
reads it reads the log again without the entries that it names.

Companions. Where the rules need more than the log, such as the state of another log (`LogFollower`), a companion keeps
it in the process, and brings it up to date before each batch. What `decide` took from there MUST stand in its event, so
that `evolve` needs the log alone.

Clocks. The writer decides nothing while its clock is more than a minute behind the last entry. A clock that is behind
what the broker let records be stamped with is certainly wrong, and its process leaves the group to others.

`decide` and `evolve` MUST be pure, and states MUST be values that stay as they are: a speculation is dropped by
forgetting it. `runtime.eventlog.writer_process.WriterProcess` runs all of this on Kafka; in tests a list in memory
does.
"""

from runtime.eventlog.command_batch import CommandBatch
from runtime.eventlog.command_index import CommandIndex
from runtime.eventlog.definition import (
    AddressedOutcome,
    Decide,
    DecodeCommand,
    Evolve,
    IncomingCommand,
    LogDefinition,
    Outcomes,
    PassingOver,
    Proposed,
    ReadLog,
    SettingAside,
    UndecodableCommandError,
)
from runtime.eventlog.log_replica import LogReplica, PendingEntry
from runtime.eventlog.ports import Companion, EntryLog, Logged, Replies, WriterObserver
from runtime.eventlog.speculative_log import DecidedBatch, SpeculativeLog
from runtime.eventlog.writer import LostLogError, Writer

__all__ = [
    "AddressedOutcome",
    "CommandBatch",
    "CommandIndex",
    "Companion",
    "Decide",
    "DecidedBatch",
    "DecodeCommand",
    "EntryLog",
    "Evolve",
    "IncomingCommand",
    "LogDefinition",
    "LogReplica",
    "Logged",
    "LostLogError",
    "Outcomes",
    "PassingOver",
    "PendingEntry",
    "Proposed",
    "ReadLog",
    "Replies",
    "SettingAside",
    "SpeculativeLog",
    "UndecodableCommandError",
    "Writer",
    "WriterObserver",
]
