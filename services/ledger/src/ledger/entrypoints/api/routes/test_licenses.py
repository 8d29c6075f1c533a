"""Test licenses: three months, once for a device unless staff releases it."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.commands.test_licenses import IssueTestLicenses, ReleaseTest
from ledger.application.queries.test_licenses import TestView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, SerialOfPath, TheCommandSender
from ledger.entrypoints.api.http.device_lookup import require_device, require_device_as_of
from ledger.entrypoints.api.http.results import result
from ledger.entrypoints.api.models.base import StaffBody
from ledger.entrypoints.api.models.test_licenses import IssueTestLicensesBody, TestIssuedResponse, TestReleasedResponse
from runtime.web.as_of import AsOf
from runtime.web.conditional_requests import IfNoneMatch, etag_response
from runtime.web.consistency import Reached
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1/devices/{serial}", tags=["test licenses"])


@router.post("/test-licenses", status_code=201)
async def issue_test_licenses(
    serial: SerialOfPath, body: IssueTestLicensesBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> TestIssuedResponse:
    """Put the device's one test on it; it is in the device's next license file.

    The same request again while the test runs is answered with the entry that issued it. The device was in contact in
    its company, or the vendor delivered it there.
    """
    command = IssueTestLicenses(serial=serial, version=body.version, slave=body.slave, count=body.count)
    sequence = await sender.send(command, command_id)
    test = await result(sender, sequence, lambda: sender.services.queries.test(sender.caller.viewer, serial, sequence))
    return TestIssuedResponse(serial=serial, ends_on=test and test.ends_on, sequence=sequence)


@router.post("/test-releases", status_code=201)
async def release_test(
    serial: SerialOfPath, body: StaffBody, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> TestReleasedResponse:
    """Let a device have a test again whose one test somebody else had used up. For the vendor's staff.

    A test that runs ends with it.
    """
    command = ReleaseTest(serial=serial, reason=body.reason, reference=body.reference)
    return TestReleasedResponse(serial=serial, sequence=await sender.send(command, command_id))


@router.get("/test-licenses", dependencies=[Reached], response_model=TestView)
async def get_test_licenses(
    serial: SerialOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller, as_of: AsOf
) -> Response:
    """The test that the device has or has had, now or as of any entry or time."""
    if as_of is None:
        await require_device(services, caller, serial)
    else:
        await require_device_as_of(services, caller, serial, as_of)
    return etag_response(
        known, require_found(await services.queries.test(caller.viewer, serial, as_of), "test_unknown")
    )
