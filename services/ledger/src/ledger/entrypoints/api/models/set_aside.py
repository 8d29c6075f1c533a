"""Bodies and responses of decisions that set entries aside."""

from contracts.set_aside import LawName, NamedEntries
from ledger.entrypoints.api.models.base import CommandResponse, StaffBody


class ProposeSettingAsideBody(StaffBody):
    entries: NamedEntries
    law: LawName


class SettingAsideResponse(CommandResponse):
    decision: str
