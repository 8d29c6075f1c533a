"""The slip that goes into the parcel."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from contracts.dates import civil_day
from rma.adapters.slip import Paper, Slip, draw
from rma.application.queries.views import AddressView, CaseView, ContactView, RequestView
from rma.entrypoints.api.dependencies import TheServices, TheSight, today
from rma.entrypoints.api.http.commands import RmaOfPath
from runtime.web.consistency import Reached
from runtime.web.problems import require_found

PDF = "application/pdf"
ENCLOSE = ("The device named above, and no other", "This slip", "No power supply, no cables, no license papers")
_PAPERS: dict[str, Paper] = {"A4": "a4", "Letter": "letter"}
_DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "One page.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(prefix="/v1/rmas", tags=["cases"])


@router.get("/{rma}/slip", dependencies=[Reached], response_class=Response, responses=_DESCRIBED)
async def get_slip(
    rma: RmaOfPath,
    services: TheServices,
    sight: TheSight,
    paper: Annotated[Literal["A4", "Letter"], Query(description="The paper to print on.")] = "A4",
) -> Response:
    """What to print and put into the parcel: number and serial, for people and for a scanner, and where to send it."""
    case = require_found(await services.queries.case(sight, rma, None, today(services)), "rma_unknown")
    page = await asyncio.to_thread(draw, _slip_of(case, services.ship_to), _PAPERS[paper])
    head = {"Content-Disposition": f'inline; filename="{rma}.pdf"'}
    return Response(page, media_type=PDF, headers=head)


def _slip_of(case: CaseView, ship_to: tuple[str, ...]) -> Slip:
    request = case.request or RequestView()
    return Slip(
        rma=case.rma,
        serial=case.serial,
        filed=civil_day(case.filed),
        reference=case.reference,
        sender=(*_address(request.shipping_address), *_contact(request.technical_contact)),
        ship_to=ship_to,
        enclose=ENCLOSE,
    )


def _address(address: AddressView | None) -> tuple[str, ...]:
    if address is None:
        return ("",)
    return (address.name, *address.lines, f"{address.country}-{address.postal_code} {address.city}")


def _contact(contact: ContactView | None) -> tuple[str, ...]:
    return () if contact is None else (", ".join(filter(None, (contact.name, contact.phone, contact.email))),)
