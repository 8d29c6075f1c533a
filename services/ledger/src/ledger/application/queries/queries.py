"""What may be asked of the read side, and by whom: every answer holds only what the viewer may see (rule X7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.fields import CompanyKind, DeliveryPath
from contracts.licenses import LicenseClass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account that acts for a company.

    It sees the projects that it has rights in; an administrator all of the company's, the vendor's staff all.
    """

    account: str
    company: str


class NoRight(Exception):  # noqa: N818 - states the world
    """The viewer knows of it, but has not the right to see it; outside its reach the answer is None instead."""


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class BlockedView(View):
    """A block that holds. Its reason is told to the company's administrators, by GET /v1/blocks, and to staff."""

    subject: str = Field(description="What is blocked.", examples=["devices/009033010203", "companies/…"])
    since: datetime
    sequence: int = Field(description="The entry that blocked it; name it when you ask.")
    ask: str = Field(default="the vendor's staff", description="Who can say why, and let it go on.")


Blocked = Annotated[BlockedView | None, Field(description="The block that stops it now, or null.")]


class CompanyView(View):
    company: str
    kind: CompanyKind
    default_project: str
    sequence: int = Field(description="The entry that made it known.")
    registered: datetime
    imported_into: str | None = Field(description="The company that took it over, if one did; it is closed then.")
    blocked: Blocked = None


class ProjectView(View):
    project: str
    company: str
    name: str
    sequence: int = Field(description="The entry that opened it.")
    created: datetime
    archived: datetime | None = Field(description="When it was closed for good, if it was.")
    blocked: Annotated[BlockedView | None, Field(description="The block of its company, or null.")] = None


class FreeLicenses(View):
    license_type: str
    license_class: LicenseClass
    free: int


class HeldLicenses(View):
    license_type: str
    license_class: LicenseClass
    count: int


class BalanceView(View):
    project: str
    licenses: list[FreeLicenses]
    held: list[HeldLicenses] = Field(description="Those that wait until software service is paid for them.")
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class LicensesView(View):
    license_type: str
    license_class: LicenseClass
    count: int


class DeliveryView(View):
    issue: int
    path: DeliveryPath
    time: datetime
    file_sha256: str


class DeviceView(View):
    serial: str
    project: str
    generation: int
    issue: int = Field(description="How often the device has changed; its newest license file has this number.")
    licenses: list[LicensesView]
    sequence: int = Field(description="The entry that changed it last.")
    changed: datetime
    delivery: DeliveryView | None = Field(
        description="The first delivery of its newest license file, if there was one."
    )
    blocked: Annotated[BlockedView | None, Field(description="Its own block, or else its company's, or null.")] = None
    as_of: int | None = Field(default=None, description="The entry it stands at, where the past was asked for.")


class MovementView(View):
    sequence: int
    line: int
    time: datetime
    account: str = Field(examples=["project/…", "device/009033010203"])
    license_type: str
    units: int = Field(description="Into the account, or out of it when negative.")
    held: int = Field(description="Units of the type in the account after it.")
    event_type: str
    actor: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and whether there are more."""

    rows: tuple[T, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document of the signer, as bytes."""

    serial: str
    generation: int
    sequence: int
    sha256: str
    document: bytes
    issue: int = 0


@dataclass(frozen=True, slots=True)
class ProjectSearch:
    """What projects to list; what is None or empty does not matter. `name` is how it begins, whatever its case."""

    name: str = ""
    company: str | None = None
    archived: bool | None = None


class Queries(Protocol):
    """Reads of one ledger, each from one snapshot; None for what is not there or not to be seen.

    Raises NoRight where the viewer may know why, and Trouble.
    """

    async def position(self) -> int: ...
    async def companies(self, viewer: Viewer, kind: CompanyKind | None, after: int, limit: int) -> Page[CompanyView]:
        """Those that the account belongs to, in the order of their entries; all for the vendor's staff."""
        ...

    async def company(self, viewer: Viewer, company: str) -> CompanyView | None: ...
    async def projects(self, viewer: Viewer, wanted: ProjectSearch, after: int, limit: int) -> Page[ProjectView]:
        """In the order of their entries, or of their names where a name is asked for; after the project of an entry."""
        ...

    async def project(self, viewer: Viewer, project: str) -> ProjectView | None: ...
    async def balance(self, viewer: Viewer, project: str) -> BalanceView | None: ...
    async def devices(self, viewer: Viewer, project: str, after: str, limit: int) -> Page[DeviceView] | None: ...
    async def device(self, viewer: Viewer, serial: str) -> DeviceView | None: ...
    async def movements(
        self, viewer: Viewer, account: str, after: tuple[int, int], limit: int
    ) -> Page[MovementView] | None: ...
    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None: ...
    async def return_receipt(self, viewer: Viewer, serial: str, generation: int | None) -> SignedDocument | None: ...
