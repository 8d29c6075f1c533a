"""The signer's books of what moves: licenses between projects and off a device, and devices between projects.

Who may ask for a move is the writer's to know. That nothing leaves a company unless both sides said so, that what was
delivered is not taken back without a return, and that a claim code works once, these books see for themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from contracts.events import Event
from contracts.events.claims import ClaimCodeCreated, ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn
from contracts.events.device_moves import DeviceMoved, DeviceOffered, DeviceOfferWithdrawn, DeviceReleased
from contracts.events.devices import LicenseFileDelivered, LicenseFileDownloaded
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived
from contracts.licenses import DeviceLicenses, Lots
from contracts.log.postings import Posting, device_account, held_account, postings, project_account
from contracts.software_service import Coverage
from signer.domain.books_imports import Imports
from signer.domain.laws import LawBrokenError


@dataclass(frozen=True, slots=True)
class DeviceLife:
    """Where a device is, in which certificate life, and how often it has changed."""

    project: str
    generation: int
    issue: int


class MainBooks(Protocol):
    """What these books need of the main ones; every `require` raises LawBrokenError."""

    def life(self, serial: str) -> DeviceLife: ...
    def arrive(self, device: DeviceLicenses) -> DeviceLicenses: ...
    def leave(self, serial: str) -> DeviceLife: ...
    def live_on(self, device: DeviceLicenses, life: DeviceLife) -> None: ...
    def company_of(self, project: str) -> str | None: ...
    def take_over(self, event: CompanyImported) -> None: ...
    def returnable_on(self, serial: str) -> dict[str, int]: ...
    def balance(self, account: str) -> Mapping[str, int]: ...
    def legacy(self, account: str) -> Mapping[str, int]: ...
    def require_project(self, project: str, company: str) -> None: ...
    def require_licenses(self, device: DeviceLicenses) -> None: ...
    def units(self, lots: Lots) -> dict[str, int]: ...
    def cover(self, project: str, coverage: Coverage | None) -> None: ...
    def move(self, moves: tuple[Posting, ...]) -> None: ...


class Moves:
    """What moved so far, as far as later entries depend on it."""

    __slots__ = ("_archived", "_books", "_bound", "_codes", "_contacted", "_offers", "_released", "imports")

    def __init__(self, books: MainBooks) -> None:
        self._books = books
        self._released: dict[str, DeviceLife] = {}
        self._offers: dict[str, str] = {}  # the company that a device is offered to
        self._bound: dict[str, dict[str, int]] = {}  # the PBX licenses in the last delivered file of this generation
        self._codes: dict[str, str | None] = {}  # a claim code's project; None once it is used up
        self._contacted: set[str] = (
            set()
        )  # devices that took a file with licenses where they are, or came in by themselves
        self._archived: set[str] = set()
        self.imports = Imports()

    def post(self, event: Event) -> DeviceLicenses | None:
        """Enter an event; returns the device that it changed, proven. Events that move nothing pass."""
        match event:
            case LicenseFileDelivered() | LicenseFileDownloaded():
                self._delivered(event)
            case LicensesDeallocated():
                return self._deallocated(event)
            case LicensesMoved():
                self._licenses_moved(event)
            case DeviceMoved():
                return self._moved(event)
            case DeviceReleased():
                self._release(event)
            case DeviceOffered() | DeviceOfferWithdrawn():
                self._offer(event)
            case ClaimCodeCreated() | ClaimCodeWithdrawn():
                self._code(event)
            case DeviceClaimed():
                return self._claimed(event)
            case ProjectArchived():
                self._archive(event)
            case CompanyOffered() | CompanyOfferWithdrawn():
                self.imports.offer(event)
            case CompanyImported():
                self._imported(event)
            case _:
                pass
        return None

    def returned(self, serial: str) -> None:
        """A generation ended: what was delivered for it binds nothing any more."""
        self._bound.pop(serial, None)
        self._contacted.add(serial)

    def corrected(self, serial: str) -> None:
        """What a correction took off a device binds no more: never more than stands there."""
        held = self._books.returnable_on(serial)
        bound = self._bound.pop(serial, {})
        self._bound[serial] = {name: min(count, held[name]) for name, count in bound.items() if name in held}

    def upgraded(self, serial: str, became: Mapping[str, str]) -> None:
        """What was delivered stays bound as the types that it became."""
        bound: dict[str, int] = {}
        for name, count in self._bound.get(serial, {}).items():
            target = became.get(name, name)
            bound[target] = bound.get(target, 0) + count
        self._bound[serial] = bound

    def replaced(self, former: str, device: str) -> None:
        """What was delivered to the former device binds on the new one; its offer ends, and that it was in contact."""
        self._bound[device] = self._bound.pop(former, {})
        self._offers.pop(former, None)
        self._contacted.discard(former)

    def taken_back(self, serial: str) -> DeviceLife | None:
        """The life of a device that was released and comes into a project again."""
        return self._released.pop(serial, None)

    def require_open(self, project: str) -> None:
        """Nothing happens in an archived project."""
        if project in self._archived:
            raise LawBrokenError("project_archived", f"project {project} was archived")

    def _delivered(self, event: LicenseFileDelivered | LicenseFileDownloaded) -> None:
        life = self._books.life(event.serial)
        if (life.project, life.generation, life.issue) != (event.project, event.generation, event.issue):
            raise LawBrokenError("delivery_wrong", f"the file delivered to {event.serial} is not its newest one")
        self._books.require_project(event.project, event.company)
        came = isinstance(event, LicenseFileDelivered) and event.path == "direct"
        if came and self._books.balance(device_account(event.serial)):
            self._contacted.add(event.serial)
        self._bound[event.serial] = self._books.returnable_on(event.serial)

    def _deallocated(self, event: LicensesDeallocated) -> DeviceLicenses:
        device = event.device
        self._books.require_project(device.project, event.company)
        self._change(device, self._books.life(device.serial).project)
        bound, held = self._bound.get(device.serial, {}), self._books.returnable_on(device.serial)
        for name, count in self._books.units(event.lots).items():
            if held.get(name, 0) - count < bound.get(name, 0):
                raise LawBrokenError("licenses_delivered", f"{name} on {device.serial} was delivered")
        self._books.move(postings(event))
        self._books.require_licenses(device)
        return device

    def _licenses_moved(self, event: LicensesMoved) -> None:
        self._books.require_project(event.source, event.company)
        self._books.require_project(event.target, event.company)
        self._books.units(event.lots)
        self._books.cover(event.target, event.coverage)
        self._books.move(postings(event))

    def _moved(self, event: DeviceMoved) -> DeviceLicenses:
        device = event.device
        self._require_home(device.serial, event.former_project, event.former_company)
        self._books.require_project(device.project, event.company)
        self._change(device, device.project)
        if event.company != event.former_company:
            if event.reason is None or event.reference is None:
                self._require_consent(device.serial, event.company)
            self._offers.pop(device.serial, None)
        self._pay(event)
        self._books.require_licenses(device)
        return device

    def _pay(self, event: DeviceMoved) -> None:
        """What stands on a device is paid for in its new project, never held."""
        if event.coverage is not None and event.coverage.held:
            raise LawBrokenError("service_wrong", f"licenses on device {event.device.serial} cannot be held")
        self._books.cover(event.device.project, event.coverage)
        self._books.move(postings(event))

    def _release(self, event: DeviceReleased) -> None:
        self._require_home(event.serial, event.project, event.company)
        self._require_empty(event.serial)
        self._out(event.serial)

    def _offer(self, event: DeviceOffered | DeviceOfferWithdrawn) -> None:
        self._require_home(event.serial, event.project, event.company)
        if isinstance(event, DeviceOffered):
            self.imports.require_not_closed(event.offered_to)
            self._offers[event.serial] = event.offered_to
        else:
            self._offers.pop(event.serial, None)

    def _code(self, event: ClaimCodeCreated | ClaimCodeWithdrawn) -> None:
        self._books.require_project(event.project, event.company)
        if isinstance(event, ClaimCodeWithdrawn):
            self._codes[event.code_digest] = None
        elif event.code_digest in self._codes:
            raise LawBrokenError("claim_code_wrong", "this claim code was created before")
        else:
            self._codes[event.code_digest] = event.project

    def _claimed(self, event: DeviceClaimed) -> DeviceLicenses:
        if self._codes.get(event.code_digest) != event.device.project:
            raise LawBrokenError("claim_code_wrong", "this claim code is of another project, or used up")
        self._books.require_project(event.device.project, event.company)
        self._codes[event.code_digest] = None
        if event.former_project is not None:
            self._claimed_away(event, event.former_project)
        device = self._books.arrive(event.device)
        self._contacted.add(device.serial)
        return device

    def _claimed_away(self, event: DeviceClaimed, project: str) -> None:
        """Out of a project where it is a serial and no more: nothing on it, and never anything fetched."""
        serial, account = event.device.serial, device_account(event.device.serial)
        self._require_home(serial, project, event.former_company or "")
        if self._books.balance(account) or self._books.legacy(account) or event.device.test:
            raise LawBrokenError("device_not_empty", f"device {serial} has licenses where it is claimed from")
        if serial in self._contacted:
            raise LawBrokenError("device_in_contact", f"device {serial} was in contact where it is claimed from")
        self._out(serial)

    def _out(self, serial: str) -> None:
        """The device is in no project, and no offer of it stands."""
        self._offers.pop(serial, None)
        self._contacted.discard(serial)
        self._released[serial] = self._books.leave(serial)

    def _archive(self, event: ProjectArchived) -> None:
        self._books.require_project(event.project, event.company)
        account = project_account(event.project)
        held = self._books.balance(held_account(event.project))
        if self._books.balance(account) or held or self._books.legacy(account):
            raise LawBrokenError("project_archived", f"project {event.project} was archived with licenses in it")
        self._archived.add(event.project)

    def _imported(self, event: CompanyImported) -> None:
        """Offers of devices that one side of was the former company end, and so do codes of its projects."""
        self.imports.close(event)
        self._books.take_over(event)
        projects = {one.project for one in event.projects}
        for serial, offered_to in list(self._offers.items()):
            if offered_to == event.former_company or self._books.life(serial).project in projects:
                del self._offers[serial]
        for digest, project in self._codes.items():
            if project in projects:
                self._codes[digest] = None

    def _change(self, device: DeviceLicenses, project: str) -> None:
        """The device is in `project` from here on, the same generation, one issue on."""
        before = self._books.life(device.serial)
        self._books.live_on(device, DeviceLife(project, before.generation, before.issue + 1))

    def _require_home(self, serial: str, project: str, company: str) -> None:
        if self._books.life(serial).project != project:
            raise LawBrokenError("device_project_wrong", f"device {serial} is in another project")
        if self._books.company_of(project) != company:
            raise LawBrokenError("company_wrong", f"project {project} is not of company {company}")

    def _require_consent(self, serial: str, company: str) -> None:
        if self._offers.get(serial) != company:
            raise LawBrokenError("move_without_consent", f"device {serial} was not offered to company {company}")
        self._require_empty(serial)

    def _require_empty(self, serial: str) -> None:
        if self._books.returnable_on(serial) or self._books.legacy(device_account(serial)):
            raise LawBrokenError("device_not_empty", f"device {serial} still has PBX licenses")
