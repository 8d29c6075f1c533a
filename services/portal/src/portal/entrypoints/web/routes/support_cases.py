"""Support and presales cases of the company: the list, and one with its messages. The help desk works them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from portal.adapters.apis import ask
from portal.entrypoints.web import support_case_words as words
from portal.entrypoints.web.dependencies import TheServices, TheVisit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.orders import SUPPORT_CASES, listing
from portal.entrypoints.web.searching import MOST_TYPED

CASES_A_PAGE = 50

router = APIRouter(prefix="/cases")


async def _chosen(state: str = "", kind: str = "", find: str = "") -> dict[str, Any]:
    """What is asked for; an unknown choice is none."""
    return {
        "state": state if state in words.SHOWN else "open",
        "kind": kind if kind in words.KINDS else "",
        "find": "".join(one for one in find if one.isprintable()).strip()[:MOST_TYPED],
    }


Chosen = Annotated[dict[str, Any], Depends(_chosen)]


@router.get("")
async def cases_page(
    request: Request, visit: TheVisit, services: TheServices, chosen: Chosen, order: str = "", cursor: str | None = None
) -> Response:
    """The cases, those that are open and changed last first, unless others are asked for."""
    listed = listing(SUPPORT_CASES, order, chosen)
    page = await ask(
        visit.api.ledger.list_support_cases,
        state=chosen["state"],
        kind=chosen["kind"] or None,
        order=listed.value,
        q=chosen["find"] or None,
        cursor=cursor,
        limit=CASES_A_PAGE,
    )
    companies = {one["company"] for one in page["items"]} if visit.is_staff else set[str]()
    return services.pages.page(
        request,
        "support_cases.html",
        cases=page["items"],
        labels=await labels_of(visit.api, (one["serial"] for one in page["items"])),
        following=page["next"],
        companies=await services.accounts.company_names(list(companies)),
        has_presales=visit.session.company_kind != "end_customer",
        words=words,
        listing=listed,
        **chosen,
    )


@router.get("/{number}")
async def case_page(request: Request, visit: TheVisit, services: TheServices, number: str) -> Response:
    """Where a case stands, and what was said in it."""
    case = await ask(visit.api.ledger.get_support_case, number)
    companies = [case["company"]] if visit.is_staff else []
    return services.pages.page(
        request,
        "support_case.html",
        case=case,
        labels=await labels_of(visit.api, [case["serial"]]),
        company_names=await services.accounts.company_names(companies),
        words=words,
    )
