"""Cases over HTTP: filed, read, and taken step by step, with the real writer and the real rows."""

from tests.support.rma.api_at_work import Desk, a_report

SERIAL = "009033010203"


async def test_a_case_is_filed_and_read(desk: Desk) -> None:
    await desk.ledger.stocked_project(SERIAL)
    await desk.knows(SERIAL)

    rma = await desk.files(SERIAL, reference="PO-7")

    case = await desk.case(rma)
    assert case["state"] == "authorised"
    assert case["expected"] == "send_device"
    assert case["steps"] == ["cancel"]
    assert case["reference"] == "PO-7"
    assert case["request"]["defect"] == a_report(SERIAL)["defect"]
