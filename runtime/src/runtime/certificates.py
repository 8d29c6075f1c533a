"""When the certificates end that a process reads from files, in time for somebody to renew them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from prometheus_client import Gauge

from runtime.settings import CHAIN

SOON = timedelta(days=7)
"""cert-manager renews a month before the end; who is this late was not renewed."""

_ENDS = Gauge(
    "licensing_certificate_not_after_seconds", "When what a setting names ends, in seconds since 1970", ["setting"]
)


class Certificates:
    """The files by the settings that name them; read anew at each question, as they are renewed while we run.

    A chain ends with the first of its certificates that does, a file of authorities with the last.
    """

    def __init__(self, files: Mapping[str, Path], clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._files = files
        self._clock = clock

    def warnings(self) -> Iterator[str]:
        """A sentence for each file that ends within a week or can't be read. Sets the metric."""
        for setting, path in self._files.items():
            try:
                ends = _end(setting, path.read_bytes())
            except (OSError, ValueError) as error:
                yield f"{setting} can't be read: {error}"
                continue
            _ENDS.labels(setting).set(ends.timestamp())
            if ends - self._clock() < SOON:
                yield f"{setting} ends on {ends:%Y-%m-%d at %H:%M} UTC: renew it"


def _end(setting: str, content: bytes) -> datetime:
    ends = [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(content)]
    return min(ends) if setting.endswith(CHAIN) else max(ends)
