"""What ends soon: software service, warranties, tests, and codes that nobody has used."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from contracts.dates import civil_day
from ledger.application.queries.expirations import ExpirationPlace, ExpirationSearch, ExpirationView, Expiring
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfQuery, ProjectOfQuery
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, Limit, PageView, after_text, bad_cursor, paged
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1", tags=["what ends"])

WITHIN_DAYS, MAX_WITHIN_DAYS = 90, 3_660
"""By default the longest notice of a reminder (rule D8); at most ten years, beyond any warranty."""


async def _wanted(
    services: TheServices,
    within: Annotated[
        int, Query(ge=1, le=MAX_WITHIN_DAYS, description="In how many days at most, today among them.", examples=[90])
    ] = WITHIN_DAYS,
    kind: Annotated[Expiring | None, Query(description="Only what is of this kind.")] = None,
    project: ProjectOfQuery = None,
    company: CompanyOfQuery = None,
) -> ExpirationSearch:
    now = services.clock()
    today = civil_day(now)
    return ExpirationSearch(today, today + timedelta(days=within - 1), now, kind, project, company)


Wanted = Annotated[ExpirationSearch, Depends(_wanted)]


@router.get("/expirations", dependencies=[Reached])
async def list_expirations(
    services: TheServices, caller: TheCaller, wanted: Wanted, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[ExpirationView]:
    """What ends within some days (Europe/Berlin), the soonest first: what the caller may see of it.

    Warranties are listed for resellers and the vendor's staff, each once the device was in contact in its company or
    was delivered to it. Claim codes are listed for whoever has `licenses` in the project, invitations for
    administrators.
    """
    page = await services.queries.expirations(caller.viewer, wanted, _after(cursor, wanted.today), limit)
    return paged(require_found(page, "project_unknown"), lambda row: f"{row.ends_on}.{_name_of(row)}.{row.kind}")


def _name_of(row: ExpirationView) -> str:
    return row.code_digest or row.serial or row.project or ""


def _after(cursor: str | None, today: date) -> ExpirationPlace:
    """The place in a cursor; what has ended since is not listed again. Raises Refused."""
    if cursor is None:
        return ExpirationPlace(today)
    day, _, rest = after_text(cursor).partition(".")
    name, dot, kind = rest.partition(".")
    try:
        place = ExpirationPlace(date.fromisoformat(day), name, kind)
    except ValueError:
        raise bad_cursor() from None
    if not dot:
        raise bad_cursor()
    return max(place, ExpirationPlace(today))
