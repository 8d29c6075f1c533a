"""Projects together with what is free in them."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from licensing_client.api import BalanceView, ProjectView
from portal.adapters.apis import Asking, ask


class ProjectWithBalance(NamedTuple):
    project: ProjectView
    balance: BalanceView


async def with_balances(
    api: Asking, projects: Sequence[ProjectView], as_of: str | None = None
) -> list[ProjectWithBalance]:
    """The projects of one page with their balances, now or as of a day or an entry, asked side by side."""

    async def one(project: ProjectView) -> ProjectWithBalance:
        balance = await ask(api.ledger.get_balance, project["project"], as_of=as_of, at_least=api.at_least)
        return ProjectWithBalance(project, balance)

    return list(await asyncio.gather(*map(one, projects)))
