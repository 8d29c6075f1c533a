"""A snapshot as bytes: what a replica has read of its log up to one entry, and what proves who wrote it.

    licensing-snapshot 1 LF
    H  header: log, code, last entry (sequence, hash, offset), clocks, and what is set aside; JSON
    S  a piece of the state, JSON; as often as it takes
    C  accepted commands, oldest first, packed; as often as it takes
    M  HMAC-SHA256 over all before it

Each block is its letter, its length in four bytes, and its content. Nothing but the MAC is looked at before the MAC is
right: whoever can write into the folder and has no key of the writer changes nothing (ADR 38).
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Generic

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, ValidationError

from contracts.log.exclusions import Exclusions, Named
from contracts.log.hash_chain import HashChain
from contracts.models import WireModel
from runtime.eventlog.command_index import CommandIndex
from runtime.eventlog.definition import Event, ReadLog, State
from runtime.eventlog.log_replica import LogReplica
from runtime.eventlog.state_codec import StateCodec

MAGIC = b"licensing-snapshot 1\n"
HEADER, STATE, COMMANDS, MAC = b"H", b"S", b"C", b"M"
LENGTH_BYTES, MAC_BYTES = 4, 32
_TRAILER = 1 + LENGTH_BYTES + MAC_BYTES
_KEY_IS_FOR = b"licensing/snapshot/v1"

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]


class SnapshotUnusable(ValueError):  # noqa: N818 - states the world
    """A snapshot that nothing may be built on; the message says why."""


class Header(WireModel):
    """What a snapshot says of itself; `code` is the fingerprint of the code that made the state."""

    source: str
    code: _Hash
    sequence: Annotated[int, Field(ge=1)]
    head: _Hash
    offset: _Count
    at: datetime
    stamp_ms: _Count
    taken: datetime
    known: list[tuple[int, str]]
    met: list[int]
    decisions: list[tuple[int, list[tuple[int, str]]]]
    unneeded: list[int]


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[State, Event]):
    """A replica as it was; `stamp_ms` is the newest time stamp that its reader had seen."""

    replica: LogReplica[State, Event]
    stamp_ms: int
    taken: datetime


def key_from(private_key: X25519PrivateKey) -> bytes:
    """What a writer proves its snapshots with, derived from the key that opens its commands; good for nothing else."""
    return HKDF(SHA256(), 32, salt=None, info=_KEY_IS_FOR).derive(private_key.private_bytes_raw())


def blocks(snapshot: Snapshot[State, Event], key: bytes) -> Iterator[bytes]:
    """The file in pieces, each of them some milliseconds of work. Raises TypeError for a log without a codec."""
    replica = snapshot.replica
    codec, mac = _codec(replica.log), hmac.new(key, digestmod=hashlib.sha256)
    state = (_block(STATE, json.dumps(one, separators=(",", ":")).encode()) for one in codec.pieces(replica.state))
    commands = (_block(COMMANDS, one) for one in replica.commands.packed())
    header = _block(HEADER, _header(snapshot, codec).json_bytes())
    for block in chain((MAGIC, header), state, commands):
        mac.update(block)
        yield block
    yield _block(MAC, mac.digest())


def read(content: bytes, log: ReadLog[State, Event], keys: Sequence[bytes]) -> Snapshot[State, Event]:
    """The snapshot of this log; raises SnapshotUnusable."""
    parts = _proven(content, keys)
    codec, header = _codec(log), _said(next(parts, (HEADER, b""))[1])
    if header.source != log.source:
        raise SnapshotUnusable(f"it is of {header.source}")
    if header.code != codec.fingerprint():
        raise SnapshotUnusable("other code made it")
    commands = CommandIndex(log.window)

    def pieces() -> Iterator[Any]:
        """One at a time, as all of them take more memory than the state itself; the commands come after the last."""
        for kind, part in parts:
            if kind == STATE:
                yield json.loads(part)
            else:
                commands.unpack(part)

    try:
        state = codec.assembled(pieces())
    except (ValueError, TypeError, LookupError) as error:
        raise SnapshotUnusable(f"it can't be put together: {type(error).__name__}: {error}") from error
    decisions: list[tuple[int, Named]] = [(sequence, dict(named)) for sequence, named in header.decisions]
    replica = LogReplica(
        log,
        HashChain(log.entries, log.source, header.sequence, header.head),
        state,
        Exclusions(dict(header.known), set(header.met), decisions),
        commands,
        header.at,
        unneeded=header.unneeded,
        offset=header.offset,
    )
    return Snapshot(replica, header.stamp_ms, header.taken)


def _header(snapshot: Snapshot[State, Event], codec: StateCodec[State]) -> Header:
    replica = snapshot.replica
    known = replica.exclusions
    return Header(
        source=replica.log.source,
        code=codec.fingerprint(),
        sequence=replica.chain.sequence,
        head=replica.chain.head,
        offset=replica.offset,
        at=replica.at,
        stamp_ms=snapshot.stamp_ms,
        taken=snapshot.taken,
        known=sorted(known.known.items()),
        met=sorted(known.met),
        decisions=[(sequence, sorted(named.items())) for sequence, named in known.decisions],
        unneeded=replica.unneeded,
    )


def _codec(log: ReadLog[State, Event]) -> StateCodec[State]:
    if log.codec is None:
        raise TypeError(f"{log.source} has no codec")
    return log.codec


def _block(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(LENGTH_BYTES) + content


def _proven(content: bytes, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The blocks before the MAC, which is right."""
    if not content.startswith(MAGIC):
        raise SnapshotUnusable("it is of no known format")
    said, mac = memoryview(content)[:-_TRAILER], content[-MAC_BYTES:]
    if not any(hmac.compare_digest(hmac.digest(key, said, hashlib.sha256), mac) for key in keys):
        raise SnapshotUnusable("no key of this writer proves it: it was cut or changed, or is another writer's")
    return _split(said)


def _split(said: memoryview) -> Iterator[tuple[bytes, bytes]]:
    at = len(MAGIC)
    while at < len(said):
        begins = at + 1 + LENGTH_BYTES
        ends = begins + int.from_bytes(said[at + 1 : begins])
        yield bytes(said[at : at + 1]), bytes(said[begins:ends])
        at = ends


def _said(header: bytes) -> Header:
    try:
        return Header.from_json_bytes(header)
    except ValidationError as error:
        raise SnapshotUnusable(f"its header is wrong: {error.errors()[0]['msg']}") from None
