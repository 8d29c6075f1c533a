"""Swaps that the RMA service may ask for: those that staff has ordered in a case, as long as the order stands (ADR 21).

An order stands from the entry of the log of cases that gives it until the next one of its case: a swap that was
refused, and is asked for again by a record that comes late, finds none.
"""

from typing import NamedTuple

from immutables import Map

from contracts.actors import Actor, Service
from contracts.commands import Command
from contracts.commands.replacements import ReplaceDevice
from contracts.rma.events import AdvanceReplacementOrdered, CaseEvent, ReplacementOrdered, RmaEvent
from ledger.domain.decisions import Rejection

RMA = Service(name="rma")
"""The process manager of RMA cases."""


class Order(NamedTuple):
    """What an order says of the swap."""

    serial: str
    replacement: str
    other_model: bool


Orders = Map[str, Order]
"""The orders that stand, by the number of their case."""
NO_ORDERS: Orders = Map()


def follow(orders: Orders, event: RmaEvent) -> Orders:
    """The orders after the next entry of the log of cases."""
    if isinstance(event, ReplacementOrdered | AdvanceReplacementOrdered):
        return orders.set(event.rma, Order(event.serial, event.replacement, event.other_model))
    return orders.delete(event.rma) if isinstance(event, CaseEvent) and event.rma in orders else orders


def refuse_unordered(orders: Orders, command: Command, actor: Actor) -> Rejection | None:
    """Rejects the RMA service, unless it asks for exactly what was ordered in a case."""
    if actor != RMA or not isinstance(command, ReplaceDevice):
        return None
    wanted = Order(command.serial, command.replacement, command.other_model)
    return None if orders.get(command.rma) == wanted else Rejection("replacement_not_ordered")
