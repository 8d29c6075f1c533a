"""Test licenses: three months, once for a device."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.test_licenses import IssueTestLicenses
from ledger.application.queries.test_licenses import TestView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.as_of import AsOf
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheAsker
from ledger.entrypoints.api.http.reading import Known, Reached, device_then, device_there, etagged, found
from ledger.entrypoints.api.models.dated import IssueTestLicensesBody, TestIssued

router = APIRouter(prefix="/v1/devices/{serial}/test-licenses", tags=["test licenses"])


@router.post("", status_code=201)
async def issue_test_licenses(
    serial: SerialOfPath, body: IssueTestLicensesBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> TestIssued:
    """Put the device's one test on it; it is in the device's next license file.

    The same request again while the test runs is answered with the entry that issued it.
    """
    command = IssueTestLicenses(serial=serial, version=body.version, slave=body.slave, count=body.count)
    return TestIssued(serial=serial, sequence=await asker.ask(command, command_id))


@router.get("", dependencies=[Reached], response_model=TestView)
async def get_test_licenses(
    serial: SerialOfPath, known: Known, services: TheServices, caller: TheCaller, as_of: AsOf
) -> Response:
    """The test that the device has or has had, now or as of any entry or time."""
    if as_of is None:
        await device_there(services, caller, serial)
    else:
        await device_then(services, caller, serial, as_of)
    return etagged(known, found(await services.dated.test(caller.viewer, serial, as_of), "test_unknown"))
