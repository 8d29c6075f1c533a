"""Commands about projects and what lies in them."""

from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from tests.support.ledger.story import (
    DEFAULT,
    HOTEL,
    SERIAL,
)
from tests.support.ledger.story import licenses as licenses_of


def rename(name: str, project: str = HOTEL) -> RenameProject:
    return RenameProject(project=project, project_name=name)


def archive(project: str = HOTEL) -> ArchiveProject:
    return ArchiveProject(project=project)


def transfer(source: str = HOTEL, target: str = DEFAULT, *, held: bool = False, **counts: int) -> MoveLicenses:
    return MoveLicenses(source=source, target=target, licenses=licenses_of(**counts), held=held)


def deallocate(serial: str = SERIAL, project: str = HOTEL, **counts: int) -> DeallocateLicenses:
    return DeallocateLicenses(project=project, serial=serial, licenses=licenses_of(**counts))
