"""Settings of portal-admin (LICENSING_* variables): the database, and nothing else of the portal's."""

from runtime.postgres.settings import WithDatabase
from runtime.settings import Port


class AdminSettings(WithDatabase):
    """It listens nowhere."""

    admin_port: Port = 0
