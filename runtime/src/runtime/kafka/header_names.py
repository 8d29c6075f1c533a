"""Records whose header names are no UTF-8. The broker takes them, and aiokafka's parser raises at them without end.

Importing this module makes every consumer of the process read on: such a name comes out with the wrong bytes escaped,
so it is none that anybody looks for. Only a batch that has one is parsed a second time, in Python.
"""
# pyright: reportPrivateUsage=false

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _EscapingBytes(bytearray):
    """Bytes whose parts decode to text whatever they are."""

    def __getitem__(self, place: Any) -> Any:
        part = super().__getitem__(place)
        return _EscapingBytes(part) if isinstance(place, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _EscapingBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka is untyped
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _EscapingBytes(self._buffer)


class _Batch:
    """A batch as aiokafka's extension parses it, or else in Python, from its first record on.

    The fetcher passes over records that it has given already.
    """

    def __init__(self, raw: bytes, batch: Any) -> None:
        self._raw, self._batch = raw, batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            yield from _EscapingBatch(self._raw)


class TolerantRecords(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka is untyped
    """What one fetch has brought of a partition, batch by batch."""

    def next_batch(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - its parameters are constants
        raw = self._next_slice
        batch = super().next_batch()
        return None if raw is None else _Batch(bytes(raw), batch)


fetcher.MemoryRecords = TolerantRecords
