"""What FastAPI itself tells of requests: nothing."""

from fastapi.telemetry import TelemetryConfig

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""It would export paths and queries, which hold ids and what people search for; `runtime.tracing` does not."""
