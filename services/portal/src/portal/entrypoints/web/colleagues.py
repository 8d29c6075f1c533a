"""Who belongs to a company, with names: the ledger knows the members, the portal what they are called."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Query

from licensing_client import Client
from licensing_client.api import GrantView, GrantViewPage, MemberView, MemberViewPage
from portal.adapters.apis import ask
from portal.application.accounts import Accounts

PEOPLE_A_PAGE = 200
MOST_PEOPLE = 10_000
"""Of one company or project, in fifty questions: a company has a tenth of it at most."""
Place = Annotated[int, Query(ge=0, le=MOST_PEOPLE)]
"""Behind how many of a list that is sorted here a page begins."""
PersonT = TypeVar("PersonT", MemberView, GrantView)
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

    def page(cursor: str | None) -> Awaitable[MemberViewPage]:
        return ask(ledger.list_members, company, cursor=cursor, limit=PEOPLE_A_PAGE, at_least=at_least)

    return await _all(page)


async def all_grants(ledger: Client, project: str, *, at_least: int | None) -> list[GrantView]:
    """Everybody who was given rights in a project; raises Problem."""

    def page(cursor: str | None) -> Awaitable[GrantViewPage]:
        return ask(ledger.list_grants, project, cursor=cursor, limit=PEOPLE_A_PAGE, at_least=at_least)

    return await _all(page)


async def _all(page_behind: Callable[[str | None], Awaitable[Any]]) -> list[Any]:
    """All rows of a list, up to the most that are known of anybody."""
    found, cursor = list[Any](), None
    for _ in range(MOST_PEOPLE // PEOPLE_A_PAGE):
        page = await page_behind(cursor)
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    return found


def in_order(people: Sequence[PersonT], names: Mapping[str, str], order: str) -> list[PersonT]:
    """People in one of the orders of `orders.PEOPLE`, and by name where that leaves them side by side."""
    found = by_name(people, names)
    match order:
        case "role":
            return sorted(found, key=lambda one: not one.get("administrator"))
        case "newest_first":
            return sorted(found, key=lambda one: one["since"], reverse=True)
        case "oldest_first":
            return sorted(found, key=lambda one: one["since"])
        case _:
            return found


def by_name(people: Iterable[PersonT], names: Mapping[str, str]) -> list[PersonT]:
    """People as one looks them up: who has no name here stands behind those who have one, and is found by the id."""
    return sorted(people, key=lambda one: (not names.get(one["account"]), called(one["account"], names).casefold()))


def called(account: str, names: Mapping[str, str]) -> str:
    return names.get(account) or account


def _plain(members: Sequence[MemberView], names: Mapping[str, str]) -> list[MemberView]:
    """Those who have no rights by their role, by name; whoever is erased is nobody to choose."""
    return by_name((one for one in members if not one["administrator"] and names.get(one["account"]) != ""), names)


def _is_called(account: str, names: Mapping[str, str], typed: str) -> bool:
    """Whether that stands in the name; somebody without a name here is found by the beginning of the id."""
    part = typed.casefold()
    return part in names.get(account, "").casefold() or account.startswith(part)
