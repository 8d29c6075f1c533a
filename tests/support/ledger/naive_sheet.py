"""What a person with a sheet of paper would keep of all licenses, from the commands and without the ledger's code.

Prices are believed where a test of their own has them (buying and releasing service, upgrades, warranty); what licenses
owe that come in while service runs (rule D6) is worked out here.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.commands import Command
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.catalog import DefineDeviceModels
from contracts.commands.claims import ClaimDevice, CreateClaimCode
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    ProposeLinkedCorrections,
)
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.device_moves import AcceptDevice, MoveDevice, ReleaseDevice, TransferDevice
from contracts.commands.devices import AddDevice, AllocateLicenses
from contracts.commands.legacy import ConvertLegacyLicenses, ImportLegacyLicenses
from contracts.commands.legacy_keys import ImportLegacyKey, RegisterLegacyKeys
from contracts.commands.projects import DeallocateLicenses, MoveLicenses
from contracts.commands.replacements import ReplaceDevice
from contracts.commands.returns import ReturnLicenses
from contracts.dates import add_months
from contracts.events import Event
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import DEFAULT_CATALOG, Licenses, Lot

PBX = {one.license_type for one in DEFAULT_CATALOG if one.license_class == "pbx"} | {"Port12", "PORT8*20", "PORT9*20"}
WEIGHTS = {"Port12": 2}
NEW_NAMES = {"Registrations": "Port8", "PRIs": "PRI"}

Units = Mapping[str, int]


def counted(licenses: tuple[Licenses, ...] | tuple[Lot, ...]) -> Counter[str]:
    return Counter({one.license_type: one.count for one in licenses})


def pbx_of(units: Units) -> Counter[str]:
    return Counter({name: count for name, count in units.items() if name in PBX})


def converted(old: Units) -> Counter[str]:
    """Ports and PRIs as many as before; each link of a voicemail chain adds what it adds; the base becomes nothing."""
    new: Counter[str] = Counter()
    for name, count in old.items():
        kind, _, sizes = name.partition("#")
        if kind == "Voicemail":
            size, _, before = sizes.partition("@")
            new["Voicemail8"] += count * (int(size) - int(before or 0))
        elif kind != "PBX7":
            new[NEW_NAMES[kind]] += count
    return new


@dataclass(frozen=True)
class Delivery:
    """A device as the vendor delivered it, and the months of warranty that were bought for it."""

    model: str
    day: date
    base: int
    bought: int = 0


@dataclass
class Sheet:
    """Places are named as accounts are: project/<id>, held/<project>, device/<serial>."""

    places: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter[str]))
    old: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter[str]))
    keys: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    listed: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    used: set[str] = field(default_factory=set[str])
    codes: dict[str, str] = field(default_factory=dict[str, str])
    home: dict[str, str] = field(default_factory=dict[str, str])
    proposals: dict[str, ProposeCorrection | ProposeLinkedCorrections | ProposeDeliveryCorrection] = field(
        default_factory=dict[str, ProposeCorrection | ProposeLinkedCorrections | ProposeDeliveryCorrection]
    )
    models: dict[str, int] = field(default_factory=dict[str, int])
    deliveries: dict[str, Delivery] = field(default_factory=dict[str, Delivery])
    service: dict[str, tuple[date, int]] = field(default_factory=dict[str, tuple[date, int]])

    def standing(self) -> dict[str, dict[str, int]]:
        """Every place where somebody has something."""
        clean = {place: {name: n for name, n in units.items() if n} for place, units in self.places.items()}
        return {place: units for place, units in clean.items() if units and place not in {"issuance", "retired"}}

    def months_left(self, project: str, today: date) -> int:
        anchor, months = self.service.get(project, (today, 0))
        same_days = (add_months(anchor, month) for month in range(1, months + 1))
        return sum(1 for day in same_days if day > today or (day == today and day.day < anchor.day))

    def owed(self, project: str, units: Units, today: date) -> int:
        unit_months = sum(n * WEIGHTS.get(name, 1) for name, n in pbx_of(units).items())
        return (unit_months * self.months_left(project, today) + 11) // 12

    def shift(self, source: str, target: str, units: Units) -> None:
        self.places[source].subtract(units)
        self.places[target].update(units)

    def arrive(self, project: str, units: Units, today: date) -> None:
        """Into a balance: paid if the credits there reach, else the PBX licenses wait."""
        there, owed = self.places[f"project/{project}"], self.owed(project, units, today)
        there.update(units)
        if owed <= there["SSC"]:
            there["SSC"] -= owed
        else:
            self.shift(f"project/{project}", f"held/{project}", pbx_of(units))

    def enter(self, command: Command, event: Event, today: date) -> None:
        """Enter a command that was accepted."""
        self.enter_devices(command, today)
        self.enter_believed(event)
        match command:
            case IssueActivationKey():
                self.keys[command.key_digest] = counted(command.licenses)
            case RedeemActivationKey():
                assert command.key_digest not in self.used, "a key is redeemed once"
                self.used.add(command.key_digest)
                self.arrive(command.project, self.keys[command.key_digest], today)
            case MoveLicenses():
                self.places[f"{'held' if command.held else 'project'}/{command.source}"].subtract(
                    counted(command.licenses)
                )
                self.arrive(command.target, counted(command.licenses), today)
            case ImportLegacyLicenses():
                place = f"device/{command.serial}" if command.serial else f"project/{command.project}"
                self.old[place].update({one.license_name: one.count for one in command.licenses})
            case RegisterLegacyKeys():
                for key in command.keys:
                    self.listed[key.key_digest] = Counter({one.license_name: one.count for one in key.licenses})
            case ImportLegacyKey():
                self.old[f"project/{command.project}"].update(self.listed.pop(command.key_digest))
            case ConvertLegacyLicenses():
                self.arrive(command.project, converted(self.old.pop(f"project/{command.project}")), today)
            case ProposeCorrection() | ProposeLinkedCorrections() | ProposeDeliveryCorrection():
                self.proposals[command.correction] = command
            case ApproveCorrection():
                self.correct(self.proposals.pop(command.correction))
            case DefineDeviceModels():
                self.models.update({one.model: one.warranty_months for one in command.models})
            case RegisterDevices():
                for one in command.devices:
                    self.deliveries[one.serial] = Delivery(one.model, one.delivered_on, self.models[one.model])
            case _:
                pass

    def correct(self, wanted: ProposeCorrection | ProposeLinkedCorrections | ProposeDeliveryCorrection) -> None:
        if not isinstance(wanted, ProposeDeliveryCorrection):
            for line in (wanted,) if isinstance(wanted, ProposeCorrection) else wanted.lines:
                self.shift(line.source, line.target, counted(line.licenses))
            return
        known = self.deliveries[wanted.serial]
        base = known.base if known.model == wanted.model else self.models[wanted.model]
        self.deliveries[wanted.serial] = Delivery(wanted.model, wanted.delivered_on, base, known.bought)

    def inherit_delivery(self, serial: str, replacement: str) -> None:
        """The warranty goes along; what the replacement is, stays."""
        if serial in self.deliveries:
            broken, own = self.deliveries.pop(serial), self.deliveries.get(replacement)
            self.deliveries[replacement] = replace(broken, model=own.model if own else broken.model)

    def enter_devices(self, command: Command, today: date) -> None:
        match command:
            case AllocateLicenses():
                self.shift(f"project/{command.project}", f"device/{command.serial}", counted(command.licenses))
            case DeallocateLicenses():
                self.shift(f"device/{command.serial}", f"project/{command.project}", counted(command.licenses))
            case ReturnLicenses():
                device, home = f"device/{command.serial}", f"project/{self.home[command.serial]}"
                self.shift(device, home, pbx_of(self.places[device]))
                self.old[home].update(self.old.pop(device, Counter()))
            case MoveDevice() | AcceptDevice() | TransferDevice():
                self.home[command.serial] = command.project
                owed = self.owed(command.project, self.places[f"device/{command.serial}"], today)
                self.places[f"project/{command.project}"]["SSC"] -= owed
            case ReplaceDevice():
                self.inherit_delivery(command.serial, command.replacement)
                self.home[command.replacement] = home = self.home.pop(command.serial)
                self.places[f"device/{command.replacement}"].update(
                    self.places.pop(f"device/{command.serial}", Counter())
                )
                self.old[f"project/{home}"].update(self.old.pop(f"device/{command.serial}", Counter()))
            case AddDevice():
                self.home[command.serial] = command.project
            case CreateClaimCode():
                self.codes[command.code_digest] = command.project
            case ClaimDevice():
                self.home[command.serial] = self.codes.pop(command.code_digest)
            case ReleaseDevice():
                del self.home[command.serial]
            case _:
                pass

    def enter_believed(self, event: Event) -> None:
        match event:
            case SoftwareServiceBought() | HeldLicensesReleased():
                self.places[f"project/{event.project}"].subtract(counted(event.lots))
                self.shift(f"held/{event.project}", f"project/{event.project}", counted(event.released))
                if isinstance(event, SoftwareServiceBought):
                    self.service[event.project] = (event.period.anchor, event.period.months)
            case LicensesUpgraded():
                place = self.places[f"device/{event.device.serial}" if event.device else f"project/{event.project}"]
                place.subtract(counted(event.given_up))
                place.update(counted(event.lots))
            case WarrantyExtended():
                self.places[f"project/{event.project}"].subtract(counted(event.lots))
                known, months = self.deliveries[event.serial], int(event.lots[0].license_type.removeprefix("WE-"))
                self.deliveries[event.serial] = replace(known, bought=known.bought + months)
            case _:
                pass
