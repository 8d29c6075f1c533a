"""Typed clients of the REST APIs of the licensing ledger, of RMA cases and of announcement audio."""

from licensing_client.api import CommandAnswer, CommandLine
from licensing_client.api_token import ApiToken, TokenRefused
from licensing_client.client import AudioClient, CaseClient, Client
from licensing_client.transport import Problem

__all__ = [
    "ApiToken",
    "AudioClient",
    "CaseClient",
    "Client",
    "CommandAnswer",
    "CommandLine",
    "Problem",
    "TokenRefused",
]
