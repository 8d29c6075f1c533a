"""What has happened, as immutable data. Names are past; wire names are strings that we own.

An event carries all that a projection needs, so no subscriber has to know the rules. A type's schema is frozen: a
change is a new version under a new type string, and the old one always stays decodable. One module for each family.
"""

from typing import get_args

from contracts.events.activation_keys import ActivationKeyEvent
from contracts.events.blocks import BlockEvent
from contracts.events.catalog import CatalogEvent
from contracts.events.claims import ClaimEvent
from contracts.events.companies import CompanyEvent
from contracts.events.company_imports import CompanyImportEvent
from contracts.events.corrections import CorrectionEvent
from contracts.events.delivered_devices import DeliveredDeviceEvent
from contracts.events.device_moves import DeviceMoveEvent
from contracts.events.devices import DeviceEvent
from contracts.events.invitations import InvitationEvent
from contracts.events.legacy import LegacyEvent
from contracts.events.legacy_keys import LegacyKeyEvent
from contracts.events.members import MemberEvent
from contracts.events.projects import ProjectEvent
from contracts.events.replacements import ReplacementEvent
from contracts.events.returns import ReturnEvent
from contracts.events.set_aside import SetAsideEvent
from contracts.events.software_service import SoftwareServiceEvent
from contracts.events.test_licenses import TestLicenseEvent
from contracts.events.warranty import WarrantyEvent

Event = (
    CompanyEvent
    | ActivationKeyEvent
    | DeviceEvent
    | ReturnEvent
    | MemberEvent
    | ProjectEvent
    | DeviceMoveEvent
    | ClaimEvent
    | CatalogEvent
    | DeliveredDeviceEvent
    | WarrantyEvent
    | TestLicenseEvent
    | SoftwareServiceEvent
    | BlockEvent
    | CorrectionEvent
    | LegacyKeyEvent
    | LegacyEvent
    | InvitationEvent
    | CompanyImportEvent
    | ReplacementEvent
    | SetAsideEvent
)

EVENT_TYPES: dict[str, type[Event]] = {model.type: model for model in get_args(Event)}
"""Every event type that may stand on the log, by its wire name."""
