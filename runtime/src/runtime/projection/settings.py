"""Settings of a projector (LICENSING_* variables)."""

from runtime.postgres.settings import DatabaseSettings
from runtime.tracing import WithTraces


class ProjectorSettings(WithTraces, DatabaseSettings):
    """What every projector has."""
