"""The families of commands and events, each with its rules in a module of its own.

A family says in the annotations of its `decide` and `evolve` which commands and events are its own: a union, over which
it matches totally. So a new command is placed by the union that it joins, and no second list can forget it.
"""

from collections.abc import Callable
from datetime import datetime
from inspect import get_annotations
from typing import Any, Protocol, get_args

from contracts.actors import Actor
from contracts.commands import Command
from contracts.events import Event
from ledger.domain import (
    activation_keys,
    blocks,
    catalog,
    claims,
    companies,
    company_imports,
    corrections,
    delivered_devices,
    device_moves,
    devices,
    invitations,
    legacy,
    legacy_keys,
    members,
    projects,
    replacements,
    returns,
    set_aside,
    software_service,
    test_licenses,
    warranty,
)
from ledger.domain.decisions import Decision
from ledger.domain.state import Ledger


class Decide(Protocol):
    """Answers a command of a family; the time is aware UTC."""

    def __call__(self, ledger: Ledger, command: Any, actor: Actor, *, now: datetime) -> Decision: ...


class Evolve(Protocol):
    """Makes the ledger after an event of a family: it happened at `at`, and `by` caused it, as entries name them."""

    def __call__(self, ledger: Ledger, event: Any, *, at: datetime, by: str) -> Ledger: ...


class Family(Protocol):
    """The module of a family."""

    @property
    def decide(self) -> Decide: ...

    @property
    def evolve(self) -> Evolve: ...


FAMILIES: tuple[Family, ...] = (
    activation_keys,
    blocks,
    catalog,
    claims,
    companies,
    company_imports,
    corrections,
    delivered_devices,
    device_moves,
    devices,
    invitations,
    legacy,
    legacy_keys,
    members,
    projects,
    replacements,
    returns,
    set_aside,
    software_service,
    test_licenses,
    warranty,
)


def own_types(rule: Callable[..., object], argument: str) -> tuple[type[Any], ...]:
    """The types that a family takes: the members of the union that the argument is annotated with, or its one type."""
    annotation = get_annotations(rule)[argument]
    return get_args(annotation) or (annotation,)


DECIDE: dict[type[Command], Decide] = {
    command: family.decide for family in FAMILIES for command in own_types(family.decide, "command")
}
"""Who decides a command, by its type."""
EVOLVE: dict[type[Event], Evolve] = {
    event: family.evolve for family in FAMILIES for event in own_types(family.evolve, "event")
}
"""Who knows what an event changes, by its type."""
