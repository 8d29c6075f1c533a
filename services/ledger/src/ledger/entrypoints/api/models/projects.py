"""Bodies and responses of projects."""

from pydantic import Field

from contracts.identifiers import ProjectId
from contracts.texts import ProjectName
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText
from ledger.entrypoints.api.models.licenses import WantedList


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
