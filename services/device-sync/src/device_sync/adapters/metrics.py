"""The service's numbers for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("licensing_device_requests", "Requests of devices, by what became of them", ["route", "answer"])
SECONDS = Histogram(
    "licensing_device_request_seconds",
    "Time to answer a device",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 20),
)
FAILED_HANDSHAKES = Counter(
    "licensing_device_failed_handshakes", "Connections that did not get as far as HTTP, by the reason", ["reason"]
)
FAILED_HANDSHAKES.labels("unable to get local issuer certificate")
"""From 0 on: an alert is on its increase, which nobody sees from nothing to the first ones."""
FED = Counter("licensing_device_sync_records", "Records read from the signer's topics, by what they were", ["what"])
