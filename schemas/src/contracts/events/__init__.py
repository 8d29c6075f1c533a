"""What has happened, as immutable data. Names are past; wire names are strings that we own.

An event carries all that a projection needs, so no subscriber has to know the rules. A type's schema is frozen: a
change is a new version under a new type string, and the old one stays decodable for ever. One module for each family.
"""

from typing import get_args

from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, ClaimEvent, DeviceClaimed
from contracts.events.companies import CompanyEvent, CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.devices import DeviceAdded, DeviceEvent, LicenseFileDelivered, LicensesAllocated
from contracts.events.keys import ActivationKeyIssued, ActivationKeyRedeemed, KeyEvent
from contracts.events.moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased, MoveEvent
from contracts.events.people import MemberAdded, MemberRemoved, PeopleEvent, RightsGranted, RightsRevoked
from contracts.events.projects import (
    LicensesDeallocated,
    LicensesMoved,
    ProjectArchived,
    ProjectEvent,
    ProjectRenamed,
)
from contracts.events.returns import LicensesReturned, ReturnEvent

Event = CompanyEvent | KeyEvent | DeviceEvent | ReturnEvent | PeopleEvent | ProjectEvent | MoveEvent | ClaimEvent

EVENT_TYPES: dict[str, type[Event]] = {model.type: model for model in get_args(Event)}
"""Every event type that may stand on the log, by its wire name."""

__all__ = [
    "EVENT_TYPES",
    "ActivationKeyIssued",
    "ActivationKeyRedeemed",
    "ClaimCodeCreated",
    "ClaimCodeWithdrawn",
    "ClaimEvent",
    "CompanyEvent",
    "CompanyRegistered",
    "DeviceAdded",
    "DeviceClaimed",
    "DeviceEvent",
    "DeviceMoved",
    "DeviceOfferWithdrawn",
    "DeviceOffered",
    "DeviceReleased",
    "Event",
    "KeyEvent",
    "LedgerFounded",
    "LicenseFileDelivered",
    "LicensesAllocated",
    "LicensesDeallocated",
    "LicensesMoved",
    "LicensesReturned",
    "MemberAdded",
    "MemberRemoved",
    "MoveEvent",
    "PeopleEvent",
    "ProjectArchived",
    "ProjectCreated",
    "ProjectEvent",
    "ProjectRenamed",
    "ReturnEvent",
    "RightsGranted",
    "RightsRevoked",
]
