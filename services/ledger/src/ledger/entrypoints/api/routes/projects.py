"""Projects renamed and archived, licenses between projects, and back from a device."""

from fastapi import APIRouter

from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, ProjectOfPath, TheAsker, serial_of
from ledger.entrypoints.api.models import members as bodies
from ledger.entrypoints.api.routes.activation_keys import wanted

router = APIRouter(prefix="/v1/projects/{project}", tags=["projects"])


@router.post("/renaming", status_code=201)
async def rename_project(
    project: ProjectOfPath, body: bodies.NameBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ProjectChanged:
    """Give the project another name. For the company's administrators. Names are kept for ever: no person's name."""
    sequence = await asker.ask(RenameProject(project=project, project_name=body.name), command_id)
    return bodies.ProjectChanged(project=project, sequence=sequence)


@router.post("/archiving", status_code=201)
async def archive_project(
    project: ProjectOfPath, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ProjectChanged:
    """Close a project that has neither devices nor free licenses, for good. For the company's administrators."""
    sequence = await asker.ask(ArchiveProject(project=project), command_id)
    return bodies.ProjectChanged(project=project, sequence=sequence)


@router.post("/transfers", status_code=201)
async def move_licenses(
    project: ProjectOfPath, body: bodies.TransferBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ProjectChanged:
    """Move free licenses, or held ones, to another project of the same company, all or none."""
    command = MoveLicenses(source=project, target=body.target, licenses=wanted(body.licenses), held=body.held)
    return bodies.ProjectChanged(project=project, sequence=await asker.ask(command, command_id))


@router.post("/deallocations", status_code=201)
async def deallocate_licenses(
    project: ProjectOfPath, body: bodies.DeallocateBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.DeviceChanged:
    """Take PBX licenses back from a device, as long as no license file with them was delivered."""
    serial = serial_of(body.serial)
    command = DeallocateLicenses(project=project, serial=serial, licenses=wanted(body.licenses))
    return bodies.DeviceChanged(serial=serial, sequence=await asker.ask(command, command_id))
