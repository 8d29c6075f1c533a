"""Records as they lie in a file of a backup: JSON Lines in gzip, one record a line, bytes in base64.

Keys, values and headers are kept byte for byte, so that hashes and signatures hold after a restore.
"""

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from runtime.kafka import Partition, Record

UNPACKED_BYTES = 128 * 1024 * 1024
"""No segment that a backup writes unpacks to more, so one that does is none."""


class SegmentWrong(ValueError):  # noqa: N818 - states the world
    """These bytes are no segment; the message says why."""


def encode(records: Iterable[Record]) -> bytes:
    """The same records make the same bytes."""
    lines = (json.dumps(_line(record), separators=(",", ":")) for record in records)
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)


def decode(content: bytes, partition: Partition) -> Iterator[Record]:
    """The records of a segment of `partition`; raises SegmentWrong."""
    try:
        for line in _unpacked(content).splitlines():
            yield _record(json.loads(line), partition)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SegmentWrong(f"a segment of {partition.topic}/{partition.number} can't be read: {error}") from None


def _unpacked(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(content)) as file:
        lines = file.read(UNPACKED_BYTES + 1)
    if len(lines) > UNPACKED_BYTES:
        raise ValueError(f"it unpacks to more than {UNPACKED_BYTES} bytes")
    return lines


def _line(record: Record) -> dict[str, Any]:
    headers = [[name, b64encode(value).decode()] for name, value in record.headers]
    return {
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": _text(record.key),
        "value": _text(record.value),
        **({"headers": headers} if headers else {}),
    }


def _record(line: dict[str, Any], partition: Partition) -> Record:
    return Record(
        topic=partition.topic,
        partition=partition.number,
        offset=int(line["offset"]),
        key=_bytes(line["key"]),
        value=_bytes(line["value"]),
        headers=tuple((str(name), b64decode(value, validate=True)) for name, value in line.get("headers", ())),
        timestamp=int(line["timestamp"]),
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)
