"""All commands that a ledger takes. Names are imperative; the wire names are strings that we own.

One module for each family of commands; a family's union is what its rules in the ledger take.
"""

from typing import Annotated, get_args

from pydantic import Field

from contracts.commands.activation_keys import ActivationKeyCommand
from contracts.commands.blocks import BlockCommand
from contracts.commands.catalog import CatalogCommand
from contracts.commands.claims import ClaimCommand
from contracts.commands.companies import CompanyCommand
from contracts.commands.company_imports import CompanyImportCommand
from contracts.commands.corrections import CorrectionCommand
from contracts.commands.delivered_devices import DeliveredDeviceCommand
from contracts.commands.device_moves import DeviceMoveCommand
from contracts.commands.devices import DeviceCommand
from contracts.commands.invitations import InvitationCommand
from contracts.commands.legacy import LegacyCommand
from contracts.commands.legacy_keys import LegacyKeyCommand
from contracts.commands.members import MemberCommand
from contracts.commands.projects import ProjectCommand
from contracts.commands.record import AskedCommand
from contracts.commands.replacements import ReplacementCommand
from contracts.commands.returns import ReturnCommand
from contracts.commands.set_aside import SetAsideCommand
from contracts.commands.software_service import SoftwareServiceCommand
from contracts.commands.test_licenses import TestLicenseCommand
from contracts.commands.warranty import WarrantyCommand

Command = (
    CompanyCommand
    | ActivationKeyCommand
    | DeviceCommand
    | ReturnCommand
    | CatalogCommand
    | DeliveredDeviceCommand
    | WarrantyCommand
    | TestLicenseCommand
    | SoftwareServiceCommand
    | MemberCommand
    | ProjectCommand
    | DeviceMoveCommand
    | ClaimCommand
    | BlockCommand
    | CorrectionCommand
    | LegacyCommand
    | InvitationCommand
    | CompanyImportCommand
    | LegacyKeyCommand
    | ReplacementCommand
    | SetAsideCommand
)

COMMAND_TYPES: dict[str, type[Command]] = {model.model_fields["name"].default: model for model in get_args(Command)}
"""Every command type, by its wire name."""


class CommandRecord(AskedCommand):
    """A command on its way: the value of a record of one of the topics of commands.

    `command_id` makes repeating harmless; `reply_to` names who awaits the outcome. Who sends it
    is proven by headers; see contracts.sender_proof.
    """

    command: Annotated[Command, Field(discriminator="name")]
