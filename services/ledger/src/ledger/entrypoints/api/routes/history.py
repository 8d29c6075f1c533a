"""How things came to be: the entries that concern them, and the movements that make a balance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from contracts.identifiers import LICENSE_TYPE_PATTERN, MAX_SEQUENCE, SHA256_PATTERN
from ledger.application.queries.activation_keys import ActivationKeyView
from ledger.application.queries.balances import CauseView
from ledger.application.queries.history import EntrySearch, EntryView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.http.commands import CompanyOfPath, ProjectOfPath, SerialOfPath
from runtime.pages import Page
from runtime.web.as_of import AsOf
from runtime.web.consistency import Reached
from runtime.web.pagination import PAGE_ROWS, Cursor, InOrderOfEntries, Limit, PageView, after_numbers, paged
from runtime.web.path_values import matching
from runtime.web.problems import require_found

router = APIRouter(prefix="/v1", tags=["history"])

LicenseTypeOfQuery = Annotated[str, Query(pattern=LICENSE_TYPE_PATTERN, max_length=40, examples=["Port11"])]
OrderNumber = Annotated[str | None, Query(pattern=r"^[^\x00-\x1f\x7f]{1,64}$", description="Keys of this order only.")]


class WhyView(PageView[CauseView]):
    """The movements of a balance, oldest first; `held` of the last one is the balance."""

    project: str
    license_type: str
    as_of: int | None = Field(default=None, description="The entry up to which movements count.")


async def _key_digest(key_digest: str) -> str:
    return matching(SHA256_PATTERN, key_digest, "key_unknown")


KeyDigestOfPath = Annotated[str, Depends(_key_digest)]


@router.get("/projects/{project}/balance/why", dependencies=[Reached])
async def explain_balance(
    project: ProjectOfPath,
    license_type: LicenseTypeOfQuery,
    services: TheServices,
    caller: TheCaller,
    as_of: AsOf,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> WhyView:
    """Why the balance of a type is what it is: every movement with its entry, its cause, and the running total."""
    after, line = after_numbers(cursor, 2)
    until = MAX_SEQUENCE if as_of is None else as_of
    start = (after, line if cursor else -1)
    causes = await services.queries.causes(caller.viewer, project, license_type, until, start, limit)
    page = paged(require_found(causes, "project_unknown"), lambda row: f"{row.sequence}.{row.line}")
    return WhyView(project=project, license_type=license_type, as_of=as_of, items=page.items, next=page.next)


@router.get("/projects/{project}/history", dependencies=[Reached])
async def get_project_history(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[EntryView]:
    """Every entry that concerns the project, oldest first."""
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.entries(caller.viewer, EntrySearch(project=project), after, limit)
    return _entries(page, "project_unknown")


@router.get("/devices/{serial}/history", dependencies=[Reached])
async def get_device_history(
    serial: SerialOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[EntryView]:
    """Every entry that concerns the device while in projects that the caller sees, oldest first; all for staff."""
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.entries(caller.viewer, EntrySearch(device=serial), after, limit)
    return _entries(page, "device_unknown")


@router.get("/companies/{company}/history", dependencies=[Reached])
async def get_company_history(
    company: CompanyOfPath, services: TheServices, caller: TheCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> PageView[EntryView]:
    """Every entry that concerns the company or something of it, oldest first."""
    (after,) = after_numbers(cursor, 1)
    page = await services.queries.entries(caller.viewer, EntrySearch(company=company), after, limit)
    return _entries(page, "company_unknown")


@router.get("/activation-keys", dependencies=[Reached])
async def list_activation_keys(
    services: TheServices,
    caller: TheCaller,
    walk: InOrderOfEntries,
    order_number: OrderNumber = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[ActivationKeyView]:
    """Issued keys in the order in which they were issued. For the vendor's staff."""
    keys = await services.queries.activation_keys(caller.viewer, order_number, walk.start, limit)
    return walk.paged(require_found(keys, "no_right"), lambda row: row.issued_sequence)


@router.get("/projects/{project}/activation-keys", dependencies=[Reached])
async def list_redeemed_keys(
    project: ProjectOfPath, services: TheServices, caller: TheCaller, walk: InOrderOfEntries, limit: Limit = PAGE_ROWS
) -> PageView[ActivationKeyView]:
    """The keys that were redeemed into the project, in that order. Their orders are told to the vendor's staff only."""
    keys = await services.queries.redeemed_keys(caller.viewer, project, walk.start, limit)
    return walk.paged(require_found(keys, "project_unknown"), lambda row: row.redeemed_sequence)


@router.get("/activation-keys/{key_digest}", dependencies=[Reached])
async def get_activation_key(
    key_digest: KeyDigestOfPath, services: TheServices, caller: TheCaller
) -> ActivationKeyView:
    """One key, by the digest that the ledger keeps of it: what it held, and what became of it.

    For the vendor's staff, and for whoever may see the project that it was redeemed into.
    """
    return require_found(await services.queries.activation_key(caller.viewer, key_digest), "key_unknown")


@router.get("/activation-keys/{key_digest}/history", dependencies=[Reached])
async def get_activation_key_history(
    key_digest: KeyDigestOfPath,
    services: TheServices,
    caller: TheCaller,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> PageView[EntryView]:
    """Every entry that concerns the key, oldest first, for whoever may see the key."""
    (after,) = after_numbers(cursor, 1)
    return _entries(await services.queries.key_history(caller.viewer, key_digest, after, limit), "key_unknown")


def _entries(page: Page[EntryView] | None, code: str) -> PageView[EntryView]:
    return paged(require_found(page, code), lambda row: str(row.sequence))
