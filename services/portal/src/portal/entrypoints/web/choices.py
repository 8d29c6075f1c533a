"""What forms offer to choose from."""

from contracts.fields import Right
from licensing_client.api import ProjectView
from portal.adapters.apis import Asking, ask

MOST_PROJECTS = 200


async def open_projects(api: Asking, *, but: str = "", right: Right | None = None) -> list[ProjectView]:
    """The projects in which something may happen, by who has this right there, without the one that is left."""
    page = await ask(api.ledger.list_projects, archived=False, limit=MOST_PROJECTS, at_least=api.at_least)
    return [one for one in page["items"] if one["project"] != but and (right is None or may(one, right))]


async def targets_of(api: Asking, project: ProjectView) -> list[ProjectView]:
    """Where something of this project may go, by the right on both sides; all where it is missing on this one."""
    found = await open_projects(api, but=project["project"], right="licenses" if may(project, "licenses") else None)
    return [one for one in found if one["company"] == project["company"]]


def may(project: ProjectView, right: Right) -> bool:
    """Whether somebody with this right can do something in the project."""
    return right in project["rights"] and not project.get("blocked")
