"""Send a command to a log's writer and await what became of it."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from hmac import compare_digest
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from prometheus_client import Histogram
from pydantic import ValidationError

from contracts.actors import Actor
from contracts.commands import CommandRecord
from contracts.commands.record import AskedCommand
from contracts.fields import MAX_COMMAND_BYTES
from contracts.log.stop import LOG_STOPPED, SERVICE_UNAVAILABLE, VIEW_BEHIND
from contracts.models import WireModel
from contracts.outcomes import Accepted, Rejected, decode_outcome
from contracts.sender_proof import MAC, SealedKey, outcome_mac, seal
from contracts.topics import OUTCOMES, Topic, topic_name
from runtime import retry, tracing
from runtime.denied import CommandTooBig
from runtime.kafka import Connection, OffsetGone, PartitionTail, Producer, Record, partition_for
from runtime.logs import get_logger
from runtime.settings import SettingsWrong
from runtime.trouble import Trouble

WAIT_SECONDS = 10.0
"""How long a sender waits for an outcome; it can send the same command again with the same id."""
LISTEN_AGAIN_SECONDS = 0.5
_LATER: dict[str, tuple[int, str]] = {
    LOG_STOPPED: (30, "ledger {} decides nothing now"),
    VIEW_BEHIND: (2, "what happens in ledger {} is not known just now"),
    SERVICE_UNAVAILABLE: (2, "what ledger {} needs for this is away"),
}
"""Refusals that say nothing of the command: after how many seconds to ask again, and why.

A stopped ledger goes on when people have decided, which takes longer than a broker's leader election.
"""

_SECONDS = Histogram(
    "licensing_command_seconds",
    "From sending a command to knowing its outcome",
    ["status"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

_log = get_logger("runtime.commands")


MAX_TOKENS = 10_000
"""Tokens whose sealed key is kept: far more than are in use at once."""
_Question = tuple[str, str]
"""A command's id and fingerprint: who asks one thing never gets the answer to another under the same id."""


class _Asker(NamedTuple):
    """Who awaits an outcome, and the key that it must be said under."""

    outcome: "asyncio.Future[Accepted | Rejected]"
    key: bytes


class Prover:
    """Proves commands by keys that it seals for the writer: one for each token, as long as that is in use."""

    def __init__(self, writer: X25519PublicKey) -> None:
        self._sealed = lru_cache(maxsize=MAX_TOKENS)(lambda token: seal(writer, token))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """With the writer's public key (PEM, X25519); raises SettingsWrong."""
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsWrong(f"LICENSING_WRITER_KEY_FILE ({path}): {error}") from error
        if not isinstance(key, X25519PublicKey):
            raise SettingsWrong(f"LICENSING_WRITER_KEY_FILE ({path}) has no X25519 public key")
        return cls(key)

    def key_for(self, token: str) -> SealedKey:
        """The key by which commands on this token are proven."""
        return self._sealed(token)


class PoisonBox(Protocol):
    """Where an outcome goes that cannot be read; see runtime.dead_letters."""

    async def put(self, record: Record, reason: str) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Commands:
    """A sender with its own reply address; while entered it reads the outcomes that are sent to that address.

    After Trouble the command may or may not become an event: asking again with the same id tells.
    """

    def __init__(  # noqa: PLR0913 - a connection has this many sides
        self,
        connection: Connection,
        producer: Producer,
        dead_letters: PoisonBox,
        prover: Prover,
        *,
        service: str,
        topic: Topic,
        topic_prefix: str,
        wait_seconds: float = WAIT_SECONDS,
        record: type[AskedCommand] = CommandRecord,
        outcomes: Topic = OUTCOMES,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.address = f"{service}-{secrets.token_hex(8)}"
        self._producer = producer
        self._dead_letters = dead_letters
        self._prover = prover
        self._commands = topic_name(topic, topic_prefix)
        self._record = record
        self._clock = clock
        partition = partition_for(self.address.encode(), outcomes.partitions)
        self._tail = PartitionTail(connection, topic_name(outcomes, topic_prefix), partition, 0)
        self._wait_seconds = wait_seconds
        self._waiting: dict[_Question, list[_Asker]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._begun = False
        self.trouble: str | None = "no broker has answered yet"

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen(), name="outcomes")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        await self._tail.close()

    async def ended(self) -> None:
        """Wait until reading outcomes ends, which is a defect and comes out here; a process watches this."""
        if self._listening is not None:
            await asyncio.shield(self._listening)

    async def ask(
        self,
        command: WireModel,
        *,
        ledger: int,
        command_id: str,
        actor: Actor,
        correlation_id: str,
        traceparent: str | None = None,
        token: str = "",
    ) -> Accepted | Rejected:
        """What became of the command. Raises Trouble when that is not known in time, or CommandTooBig.

        An account's command comes with the `token` that the account acts on. `traceparent` is for who does not run
        within the span that the command is part of.
        """
        span = self._span(ledger, tracing.traceparent() or traceparent)
        asked = self._record(
            command_id=command_id,
            actor=actor,
            reply_to=self.address,
            correlation_id=correlation_id,
            traceparent=traceparent if span is None else span.traceparent,
            command=command,
        )
        if span is not None:
            span.note({"licensing.command": asked.name})
        value = asked.json_bytes()
        if len(value) > MAX_COMMAND_BYTES:
            raise CommandTooBig(f"the command has {len(value)} bytes; at most {MAX_COMMAND_BYTES} are taken")
        if self.trouble:
            raise Trouble(f"outcomes cannot be read: {self.trouble}")
        async with self._in_time(command_id):
            sealed = self._prover.key_for(token)
            return await self._sent(value, ledger, (command_id, asked.fingerprint()), sealed, span)

    def _span(self, ledger: int, parent: str | None) -> tracing.Span | None:
        """Of the sending alone: what comes then is the writer's."""
        if not tracing.is_on():
            return None
        said = tracing.messaging("send", self._commands, ledger)
        return tracing.start(f"send {self._commands}", "producer", parent=parent, attributes=said)

    async def _sent(
        self, value: bytes, ledger: int, question: _Question, sealed: SealedKey, span: tracing.Span | None
    ) -> Accepted | Rejected:
        loop = asyncio.get_running_loop()
        began, asker = loop.time(), _Asker(loop.create_future(), sealed.key)
        askers = self._waiting.setdefault(question, [])
        askers.append(asker)
        try:
            headers = sealed.prove(ledger, value)
            with tracing.during(span):
                await self._producer.send(
                    self._commands, str(ledger).encode(), value, partition=ledger, headers=headers, at=self._clock()
                )
            found = await asker.outcome
        finally:
            askers.remove(asker)
            if not askers:
                self._waiting.pop(question, None)
        if isinstance(found, Rejected) and found.code in _LATER:
            _SECONDS.labels("unknown").observe(loop.time() - began)
            seconds, why = _LATER[found.code]
            raise Trouble(why.format(ledger), retry_after_seconds=seconds, code=found.code)
        _SECONDS.labels(found.status).observe(loop.time() - began)
        return found

    @asynccontextmanager
    async def _in_time(self, command_id: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                yield
        except TimeoutError:
            _SECONDS.labels("unknown").observe(self._wait_seconds)
            _log.warning("outcome_not_in_time", command_id=command_id)
            raise Trouble(f"no outcome within {self._wait_seconds:g} s; ask again with the same key") from None

    async def _listen(self) -> None:
        await retry.forever(
            self._read_outcomes, pause_seconds=LISTEN_AGAIN_SECONDS, on=(Trouble, OffsetGone), noted=self._note
        )

    def _note(self, reason: Exception) -> None:
        self._begun = self._begun and not isinstance(reason, OffsetGone)
        if self.trouble is None:
            _log.warning("outcomes_wait", reason=str(reason))
        self.trouble = str(reason)

    async def _read_outcomes(self) -> None:
        """Read outcomes over a new connection, at first and when the place is gone from the end of the topic.

        Now and then it asks the broker for the end, which raises Trouble when nobody answers.
        """
        await self._tail.close()
        if not self._begun:
            await self._tail.seek(await self._tail.end_offset())
            self._begun = True
        await self._tail.end_offset()
        self.trouble = None
        while True:
            records = await self._tail.next_batch(timeout_seconds=2.0)
            for record in records:
                if record.key == self.address.encode():
                    await self._tell(record)
            if not records:
                await self._tail.end_offset()

    async def _tell(self, record: Record) -> None:
        try:
            outcome = decode_outcome(record.value or b"")
        except ValidationError as error:
            await self._dead_letters.put(record, f"no outcome: {error.error_count()} errors")
            return
        askers = self._waiting.get((outcome.command_id, outcome.command_hash), [])
        mac = record.header(MAC) or b""
        told = [asker for asker in askers if compare_digest(mac, outcome_mac(asker.key, record.value or b""))]
        for asker in told:
            if not asker.outcome.done():
                asker.outcome.set_result(outcome)
        if askers and not told:
            await self._dead_letters.put(record, "no outcome of the writer that was asked: its MAC is wrong")
