"""Queries of software service."""

from dataclasses import dataclass
from typing import Protocol

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from ledger.domain.software_service_quotes import ServiceFacts


class HeldView(View):
    license_type: str
    count: int


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What a project's software service and its price depend on."""

    facts: ServiceFacts
    free_credits: int
    held: tuple[HeldView, ...]


class SoftwareServiceQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def service(self, viewer: Viewer, project: str) -> ServiceState | None: ...
