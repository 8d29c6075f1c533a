"""What becomes of projects, and of licenses between them."""

from typing import Literal

from contracts.identifiers import ProjectId, Serial
from contracts.licenses import SeveralLicenses
from contracts.models import WireModel
from contracts.texts import ProjectName


class RenameProject(WireModel):
    """Give a project another name, which no other project of its company has."""

    name: Literal["rename-project"] = "rename-project"
    project: ProjectId
    project_name: ProjectName


class ArchiveProject(WireModel):
    """Close an empty project for good; its history stays, its name is free again."""

    name: Literal["archive-project"] = "archive-project"
    project: ProjectId


class MoveLicenses(WireModel):
    """Move free licenses from one project to another of the same company; with `held`, those that wait to be paid."""

    name: Literal["move-licenses"] = "move-licenses"
    source: ProjectId
    target: ProjectId
    licenses: SeveralLicenses
    held: bool = False


class DeallocateLicenses(WireModel):
    """Take PBX licenses back from a device to its project's balance, as long as no license file with them has left."""

    name: Literal["deallocate-licenses"] = "deallocate-licenses"
    project: ProjectId
    serial: Serial
    licenses: SeveralLicenses


ProjectCommand = RenameProject | ArchiveProject | MoveLicenses | DeallocateLicenses
