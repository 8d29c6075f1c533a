"""Who may read a case, and who may say something in it: the rights of its project, as the ledger has them now."""

from rma.application.queries.sight import Sight
from rma.domain.asking import refuse_stopped
from rma.entrypoints.api.dependencies import Services
from runtime.web.problems import Refused


async def require_seen(services: Services, sight: Sight, rma: str) -> None:
    """Raises Refused for a case that the caller does not see."""
    if not await services.queries.sees(sight, rma):
        raise Refused("rma_unknown")


def require_staff(sight: Sight) -> None:
    """Raises Refused for everybody but the vendor's staff."""
    if not sight.is_staff or refuse_stopped(sight.ledger, sight.account):
        raise Refused("no_right")


async def require_part(services: Services, sight: Sight, rma: str) -> None:
    """Raises Refused for whoever only looks: a blocked company does no more than that."""
    project = await services.queries.project_of(sight, rma)
    if project is None:
        raise Refused("rma_unknown")
    if stopped := refuse_stopped(sight.ledger, sight.account):
        raise Refused(stopped.code)
    if not sight.is_staff and not sight.ledger.has_right(sight.account, project, "rma"):
        raise Refused("no_right")
