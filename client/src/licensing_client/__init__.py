"""Typed clients of the REST APIs of the licensing ledger and of RMA cases."""

from licensing_client.client import CaseClient, Client, CommandAnswer, CommandLine
from licensing_client.transport import Problem

__all__ = ["CaseClient", "Client", "CommandAnswer", "CommandLine", "Problem"]
