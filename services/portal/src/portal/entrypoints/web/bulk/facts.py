"""What the ledger knows of all that a bulk file names, each thing asked for once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from contracts.fields import Right
from contracts.identifiers import UUID_PATTERN
from licensing_client import Problem
from licensing_client.api import DeviceView, LicenseTypeView, ProjectView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.choices import MOST_PROJECTS
from portal.entrypoints.web.license_types import all_types
from portal.entrypoints.web.routes.projects import free_of, held_by

AT_ONCE = 16
"""Questions of one file that wait at the same time: others have pages to see as well."""

T = TypeVar("T")


@dataclass(slots=True)
class Facts:
    """Balances and devices change line by line as they would if all lines were done."""

    api: Asking
    right: Right
    """What the job wants in each project."""
    types: dict[str, LicenseTypeView] = field(default_factory=dict[str, LicenseTypeView])
    projects: dict[str, list[ProjectView]] = field(default_factory=dict[str, list[ProjectView]])
    """By what was typed; more than one where several have this name."""
    devices: dict[str, DeviceView | None] = field(default_factory=dict[str, DeviceView | None])
    names: dict[str, str] = field(default_factory=dict[str, str])
    closed: set[str] = field(default_factory=set[str])
    """Projects in which the visitor may not do it."""
    free: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    before: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    on_device: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    async def learn_types(self) -> None:
        """The catalog, by name in lower case."""
        self.types = {one["license_type"].lower(): one for one in await all_types(self.api)}

    async def learn(self, projects: Iterable[str], serials: Iterable[str]) -> None:
        """Look up what was typed for projects, the devices, and the balances of the projects that there are."""
        self.projects, self.devices = await asyncio.gather(
            _each(projects, self._projects), _each(serials, self._device)
        )
        self.on_device = {serial: held_by(one) for serial, one in self.devices.items() if one}
        of_devices = {one["project"] for one in self.devices.values() if one}
        found = {one["project"]: one for many in self.projects.values() for one in many}
        others = await _each(of_devices - found.keys(), self._projects)
        found |= {one["project"]: one for many in others.values() for one in many}
        self.names = {name: one["project_name"] for name, one in found.items()}
        self.closed = {name for name, one in found.items() if self.right not in one["rights"]}
        balances = await _each(found, self._balance)
        self.free = {name: dict(one) for name, one in balances.items()}
        self.before = balances

    async def _projects(self, typed: str) -> list[ProjectView]:
        """The project of an id, or those of a whole name."""
        ledger, at_least = self.api.ledger, self.api.at_least
        if re.fullmatch(UUID_PATTERN, typed.lower()):
            found = await _unless_absent(ask(ledger.get_project, typed.lower(), at_least=at_least))
            return [found] if found else []
        page = await ask(
            ledger.list_projects, project_name=typed, archived=False, limit=MOST_PROJECTS, at_least=at_least
        )
        return [one for one in page["items"] if one["project_name"].casefold() == typed.casefold()]

    async def _device(self, serial: str) -> DeviceView | None:
        return await _unless_absent(ask(self.api.ledger.get_device, serial, at_least=self.api.at_least))

    async def _balance(self, project: str) -> dict[str, int]:
        return free_of(await ask(self.api.ledger.get_balance, project, at_least=self.api.at_least))


async def _each(names: Iterable[str], look_up: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """What each name stands for, a few at a time."""
    slots, unique = asyncio.Semaphore(AT_ONCE), sorted(set(names))

    async def one(name: str) -> T:
        async with slots:
            return await look_up(name)

    return dict(zip(unique, await asyncio.gather(*map(one, unique)), strict=True))


async def _unless_absent(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except Problem as problem:
        if problem.status not in (404, 409):  # 409 for a device that was replaced
            raise
        return None
