"""What may be asked about blocks, corrections, return limits, downloads and old licenses, and by whom (X5 and X7)."""

from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.legacy import LegacyQueries
from ledger.application.queries.queries import LicensesView, Page, SignedDocument, View, Viewer
from ledger.application.queries.replacements import ReplacementQueries

CorrectionState = Literal["proposed", "applied", "rejected"]


class BlockView(View):
    subject: str = Field(examples=["devices/009033010203"])
    reason: str
    reference: str
    sequence: int = Field(description="The entry that blocked it.")
    blocked: datetime
    lifted_reason: str | None
    lifted_reference: str | None
    lifted_sequence: int | None = Field(description="The entry that unblocked it, or null while the block holds.")
    lifted: datetime | None


class CorrectedDeliveryView(View):
    """What a delivered device is, and since when."""

    serial: str
    model: str
    delivered_on: date


class CorrectionView(View):
    """Of licenses, from `source` to `target`; or of a delivery, which is the vendor's and moves nothing."""

    correction: str
    company: str
    source: str | None
    target: str | None
    licenses: list[LicensesView]
    delivery: CorrectedDeliveryView | None = Field(description="What the device is registered as, once approved.")
    reason: str
    reference: str
    proposed_by: str
    sequence: int = Field(description="The entry that proposed it.")
    proposed: datetime
    state: CorrectionState
    decided_by: str | None
    decision_reason: str | None
    decided_sequence: int | None = Field(description="The entry that applied or rejected it.")
    decided: datetime | None


class DeliveredDeviceView(View):
    """A device that the vendor delivered, as it is registered by now, and the last day of its warranty."""

    serial: str
    model: str
    delivered_on: date
    base_months: int = Field(description="Months of warranty that it came with.")
    months: int = Field(description="Base and extensions.")
    ends_on: date = Field(description="The last day of the warranty.")
    registered_sequence: int = Field(description="The entry that registered it.")
    sequence: int = Field(description="The entry that said its model or its day of delivery last.")
    replacement: str | None = Field(description="The device that stands in for it and goes on with its warranty.")


class SpentCertificateView(View):
    serial: str
    generation: int = Field(description="The generation that was given back and shown again.")
    current_generation: int = Field(description="The device's generation by then.")
    certificate_sha256: str
    company: str
    project: str
    sequence: int
    seen: datetime


class StaffDownloadView(View):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str = Field(description="Who of the staff took it.", examples=["account:…@…"])
    sequence: int = Field(description="The entry that was written before the file left.")
    downloaded: datetime


class ReturnLimitReleaseView(View):
    """Staff let a device give back again."""

    serial: str
    reason: str
    reference: str
    sequence: int
    released: datetime


class StaffQueries(LegacyQueries, ReplacementQueries, Protocol):
    """Reads of one ledger, each from one snapshot; None for what is not to be seen.

    Raises NoRight where the viewer may know why, and Trouble.
    """

    async def blocks(self, viewer: Viewer, after: int, limit: int, *, only_holding: bool) -> Page[BlockView]:
        """Staff sees all; a company's administrators see its own and those of its devices."""
        ...

    async def corrections(
        self, viewer: Viewer, state: CorrectionState | None, after: int, limit: int
    ) -> Page[CorrectionView]: ...
    async def correction(self, viewer: Viewer, correction: str) -> CorrectionView | None: ...
    async def delivered_devices(
        self, viewer: Viewer, prefix: str, after: str, limit: int
    ) -> Page[DeliveredDeviceView]: ...
    async def spent_certificates(self, viewer: Viewer, after: int, limit: int) -> Page[SpentCertificateView]: ...
    async def license_file(self, viewer: Viewer, serial: str) -> SignedDocument | None:
        """The newest file of a device as it stands ready; taking it is a command of its own."""
        ...

    async def downloads(self, viewer: Viewer, after: int, limit: int) -> Page[StaffDownloadView]: ...
    async def return_limit_releases(self, viewer: Viewer, after: int, limit: int) -> Page[ReturnLimitReleaseView]: ...
