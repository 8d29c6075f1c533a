"""Who caused entries, as far as their reader may know them."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.application.accounts import Accounts
from portal.entrypoints.web.dependencies import Visit


async def actors(
    entries: Sequence[Mapping[str, object]], accounts: Accounts, visit: Visit
) -> dict[str, dict[str, Any]]:
    """Who caused some entries, by the actors as they stand there.

    A person is named to colleagues only, and a company to its own people and to the vendor's staff: for everybody else
    whoever acted stays «another company».
    """
    split = {said: _parts(said) for said in {str(entry["actor"]) for entry in entries}}
    acting = {company for _, _, company in split.values() if company}
    colleagues = [name for kind, name, company in split.values() if kind == "account" and company == visit.company]
    names = await accounts.names(colleagues) if colleagues else {}
    known = acting if visit.is_staff else acting & {visit.company}
    companies = await accounts.company_names(sorted(known)) if known else {}
    return {
        actor: {"kind": kind, "name": names.get(name), "id": name, "company": companies.get(company)}
        for actor, (kind, name, company) in split.items()
    }


def _parts(actor: str) -> tuple[str, str, str]:
    """What kind of actor it is, its id, and the company that a person acted for."""
    kind, _, rest = actor.partition(":")
    name, _, acting = rest.partition("@")
    return kind, name, name if kind == "company" else acting
