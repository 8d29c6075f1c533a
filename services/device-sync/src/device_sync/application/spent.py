"""Reports a certificate that counts no more, such as one from a backup, to the ledger, once (rule T6).

It was given up with a return, or the box was replaced by another one.
"""

import asyncio

from prometheus_client import Counter

from contracts.actors import Device
from contracts.commands.returns import ReportSpentCertificate
from contracts.outcomes import Rejected
from device_sync.application.ports import Ledger
from device_sync.domain.devices import Caller, spent_command_id
from runtime.logs import get_logger
from runtime.trouble import Trouble

REPORT_SECONDS = 2.0
"""How long the refusal of a box waits for the report to the ledger; a report that fails is sent the next time."""
MAX_REMEMBERED = 10_000
"""Reports that are remembered as sent; beyond that all are forgotten, and at worst sent again under the same id."""

_SEEN = Counter("licensing_device_spent_certificates", "Certificates that were shown and count no more, each once")
_log = get_logger("device_sync.spent")


class SpentCertificates:
    """Reports each device and generation to its ledger once; no answer depends on whether that works."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: set[tuple[int, str, int]] = set()

    async def seen(self, caller: Caller, ledger: int, *, correlation_id: str) -> None:
        """The caller's certificate is spent. Raises nothing when the ledger is away."""
        told = (ledger, caller.serial, caller.generation)
        if told in self._told:
            return
        self._remember(told)
        _SEEN.inc()
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                await self._report(caller, ledger, correlation_id)
        except (Trouble, TimeoutError) as reason:
            self._told.discard(told)
            _log.warning("spent_certificate_not_told", reason=str(reason), correlation_id=correlation_id)

    async def _report(self, caller: Caller, ledger: int, correlation_id: str) -> None:
        outcome = await self._ledger.ask(
            ReportSpentCertificate(
                serial=caller.serial, generation=caller.generation, certificate_sha256=caller.certificate_sha256
            ),
            ledger=ledger,
            command_id=spent_command_id(caller),
            actor=Device(serial=caller.serial, certificate_sha256=caller.certificate_sha256),
            correlation_id=correlation_id,
        )
        if isinstance(outcome, Rejected):
            _log.warning("spent_certificate_refused", code=outcome.code, correlation_id=correlation_id)

    def _remember(self, told: tuple[int, str, int]) -> None:
        """Noted before the report is sent, so that a box that hammers is reported once."""
        if len(self._told) >= MAX_REMEMBERED:
            self._told.clear()
        self._told.add(told)
