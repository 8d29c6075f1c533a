"""Bodies and responses of returns."""

from ledger.entrypoints.api.models.base import CommandResponse


class ReturnLimitReleasedResponse(CommandResponse):
    serial: str
