"""Metrics of requests: how many, with which status, and how long they took."""

from prometheus_client import Counter, Histogram


class RequestMetrics:
    """The metrics `<prefix>_requests` and `<prefix>_seconds`; they are the process's, so make them once."""

    def __init__(self, prefix: str) -> None:
        self._requests = Counter(f"{prefix}_requests", "Answered requests", ["method", "route", "status"])
        self._seconds = Histogram(
            f"{prefix}_seconds",
            "From a request's first byte to its answer",
            ["route"],
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(route).observe(seconds)
