"""Who belongs to a company, with names: the ledger knows the members, the portal what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licensing_client import Client
from licensing_client.api import MemberView
from portal.adapters.apis import ask
from portal.application.accounts import Accounts

PEOPLE_A_PAGE = 200
MOST_MEMBERS = 10_000
"""Of one company, in fifty questions: none that is known has a tenth of it."""
MOST_FOUND = 50
"""Namesakes among whom one chooses; for fewer one types more of the name."""


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Members to choose from. `are_many` says that they are found by typing; `has_more`, that more are called so."""

    members: Sequence[MemberView]
    names: Mapping[str, str]
    are_many: bool = False
    has_more: bool = False


async def colleagues(
    ledger: Client, accounts: Accounts, company: str, typed: str, *, at_least: int | None
) -> Colleagues:
    """All plain members of a company that fits into one list; of a larger one those with this part in their name.

    Raises Problem where the visitor may not know who belongs to it.
    """
    first = await ask(ledger.list_members, company, limit=PEOPLE_A_PAGE, at_least=at_least)
    if first["next"] is None:
        names = await accounts.names([one["account"] for one in first["items"]])
        return Colleagues(_plain(first["items"], names), names)
    if not typed:
        return Colleagues((), {}, are_many=True)
    members = await all_members(ledger, company, at_least=at_least)
    names = await accounts.names([one["account"] for one in members])
    found = [one for one in _plain(members, names) if _is_called(one["account"], names, typed)]
    return Colleagues(found[:MOST_FOUND], names, are_many=True, has_more=len(found) > MOST_FOUND)


async def all_members(ledger: Client, company: str, *, at_least: int | None) -> list[MemberView]:
    """Everybody who belongs to a company; raises Problem."""
    found, cursor = list[MemberView](), None
    for _ in range(MOST_MEMBERS // PEOPLE_A_PAGE):
        page = await ask(ledger.list_members, company, cursor=cursor, limit=PEOPLE_A_PAGE, at_least=at_least)
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    return found


def _plain(members: Sequence[MemberView], names: Mapping[str, str]) -> list[MemberView]:
    """Those who have no rights by their role, by name; whoever is erased is nobody to choose."""
    plain = (one for one in members if not one["administrator"] and names.get(one["account"]) != "")
    return sorted(plain, key=lambda one: names.get(one["account"], one["account"]).casefold())


def _is_called(account: str, names: Mapping[str, str], typed: str) -> bool:
    """Whether that stands in the name; somebody without a name here is found by the beginning of the id."""
    part = typed.casefold()
    return part in names.get(account, "").casefold() or account.startswith(part)
