"""What a follower applies records of the help desk to."""

from collections.abc import Sequence

from prometheus_client import Counter

from contracts.support.cases import NotASupportCase, SupportCaseChanged, decode
from ledger.application.projection.store import ProjectionStore
from runtime.kafka import Record
from runtime.projection.poison import PoisonBox

_CASES = Counter("licensing_projector_support_cases", "Changes of support cases read from their topic")


class SupportCaseRows:
    """The cases of one partition of support.cases; what is no case is buried, and a tombstone passed over."""

    def __init__(self, store: ProjectionStore, partition: tuple[str, int], poison: PoisonBox) -> None:
        self._store = store
        self._topic, self._partition = partition
        self._poison = poison
        self._next = 0
        self.stopped = ""

    async def next_offset(self) -> int:
        self._next = await self._store.document_offset(self._topic, self._partition)
        return self._next

    async def apply(self, records: Sequence[Record]) -> int:
        cases: list[SupportCaseChanged] = []
        for record in records:
            try:
                case = decode(record.key, record.value)
            except NotASupportCase as reason:
                await self._poison.put(record, str(reason))
            else:
                cases += [] if case is None else [case]
        after = records[-1].offset + 1
        await self._store.apply_support_cases(self._topic, self._partition, self._next, after, cases)
        self._next = after
        _CASES.inc(len(cases))
        return after
