"""Joining a company: an account by a one-time invitation, a company by consent of both sides."""

from fastapi import APIRouter

from contracts.codes import activation_key, invitation_code
from contracts.commands.company_imports import ImportCompany, OfferCompany, WithdrawCompanyOffer
from contracts.commands.invitations import AcceptInvitation, CreateInvitation, WithdrawInvitation
from ledger.application.queries.members import CompanyOfferView, InvitationView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, CompanyOfPath, TheAsker
from ledger.entrypoints.api.http.problems import Refused
from ledger.entrypoints.api.http.reading import (
    PAGE_ROWS,
    Cursor,
    Limit,
    PageView,
    Reached,
    after_numbers,
    after_text,
    found,
    paged,
)
from ledger.entrypoints.api.http.throttled_commands import TheTypingAsker
from ledger.entrypoints.api.models import members as bodies

router = APIRouter(prefix="/v1", tags=["joining a company"])


@router.post("/companies/{company}/invitations", status_code=201)
async def create_invitation(
    company: CompanyOfPath, services: TheServices, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.InvitationCreated:
    """Make a code by which one account joins the company. It works once, for 14 days. For its administrators.

    The code is in this answer and nowhere else; the same request again gives it again. Handing it on is the caller's.
    """
    code = invitation_code.make(services.activation_key_secret, command_id)
    symbols = activation_key.normalise(code)
    digest = invitation_code.digest(symbols)
    command = CreateInvitation(company=company, code_digest=digest, code_hint=activation_key.hint(symbols))
    return bodies.InvitationCreated(
        company=company,
        invitation_code=code,
        code_digest=digest,
        expires_after_days=invitation_code.VALID_DAYS,
        sequence=await asker.ask(command, command_id),
    )


@router.post("/companies/{company}/invitation-withdrawals", status_code=201)
async def withdraw_invitation(
    company: CompanyOfPath, body: bodies.WithdrawInvitationBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.CompanyChanged:
    """Make an invitation useless that nobody accepted yet. For the company's administrators."""
    command = WithdrawInvitation(company=company, code_digest=body.code_digest)
    return bodies.CompanyChanged(company=company, sequence=await asker.ask(command, command_id))


@router.get("/companies/{company}/invitations", dependencies=[Reached])
async def list_invitations(
    company: CompanyOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[InvitationView]:
    """The invitations to the company, and what became of them; never the codes. For its administrators."""
    (after,) = after_numbers(cursor, 1)
    page = await services.people.invitations(caller.viewer, company, after, limit)
    return paged(found(page, "company_unknown"), lambda row: str(row.sequence))


@router.post("/invitations/acceptances", status_code=201)
async def accept_invitation(
    body: bodies.InvitationCodeBody, asker: TheTypingAsker, caller: TheCaller, command_id: CommandIdOfRequest
) -> bodies.CompanyJoined:
    """Join the company of an invitation, without rights. Case, blanks and hyphens do not matter.

    Every account may, whichever company its token names; `GET /v1/companies` then has the one that it joined.
    """
    try:
        symbols = activation_key.normalise(body.invitation_code)
    except activation_key.KeyMalformed:
        raise Refused("invitation_malformed") from None
    command = AcceptInvitation(code_digest=invitation_code.digest(symbols))
    sequence = await asker.ask_typed(command, command_id, miss="invitation_unknown")
    return bodies.CompanyJoined(account=caller.account, sequence=sequence)


@router.post("/companies/{company}/offers", status_code=201)
async def offer_company(
    company: CompanyOfPath, body: bodies.OfferCompanyBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.CompanyChanged:
    """Offer the whole company to another one, which may import it. For its administrators."""
    command = OfferCompany(company=company, offered_to=body.offered_to)
    return bodies.CompanyChanged(company=company, sequence=await asker.ask(command, command_id))


@router.post("/companies/{company}/offer-withdrawals", status_code=201)
async def withdraw_company_offer(
    company: CompanyOfPath, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.CompanyChanged:
    """Take the offer of the company back, or decline it. For administrators of either company."""
    sequence = await asker.ask(WithdrawCompanyOffer(company=company), command_id)
    return bodies.CompanyChanged(company=company, sequence=sequence)


@router.get("/company-offers", dependencies=[Reached])
async def list_company_offers(
    services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[CompanyOfferView]:
    """Open offers of companies, by and to the caller's. For its administrators."""
    page = await services.people.company_offers(caller.viewer, after_text(cursor), limit)
    return paged(page, lambda row: row.company)


@router.post("/companies/{company}/imports", status_code=201)
async def import_company(
    company: CompanyOfPath, body: bodies.ImportCompanyBody, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.CompanyImported:
    """Take a company over that was offered to this one. For this one's administrators.

    Its projects move with all that is in them, a name that is taken gets a number behind it, its accounts join without
    rights, and it is closed for ever.
    """
    sequence = await asker.ask(ImportCompany(company=body.former_company, into=company), command_id)
    return bodies.CompanyImported(company=company, former_company=body.former_company, sequence=sequence)
