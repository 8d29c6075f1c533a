"""What is read by the rights of staff is recorded before the response begins, or it does not begin (rule X14)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from contracts.identifiers import derived_id
from contracts.refusals import REFUSALS
from runtime.accesses import Access, read_by_staff
from runtime.trouble import Trouble
from runtime.web.accesses import AccessRecorder, Recording
from runtime.web.authentication import AuthenticatedCaller
from runtime.web.conditional_requests import IfNoneMatch, not_modified_or
from runtime.web.gateway import Gateway
from runtime.web.problems import Problems
from runtime.web.streaming import streamed
from tests.support.issuer import Issuer
from tests.unit.runtime.web import bookshelf

STAFF, PARTNER = derived_id("staff", "account"), derived_id("partner", "account")
COMPANY, SECRET = derived_id("company", "company"), b"the shelf of a company"
ISSUER = Issuer()
router = APIRouter(prefix="/v1")


def by(caller: AuthenticatedCaller) -> None:
    """What the rights of a service do, wherever they tell staff from others."""
    if caller.account == STAFF:
        read_by_staff()


@router.get("/shelves/{company}")
@router.post("/shelves/{company}")
async def get_shelf(company: str, caller: AuthenticatedCaller, known: IfNoneMatch) -> Response:
    by(caller)
    return not_modified_or(known, company[:8], SECRET, "text/plain")


@router.get("/gone")
async def get_gone(caller: AuthenticatedCaller) -> Response:
    by(caller)
    return Response(SECRET, status_code=404)


@router.get("/catalog")
async def get_catalog(caller: AuthenticatedCaller) -> Response:
    by(caller)
    return Response(SECRET)


@dataclass
class Log:
    """Keeps what is recorded, and how much of a response had been sent by then. `refuses` is raised instead."""

    refuses: Exception | None = None
    sent: int = 0
    kept: list[tuple[Access, int]] = field(default_factory=list[tuple[Access, int]])
    closed: bool = False

    async def record(self, access: Access) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.kept.append((access, self.sent))


def client(log: Log) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(router)

    @app.get("/v1/stream")
    async def get_stream(caller: AuthenticatedCaller) -> Response:
        by(caller)
        return await streamed(_without_end(log), media_type="text/plain", headers={})

    recording = Recording(
        exempt={"get_catalog": "It is for everybody."},
        things={"company": "company", "serial": "device", "number": "case"},
    )
    gateway = Gateway(
        app,
        area="licenses",
        tokens=ISSUER.tokens(),
        problems=Problems(REFUSALS),
        metrics=bookshelf.METRICS,
        clock=lambda: datetime.now(UTC),
        recorder=AccessRecorder(log, recording),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(gateway, raise_app_exceptions=False), base_url="http://test")


async def _without_end(log: Log) -> AsyncGenerator[bytes]:
    try:
        while True:
            log.sent += 1
            yield SECRET
    finally:
        log.closed = True


async def ask(log: Log, path: str, account: str = STAFF, method: str = "GET", **head: str) -> httpx.Response:
    said = {"Authorization": f"Bearer {ISSUER.token(account)}"} | {k.replace("_", "-"): v for k, v in head.items()}
    async with client(log) as asking:
        return await asking.request(method, f"/v1/{path}", headers=said)


async def test_what_staff_reads_is_recorded_with_what_was_asked_and_not_how() -> None:
    log = Log()
    path = f"shelves/{COMPANY}?q=Hotel+Adria&cursor=abc&limit=5&at_least=7&serial=00-90-33-01-02-03&serial=0203"

    answer = await ask(log, path, X_Correlation_Id="one-page")

    assert (answer.status_code, answer.content) == (200, SECRET)
    ((access, sent),) = log.kept
    assert (access.account, access.operation, access.request_id, sent) == (STAFF, "get_shelf", "one-page", 0)
    assert access.asked == {"company": COMPANY, "q": "Hotel Adria", "serial": "00-90-33-01-02-03 0203"}
    assert access.things == {"company": COMPANY}


@pytest.mark.parametrize(
    ("serial", "things"),
    [("00-90-33-01-02-03", {"device": "009033010203"}), ("0203", {}), ("hotel", {}), ("", {})],
)
async def test_only_a_whole_serial_names_a_device(serial: str, things: dict[str, str]) -> None:
    log = Log()
    await ask(log, f"shelves/{COMPANY}?serial={serial}")
    assert log.kept[0][0].things == {"company": COMPANY} | things


async def test_what_is_still_so_and_a_head_count_as_read() -> None:
    log = Log()
    assert (await ask(log, f"shelves/{COMPANY}", If_None_Match=f'"{COMPANY[:8]}"')).status_code == 304
    assert (await ask(log, f"shelves/{COMPANY}", method="HEAD")).status_code == 200
    assert [access.operation for access, _ in log.kept] == ["get_shelf", "get_shelf"]


async def test_others_and_what_told_nothing_of_a_company_leave_no_record() -> None:
    log = Log()
    assert (await ask(log, f"shelves/{COMPANY}", account=PARTNER)).status_code == 200
    assert (await ask(log, f"shelves/{COMPANY}", method="POST")).status_code == 200
    assert (await ask(log, "gone")).status_code == 404
    assert (await ask(log, "catalog")).status_code == 200
    assert (await ask(log, "nowhere")).status_code == 404
    assert not log.kept


async def test_what_cannot_be_recorded_is_not_told() -> None:
    log = Log(refuses=Trouble("the database of secret-host is away", retry_after_seconds=7))

    answer = await ask(log, f"shelves/{COMPANY}")

    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (503, "access_not_recorded", "X14")
    assert answer.headers["retry-after"] == "7"
    assert SECRET not in answer.content
    assert "secret-host" not in answer.text
    assert (await ask(log, f"shelves/{COMPANY}", account=PARTNER)).content == SECRET


async def test_a_stream_that_cannot_be_recorded_ends_before_its_first_byte() -> None:
    log = Log(refuses=Trouble("the database is away"))

    answer = await ask(log, "stream")

    assert (answer.status_code, answer.json()["code"], log.closed) == (503, "access_not_recorded", True)


async def test_a_defect_of_the_log_tells_nothing_either() -> None:
    answer = await ask(Log(refuses=RuntimeError("a constraint")), f"shelves/{COMPANY}")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECRET not in answer.content
