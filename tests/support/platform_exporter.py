"""What the kubelet, kube-state-metrics and cert-manager expose in a cluster, measured here on the real things.

The names are theirs, the values are those of the stack's own disks, backups and certificates.
"""

import os
import ssl
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dev.stack.parts import Kit
from dev.stack.ports import HOST

DATA = "licensing-data"
BROKERS, DATABASES = "data-licensing-broker-0", "licensing-1"
"""Volumes, by the names that they have in a cluster."""
ANSWER_SECONDS = 5.0


@dataclass(eq=False)
class Platform(Collector):
    """Asks the things themselves at each scrape; a test says only which jobs have run, and how they ended."""

    kit: Kit
    volumes: dict[str, Path]
    listeners: dict[str, str]
    """The certificate's name in the cluster, and the part of the stack that shows it."""
    failed_jobs: dict[str, int] = field(default_factory=dict[str, int])
    last_backup: float | None = None

    def collect(self) -> Iterator[Metric]:
        yield from self._volumes()
        yield self._certificates()
        yield self._jobs()
        if self.last_backup is not None:
            last = GaugeMetricFamily(
                "kube_cronjob_status_last_successful_time", "kube-state-metrics", labels=["namespace", "cronjob"]
            )
            last.add_metric([DATA, "log-backup"], self.last_backup)
            yield last

    def job_ended(self, name: str, exit_code: int) -> None:
        """As Kubernetes judges a Job, by its exit code alone."""
        self.failed_jobs[name] = int(exit_code != 0)
        if exit_code == 0 and name == "log-backup":
            self.last_backup = time.time()

    def job_removed(self, name: str) -> None:
        del self.failed_jobs[name]

    def _volumes(self) -> Iterator[Metric]:
        labels = ["namespace", "persistentvolumeclaim"]
        available = GaugeMetricFamily("kubelet_volume_stats_available_bytes", "kubelet", labels=labels)
        capacity = GaugeMetricFamily("kubelet_volume_stats_capacity_bytes", "kubelet", labels=labels)
        for name, place in self.volumes.items():
            seen = os.statvfs(place)
            available.add_metric([DATA, name], seen.f_bavail * seen.f_frsize)
            capacity.add_metric([DATA, name], seen.f_blocks * seen.f_frsize)
        yield from (available, capacity)

    def _certificates(self) -> Metric:
        ends = GaugeMetricFamily(
            "certmanager_certificate_expiration_timestamp_seconds", "cert-manager", labels=["name"]
        )
        for name, part in self.listeners.items():
            try:
                pem = ssl.get_server_certificate((HOST, self.kit.ports.port(part)), timeout=ANSWER_SECONDS)
            except OSError:  # what is away shows no certificate, and has none that ends
                continue
            ends.add_metric([name], x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.timestamp())
        return ends

    def _jobs(self) -> Metric:
        labels = ["namespace", "job_name", "condition"]
        failed = GaugeMetricFamily("kube_job_failed", "kube-state-metrics", labels=labels)
        for name, count in self.failed_jobs.items():
            failed.add_metric([DATA, name, "true"], count)
        return failed


@contextmanager
def exporting(platform: Platform) -> Generator[str]:
    """The address at which it is asked, while the block runs."""
    registry = CollectorRegistry()
    registry.register(platform)
    server, thread = start_http_server(0, HOST, registry)
    try:
        yield f"{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
