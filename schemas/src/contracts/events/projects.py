"""What became of projects, and of licenses between them."""

from typing import ClassVar, Literal

from contracts.fields import ProjectName
from contracts.identifiers import CompanyId, ProjectId
from contracts.licenses import DeviceLicenses, Lots
from contracts.models import WireModel
from contracts.software_service import Coverage


class ProjectRenamed(WireModel):
    """A project got another name."""

    type: ClassVar[str] = "licensing.ledger.project-renamed.v1"
    company: CompanyId
    project: ProjectId
    former_name: ProjectName
    project_name: ProjectName

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class ProjectArchived(WireModel):
    """An empty project was closed for good; its name is free again."""

    type: ClassVar[str] = "licensing.ledger.project-archived.v1"
    company: CompanyId
    project: ProjectId
    project_name: ProjectName

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class LicensesMoved(WireModel):
    """Licenses went from one project of a company to another: free ones, or with `held` such as waited to be paid.

    Where the other one's software service runs, `coverage` says what they cost to its end, or that they wait as held.
    """

    type: ClassVar[str] = "licensing.ledger.licenses-moved.v1"
    company: CompanyId
    source: ProjectId
    target: ProjectId
    lots: Lots
    held: Literal[True] | None = None
    coverage: Coverage | None = None

    @property
    def subject(self) -> str:
        return f"projects/{self.source}"


class LicensesDeallocated(WireModel):
    """PBX licenses that no delivered license file held went back to the project's balance."""

    type: ClassVar[str] = "licensing.ledger.licenses-deallocated.v1"
    company: CompanyId
    lots: Lots
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ProjectEvent = ProjectRenamed | ProjectArchived | LicensesMoved | LicensesDeallocated
