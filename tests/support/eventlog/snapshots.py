"""What a replica knows, and what is left of it after it was a snapshot."""

from dataclasses import fields
from typing import Any

from runtime.eventlog import LogReplica, snapshot_file
from runtime.eventlog.definition import Event, State
from runtime.eventlog.snapshots import as_of_now

KEY = b"k" * 32


def known(replica: LogReplica[Any, Any]) -> tuple[Any, ...]:
    """All that a replica holds but the log's definition, which has functions, and the order of what it remembers."""
    named = (getattr(replica, one.name) for one in fields(replica) if one.name not in {"log", "commands", "chain"})
    commands = list(replica.commands._done.items())  # pyright: ignore[reportPrivateUsage]
    return (*named, commands, replica.chain.sequence, replica.chain.head)


def through_a_snapshot(replica: LogReplica[State, Event]) -> LogReplica[State, Event]:
    """What a start from a snapshot of it has."""
    written = b"".join(snapshot_file.blocks(as_of_now(replica), KEY))
    return snapshot_file.read(written, replica.log, [KEY]).replica
