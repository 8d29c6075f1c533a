"""The service level objectives: what people and devices of a region are promised, measured over 30 days.

An objective counts good and bad. Of requests it counts requests; where nobody asks (signing, rows), each moment is
good or bad.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audio.entrypoints.api.app import STREAMS as AUDIO_STREAMS
from contracts.refusals import REFUSALS
from dev.kubernetes.services import SERVICES
from ledger.entrypoints.api.app import STREAMS as LEDGER_STREAMS
from rma.entrypoints.api.app import STREAMS as RMA_STREAMS
from runtime.web.gateway import NO_STREAMS, Streams

DAYS = 30
RATE = "2m"
"""Eight scrapes: one that fails makes no hole."""
SIGNED_WITHIN_SECONDS = 30
MOST_LAG_RECORDS = 1_000
"""What a projector writes in less than a second."""
SIGNERS = "-signer"
"""How the namespace of a region's signer ends, beyond the region's own."""
FAST = 'le="1.0"'
"""The bucket of answers within a second."""


@dataclass(frozen=True, slots=True)
class Objective:
    """At least `percent` of what `every` counts is not `bad`; both are PromQL, by the namespace of a region.

    `every` is None where `bad` is 1 at a bad moment and 0 at a good one.
    """

    name: str
    percent: float
    says: str
    bad: str
    every: str | None = None


@dataclass(frozen=True, slots=True)
class _Web:
    """A process that answers people, by the prefix of its metrics; streams last as long as the client reads."""

    prefix: str
    streams: Streams

    @property
    def timed(self) -> str:
        """The selector of routes that are answered at once."""
        paths = (*self.streams.bodies, *self.streams.responses)
        return f"route!~`{'|'.join(f'{re.escape(path)}.*' for path in paths)}`" if paths else ""


_WEB = (
    _Web("licensing_api", LEDGER_STREAMS),
    _Web("licensing_rma_api", RMA_STREAMS),
    _Web("licensing_audio_api", AUDIO_STREAMS),
    _Web("licensing_portal", NO_STREAMS),
)
_DEVICE_REQUESTS = "licensing_device_requests_total"
_DEVICE_SECONDS = "licensing_device_request_seconds"
_FAILURES = "|".join(
    sorted(code for code, row in REFUSALS.items() if row.status >= 500 and not code.endswith("_not_ready"))
)
"""What device-sync answers when it is at fault; a box that is faster than the signer asks again."""


def _sum(*series: str) -> str:
    """The sum of rates of several metrics, each of another process."""
    rates = " or ".join(f"sum by (namespace, process) (rate({one}[{RATE}]))" for one in series)
    return f"sum by (namespace) ({rates})"


def _of(some: str, every: str) -> str:
    """Some of what is counted: 0 where all else is counted, too."""
    return f"{some} or 0 * {every}"


def _requests(labels: str = "") -> Iterator[str]:
    return (_series(f"{one.prefix}_requests_total", labels) for one in _WEB)


def _answers(part: str, labels: str = "") -> Iterator[str]:
    return (_series(f"{one.prefix}_seconds_{part}", labels, one.timed) for one in _WEB)


def _series(name: str, *labels: str) -> str:
    said = ", ".join(filter(None, labels))
    return f"{name}{{{said}}}" if said else name


def _unsigned() -> str:
    read = f"max by (namespace, ledger) (licensing_writer_sequence offset {SIGNED_WITHIN_SECONDS}s)"
    signer = f'label_replace(licensing_signer_sequence, "namespace", "$1", "namespace", "(.+){SIGNERS}")'
    signed = f"max by (namespace, ledger) ({signer})"
    return f"max by (namespace) ({read} > bool ({signed} or 0 * {read}))"


def _stale() -> str:
    projectors = [service.name for service in SERVICES if service.name.endswith("-projector")]
    of_them = f'process=~"{"|".join(projectors)}"'
    ready = f"max by (namespace, process) (licensing_ready{{{of_them}}})"
    any_process = 'licensing_ready{process!="signer"}'
    count = f"count by (namespace) ({ready} == 1) or 0 * count by (namespace) ({any_process})"
    records = f"licensing_reader_lag_records{{{of_them}}}"
    lag = f"min by (namespace, process, topic, partition) ({records}) > bool {MOST_LAG_RECORDS}"
    return f"max by (namespace) (({lag}) or (({count}) < bool {len(projectors)}))"


OBJECTIVES: tuple[Objective, ...] = (
    Objective(
        name="api-availability",
        percent=99.9,
        says="of the requests of people and programs (APIs and portal) are not answered 5xx",
        bad=_of(_sum(*_requests('status=~"5.."')), _sum(*_requests())),
        every=_sum(*_requests()),
    ),
    Objective(
        name="api-latency",
        percent=99.0,
        says="of those requests are answered within a second; streams (bulk, exports, sound) aside",
        bad=f"({_sum(*_answers('count'))}) - ({_sum(*_answers('bucket', FAST))})",
        every=_sum(*_answers("count")),
    ),
    Objective(
        name="device-availability",
        percent=99.9,
        says="of the requests of devices are not answered 5xx",
        bad=_of(_sum(f'{_DEVICE_REQUESTS}{{answer=~"5..|{_FAILURES}"}}'), _sum(_DEVICE_REQUESTS)),
        every=_sum(_DEVICE_REQUESTS),
    ),
    Objective(
        name="device-latency",
        percent=99.0,
        says="of the requests of devices are answered within a second",
        bad=f"({_sum(f'{_DEVICE_SECONDS}_count')}) - ({_sum(_series(f'{_DEVICE_SECONDS}_bucket', FAST))})",
        every=_sum(f"{_DEVICE_SECONDS}_count"),
    ),
    Objective(
        name="signing-delay",
        percent=99.5,
        says=f"of the time, all that is on a ledger for {SIGNED_WITHIN_SECONDS} seconds is signed and published",
        bad=_unsigned(),
    ),
    Objective(
        name="row-freshness",
        percent=99.5,
        says=f"of the time, queries answer from rows that are less than {MOST_LAG_RECORDS:,} records behind the logs",
        bad=_stale(),
    ),
)
