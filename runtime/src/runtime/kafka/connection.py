"""How to reach the brokers, and how aiokafka's failures become ours."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypedDict, cast

from aiokafka import TopicPartition
from aiokafka.errors import (
    IllegalStateError,
    InvalidTimestampError,
    KafkaError,
    OffsetOutOfRangeError,
    UnknownTopicOrPartitionError,
)
from aiokafka.record import default_records, memory_records

from runtime.kafka.records import OffsetGone, Partition
from runtime.password_file import Password, password_in
from runtime.settings import Settings
from runtime.trouble import Trouble

REQUEST_SECONDS = 10.0
"""One request to a broker; a leader election takes less, a person waits no longer."""
BACKOFF_MILLISECONDS = 100
METADATA_SECONDS = 60.0
"""How old the picture of leaders may get without an error that refreshes it."""


class ClientOptions(TypedDict):
    """The keyword arguments that all aiokafka clients share."""

    bootstrap_servers: str
    request_timeout_ms: int
    retry_backoff_ms: int
    metadata_max_age_ms: int
    security_protocol: str
    ssl_context: ssl.SSLContext | None
    sasl_mechanism: str
    sasl_plain_username: str | None
    sasl_plain_password: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the brokers are and who we are to them."""

    bootstrap: str
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: Password | None = field(default=None, repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Connection":
        """Read CA and password files; raises SettingsWrong or OSError. SCRAM-SHA-512 if a user is named.

        The password is read again for each connection to a broker, so that it may be replaced meanwhile.
        """
        ca, secret = settings.kafka_ca_file, settings.kafka_password_file
        return cls(
            settings.kafka_bootstrap,
            None if ca is None else ssl.create_default_context(cafile=str(ca)),
            settings.kafka_username,
            None if secret is None else password_in(secret, name="kafka_password"),
        )

    def options(self) -> ClientOptions:
        _require_extensions()
        return ClientOptions(
            bootstrap_servers=self.bootstrap,
            request_timeout_ms=int(REQUEST_SECONDS * 1000),
            retry_backoff_ms=BACKOFF_MILLISECONDS,
            metadata_max_age_ms=int(METADATA_SECONDS * 1000),
            security_protocol=("SASL_" if self.username else "") + ("SSL" if self.tls else "PLAINTEXT"),
            ssl_context=self.tls,
            sasl_mechanism="SCRAM-SHA-512" if self.username else "PLAIN",
            sasl_plain_username=self.username,
            sasl_plain_password=self.sasl_password(),
        )

    def sasl_password(self) -> str | None:
        """What a client takes for its password; it is the one of the moment in which a connection is made."""
        return None if self.password is None else cast("str", _PasswordNow(self.password))


@dataclass(frozen=True, slots=True)
class _PasswordNow:
    """Stands where aiokafka wants a string: all that it does with it is to encode it, once for each connection."""

    password: Password = field(repr=False)

    def encode(self, encoding: str) -> bytes:
        return self.password().encode(encoding)


@asynccontextmanager
async def trouble(what: str) -> AsyncGenerator[None]:
    """Turn a failure or a timeout of aiokafka into Trouble (or OffsetGone), with `what` we were doing."""
    try:
        yield
    except OffsetOutOfRangeError as error:
        raise OffsetGone(f"{what}: the offset is not on the topic") from error
    except UnknownTopicOrPartitionError as error:
        raise Trouble(f"{what}: the broker does not know the topic or partition") from error
    except InvalidTimestampError as error:
        raise Trouble(f"{what}: the own clock is further ahead of the broker's than the topic allows") from error
    except (KafkaError, IllegalStateError, TimeoutError, OSError) as error:
        raise Trouble(f"{what}: {type(error).__name__} {error}".rstrip()) from error


def topic_partition(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)


def _require_extensions() -> None:
    names = {default_records.DefaultRecordBatch.__module__, memory_records.MemoryRecords.__module__}
    if any("_crecords" not in name for name in names):
        raise RuntimeError("aiokafka runs without its C extensions, which is 15 times slower: install its wheel")
