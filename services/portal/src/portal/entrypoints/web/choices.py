"""What forms offer to choose from."""

from licensing_client.api import ProjectView
from portal.adapters.apis import Asking, ask

MOST_PROJECTS = 200


async def open_projects(api: Asking, *, but: str = "") -> list[ProjectView]:
    """The projects in which something may happen, without the one that is left."""
    page = await ask(api.ledger.list_projects, archived=False, limit=MOST_PROJECTS, at_least=api.at_least)
    return [one for one in page["items"] if one["project"] != but]
