"""Setting entries aside: one of the staff proposes, another one approves. A stopped ledger takes no other commands."""

from typing import Literal

from contracts.models import WireModel
from contracts.set_aside import DecisionId, LawName, NamedEntries
from contracts.texts import Reason, Reference


class ProposeSettingAside(WireModel):
    """Ask that entries do not count: they keep their places, and nothing follows from them."""

    name: Literal["propose-setting-aside"] = "propose-setting-aside"
    decision: DecisionId
    entries: NamedEntries
    law: LawName
    reason: Reason
    reference: Reference


class ApproveSettingAside(WireModel):
    """Set aside what another account of the staff proposed."""

    name: Literal["approve-setting-aside"] = "approve-setting-aside"
    decision: DecisionId


SetAsideCommand = ProposeSettingAside | ApproveSettingAside
