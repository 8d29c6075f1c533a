"""Responses to decisions that set entries aside."""

from ledger.entrypoints.api.models.base import CommandResponse


class SettingAsideResponse(CommandResponse):
    decision: str
