"""Software service."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.catalog import Version
from contracts.identifiers import ProjectId, Serial, Sha256
from contracts.models import WireModel


class BuySoftwareService(WireModel):
    """Pay for months of software service for all licenses of a project, at the price that `preview` names."""

    name: Literal["buy-software-service"] = "buy-software-service"
    project: ProjectId
    months: Annotated[int, Field(ge=0, le=9_999)]
    preview: Sha256


class ReleaseHeldLicenses(WireModel):
    """Pay what held licenses owe to the end of the project's service, at the price that `preview` names."""

    name: Literal["release-held-licenses"] = "release-held-licenses"
    project: ProjectId
    preview: Sha256


class UpgradeLicenses(WireModel):
    """Exchange PBX licenses for a newer major version: those free in a project, or those on one of its devices."""

    name: Literal["upgrade-licenses"] = "upgrade-licenses"
    project: ProjectId
    serial: Serial | None = None
    version: Version


SoftwareServiceCommand = BuySoftwareService | ReleaseHeldLicenses | UpgradeLicenses
