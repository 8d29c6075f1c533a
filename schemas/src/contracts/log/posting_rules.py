"""What each event moves, as data: the ledger, its readers and schemas/posting-rules.json share this table.

Who folds the log with another program needs no more than that file and the entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.accounts import ISSUANCE, RETIRED
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.corrections import CorrectionApplied, LinkedCorrectionsApplied
from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import LicensesAllocated
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.projects import LicensesDeallocated, LicensesMoved
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.warranty import WarrantyExtended


@dataclass(frozen=True, slots=True)
class Move:
    """The lots of a field leave an account and enter another.

    `{field}` in an account's name stands for that field's value. The move is made only `when` a field is there, or
    `unless` it is. A field of a field is written with a point; where the outer one is absent, nothing moves. With
    `each`, which names a list, the move is made for each of its members, and all other names are fields of these.
    """

    lots: str
    source: str
    target: str
    when: str = ""
    unless: str = ""
    each: str = ""

    def told(self) -> dict[str, str]:
        """As JSON has it."""
        said = {"lots": self.lots, "from": self.source, "to": self.target}
        said |= {"when": self.when, "unless": self.unless, "each": self.each}
        return {name: value for name, value in said.items() if value}


def _covered(project: str) -> tuple[Move, ...]:
    """Licenses that came into a project whose software service runs: paid to its end, or held until they are."""
    return (
        Move("coverage.charged", f"project/{{{project}}}", RETIRED),
        Move("coverage.held", f"project/{{{project}}}", f"held/{{{project}}}"),
    )


_TO_PROJECT = Move("lots", "device/{device.serial}", "project/{device.project}")
_SERVICE_PAID = (
    Move("lots", "project/{project}", RETIRED),
    Move("released", "held/{project}", "project/{project}"),
)

POSTING_RULES: Mapping[type[Event], tuple[Move, ...]] = {
    ActivationKeyRedeemed: (Move("lots", ISSUANCE, "project/{project}"), *_covered("project")),
    LicensesAllocated: (Move("lots", "project/{device.project}", "device/{device.serial}"),),
    LicensesMoved: (
        Move("lots", "held/{source}", "project/{target}", when="held"),
        Move("lots", "project/{source}", "project/{target}", unless="held"),
        *_covered("target"),
    ),
    LicensesReturned: (_TO_PROJECT,),
    LicensesDeallocated: (_TO_PROJECT,),
    SoftwareServiceBought: _SERVICE_PAID,
    HeldLicensesReleased: _SERVICE_PAID,
    LicensesUpgraded: (
        Move("given_up", "device/{device.serial}", RETIRED, when="device"),
        Move("lots", ISSUANCE, "device/{device.serial}", when="device"),
        Move("given_up", "project/{project}", RETIRED, unless="device"),
        Move("lots", ISSUANCE, "project/{project}", unless="device"),
    ),
    WarrantyExtended: (Move("lots", "project/{project}", RETIRED),),
    CorrectionApplied: (Move("lots", "{source}", "{target}"),),
    LinkedCorrectionsApplied: (Move("lots", "{source}", "{target}", each="lines"),),
    LegacyLicensesConverted: (Move("lots", ISSUANCE, "project/{project}"), *_covered("project")),
    DeviceReplaced: (Move("lots", "device/{former.serial}", "device/{device.serial}"),),
    DeviceMoved: _covered("device.project"),
}
"""Each type of event that moves licenses, with its moves in the order of their lines."""
