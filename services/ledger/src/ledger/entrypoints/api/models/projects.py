"""Bodies and responses of projects."""

from pydantic import Field

from contracts.identifiers import ProjectId
from contracts.texts import ProjectName
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText
from ledger.entrypoints.api.models.licenses import MovedLicensesView, WantedList


class CreateProjectBody(Body):
    project_name: ProjectName


class ProjectCreatedResponse(CommandResponse):
    project: str
    project_name: str


class RenameProjectBody(Body):
    project_name: ProjectName


class MoveLicensesBody(Body):
    target: ProjectId
    licenses: WantedList
    held: bool = Field(default=False, description="Whether those are meant that wait to be paid, not free ones.")


class DeallocateLicensesBody(Body):
    serial: SerialText
    licenses: WantedList


class ProjectChangedResponse(CommandResponse):
    project: str


class LicensesMovedResponse(ProjectChangedResponse):
    held: list[MovedLicensesView] | None = Field(
        description="What waits in the other project until software service is paid for it; null if it could not be "
        "read in time, or is not for the caller to see."
    )
    credits: int | None = Field(description="What software service of the other project took for them.")
