"""Queries of software service."""

from dataclasses import dataclass
from typing import Protocol

from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from ledger.domain.software_service_quotes import ServiceFacts


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What a project's software service and its price depend on."""

    facts: ServiceFacts
    free_credits: int
    held: tuple[LicensesView, ...]


class SoftwareServiceQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def service(self, viewer: Viewer, project: str) -> ServiceState | None: ...
