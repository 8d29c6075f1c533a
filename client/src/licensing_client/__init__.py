"""A typed client of the licensing ledger's REST API."""

from licensing_client.client import Client, CommandAnswer, CommandLine
from licensing_client.transport import Problem

__all__ = ["Client", "CommandAnswer", "CommandLine", "Problem"]
