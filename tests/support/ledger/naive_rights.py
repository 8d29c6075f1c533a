"""Who may do what, as rules section 9 says it and without the ledger's code."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import assert_never

from contracts.actors import Account, Actor, Device, Operator
from contracts.commands import Command
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from contracts.commands.catalog import DefineDeviceModels, DefineLicenseTypes
from contracts.commands.claims import ClaimDevice, CreateClaimCode, WithdrawClaimCode
from contracts.commands.companies import CreateProject, FoundLedger, RegisterCompany
from contracts.commands.company_imports import ImportCompany, OfferCompany, WithdrawCompanyOffer
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    ProposeLinkedCorrections,
    RejectCorrection,
)
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.device_moves import (
    AcceptDevice,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.commands.devices import AddDevice, AllocateLicenses, DownloadLicenseFile, RecordLicenseFileDelivery
from contracts.commands.invitations import AcceptInvitation, CreateInvitation, WithdrawInvitation
from contracts.commands.legacy import ConvertLegacyLicenses, GiveLegacyConsent, ImportLegacyLicenses
from contracts.commands.legacy_keys import ImportLegacyKey, RegisterLegacyKeys
from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from contracts.commands.replacements import RecommissionDevice, ReplaceDevice
from contracts.commands.returns import ReleaseReturnLimit, ReportSpentCertificate, ReturnLicenses
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, UpgradeLicenses
from contracts.commands.test_licenses import IssueTestLicenses, ReleaseTest
from contracts.commands.warranty import ExtendWarranty
from contracts.identifiers import default_project_of
from tests.support.ledger.naive_sheet import Sheet
from tests.support.ledger.story import VENDOR

ALL = {"view", "licenses", "return", "test", "service", "rma", "rights"}


@dataclass
class Persons:
    """Administrators, members and grants, from the commands that were accepted."""

    sheet: Sheet
    administrators: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set[str]))
    members: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set[str]))
    grants: dict[tuple[str, str, str], set[str]] = field(default_factory=dict[tuple[str, str, str], set[str]])
    owner: dict[str, str] = field(default_factory=dict[str, str])
    offers: dict[str, str] = field(default_factory=dict[str, str])
    blocked: set[str] = field(default_factory=set[str])
    closed: set[str] = field(default_factory=set[str])
    invitations: dict[str, str] = field(default_factory=dict[str, str])
    makers: dict[str, Actor] = field(default_factory=dict[str, Actor])
    company_offers: dict[str, str] = field(default_factory=dict[str, str])

    def leads(self, actor: Actor, company: str | None) -> bool:
        if not isinstance(actor, Account) or actor.company != company:
            return False
        return actor.account in self.administrators[actor.company]

    def belongs(self, actor: Actor, company: str | None) -> bool:
        if not isinstance(actor, Account) or actor.company != company:
            return False
        return actor.account in self.administrators[actor.company] | self.members[actor.company]

    def rights(self, actor: Actor, project: str | None) -> set[str]:
        if project is None or not isinstance(actor, Account):
            return set()
        if self.leads(actor, self.owner.get(project)):
            return ALL
        return self.grants.get((actor.account, actor.company, project), set())

    def may(self, actor: Actor, right: str, *projects: str | None) -> bool:
        return all(right in self.rights(actor, project) for project in projects)

    def allowed(self, actor: Actor, command: Command) -> bool:
        """Whether this actor may ask for this at all."""
        if isinstance(actor, Account) and actor.company in self.blocked | self.closed:
            return False
        match command:
            case FoundLedger():
                return isinstance(actor, Operator)
            case RegisterCompany():
                itself = Account(account=command.administrator, company=command.company)
                return actor == itself or self.leads(actor, VENDOR)
            case IssueActivationKey() | DefineLicenseTypes() | DefineDeviceModels() | RegisterLegacyKeys():
                return self.leads(actor, VENDOR)
            case BlockActivationKey() | BlockDevice() | BlockCompany() | ReleaseReturnLimit() | RegisterDevices():
                return self.leads(actor, VENDOR)
            case UnblockActivationKey() | UnblockDevice() | UnblockCompany() | ImportLegacyLicenses():
                return self.leads(actor, VENDOR)
            case (
                ProposeSettingAside()
                | ApproveSettingAside()
                | ProposeCorrection()
                | ProposeLinkedCorrections()
                | ProposeDeliveryCorrection()
                | ApproveCorrection()
                | RejectCorrection()
                | TransferDevice()
                | ReplaceDevice()
                | RecommissionDevice()
                | DownloadLicenseFile()
                | ReleaseTest()
            ):
                return self.leads(actor, VENDOR)
            case AcceptInvitation():
                return isinstance(actor, Account)
            case ImportCompany():
                return self.leads(actor, command.into)
            case WithdrawCompanyOffer():
                return self.leads(actor, command.company) or self.leads(actor, self.company_offers.get(command.company))
            case CreateProject() | AddMember() | RemoveMember():
                return self.leads(actor, command.company)
            case CreateInvitation() | WithdrawInvitation() | OfferCompany():
                return self.leads(actor, command.company)
            case RenameProject() | ArchiveProject():
                return self.leads(actor, self.owner.get(command.project))
            case GrantRights():
                return self.may(actor, "rights", command.project) and self._has(actor, command)
            case RevokeRights():
                return self.may(actor, "rights", command.project) and self._has(actor, command)
            case BuySoftwareService() | ReleaseHeldLicenses():
                return self.may(actor, "service", command.project)
            case RedeemActivationKey() | AddDevice() | AllocateLicenses() | DeallocateLicenses():
                return self.may(actor, "licenses", command.project)
            case CreateClaimCode() | WithdrawClaimCode() | UpgradeLicenses():
                return self.may(actor, "licenses", command.project)
            case ConvertLegacyLicenses() | ImportLegacyKey():
                return self.may(actor, "licenses", command.project)
            case MoveLicenses():
                return self.may(actor, "licenses", command.source, command.target)
            case _:
                return self._allowed_on_device(actor, command)

    def _has(self, actor: Actor, command: GrantRights | RevokeRights) -> bool:
        """Nobody gives or takes what they have not; taking `view` takes all."""
        person = command.account, command.acting_for, command.project
        there, wanted = self.grants.get(person, set()), set[str](command.rights)
        if isinstance(command, RevokeRights):
            wanted = there if "view" in wanted else wanted & there
        return wanted <= self.rights(actor, command.project)

    def _allowed_on_device(
        self,
        actor: Actor,
        command: MoveDevice
        | ReleaseDevice
        | OfferDevice
        | WithdrawDeviceOffer
        | AcceptDevice
        | ExtendWarranty
        | IssueTestLicenses
        | ReturnLicenses
        | RecordLicenseFileDelivery
        | GiveLegacyConsent
        | ClaimDevice
        | ReportSpentCertificate,
    ) -> bool:
        home = self.sheet.home.get(command.serial)
        itself = isinstance(actor, Device) and actor.serial == command.serial
        gives_away = self.may(actor, "licenses", home) and self.belongs(actor, self.owner.get(home or ""))
        match command:
            case MoveDevice():
                return self.may(actor, "licenses", home, command.project)
            case ReleaseDevice() | OfferDevice():
                return gives_away
            case WithdrawDeviceOffer():
                return gives_away or self.belongs(actor, self.offers.get(command.serial))
            case AcceptDevice():
                company = self.owner.get(command.project)
                offered = self.offers.get(command.serial) == company
                takes = self.may(actor, "licenses", command.project) and self.belongs(actor, company)
                return offered and takes and self.owner.get(home or "") not in self.blocked
            case ExtendWarranty():
                return self.may(actor, "service", home)
            case IssueTestLicenses():
                return self.may(actor, "test", home)
            case ReturnLicenses():
                return itself or self.may(actor, "return", home)
            case RecordLicenseFileDelivery():
                return itself or self.may(actor, "licenses", home)
            case GiveLegacyConsent():
                return self.may(actor, "return", home)
            case ClaimDevice():
                maker, project = self.makers.get(command.code_digest), self.sheet.codes.get(command.code_digest)
                works = maker is None or project is None or self.may(maker, "licenses", project)
                return itself and works and self.owner.get(home or "") not in self.blocked
            case ReportSpentCertificate():
                return itself
            case _:
                assert_never(command)

    def enter(self, command: Command, actor: Actor) -> None:
        """Enter a command that was accepted; before the sheet does, which then moves the device."""
        match command:
            case FoundLedger():
                self._opened(command.vendor, command.administrator)
            case RegisterCompany():
                self._opened(command.company, command.administrator)
            case CreateProject():
                self.owner[command.project] = command.company
            case AddMember():
                self._left(command)
                (self.administrators if command.administrator else self.members)[command.company].add(command.account)
            case RemoveMember():
                self._left(command)
                gone = command.account, command.company
                self.grants = {key: rights for key, rights in self.grants.items() if key[:2] != gone}
            case GrantRights():
                self.grants.setdefault((command.account, command.acting_for, command.project), set()).update(
                    ("view", *command.rights)
                )
            case RevokeRights():
                there = self.grants[command.account, command.acting_for, command.project]
                there -= there.copy() if "view" in command.rights else set[str](command.rights)
            case CreateClaimCode():
                self.makers[command.code_digest] = actor
            case CreateInvitation():
                self.invitations[command.code_digest] = command.company
            case AcceptInvitation() if isinstance(actor, Account):
                self.members[self.invitations.pop(command.code_digest)].add(actor.account)
            case OfferCompany():
                self.company_offers[command.company] = command.offered_to
            case WithdrawCompanyOffer():
                del self.company_offers[command.company]
            case ImportCompany():
                self._imported(command.company, command.into)
            case BlockCompany():
                self.blocked.add(command.company)
            case UnblockCompany():
                self.blocked.discard(command.company)
            case OfferDevice():
                self.offers[command.serial] = command.company
            case ReleaseDevice() | WithdrawDeviceOffer() | AcceptDevice() | ClaimDevice() | ReplaceDevice():
                self.offers.pop(command.serial, None)
            case MoveDevice() | TransferDevice():
                if self.owner[command.project] != self.owner[self.sheet.home[command.serial]]:
                    self.offers.pop(command.serial, None)
            case _:
                pass

    def _imported(self, former: str, company: str) -> None:
        """All is the other company's; whoever was in the former one joins, and nothing of it goes on."""
        joining = self.administrators.pop(former, set[str]()) | self.members.pop(former, set[str]())
        self.members[company] |= joining - self.administrators[company]
        homes = {serial: self.owner[project] for serial, project in self.sheet.home.items()}
        self.offers = {one: to for one, to in self.offers.items() if former not in (to, homes[one])}
        self.company_offers = {one: to for one, to in self.company_offers.items() if former not in (one, to)}
        self.owner = {project: company if owner == former else owner for project, owner in self.owner.items()}
        self.grants = {key: rights for key, rights in self.grants.items() if key[1] != former}
        self.closed.add(former)

    def _opened(self, company: str, administrator: str) -> None:
        self.administrators[company].add(administrator)
        self.owner[default_project_of(company)] = company

    def _left(self, command: AddMember | RemoveMember) -> None:
        self.administrators[command.company].discard(command.account)
        self.members[command.company].discard(command.account)
