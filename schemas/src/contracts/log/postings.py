"""Double entry: what each event moves between accounts. Units of an event sum to zero per license type."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from contracts.events import Event
from contracts.log.posting_rules import POSTING_RULES, Move


class Posting(NamedTuple):
    """So many units of a license type into an account, or out of it when negative."""

    account: str
    license_type: str
    units: int


def postings(event: Event) -> tuple[Posting, ...]:
    """All that an event moves, by POSTING_RULES; empty for events that move nothing."""
    moves = _MOVES.get(type(event))
    return () if moves is None else tuple(posting for move in moves for posting in move(event))


def imbalance(moves: Iterable[Posting]) -> dict[str, int]:
    """The units of each license type that postings make, or lose when negative; empty if they balance, as they must."""
    sums: dict[str, int] = {}
    for move in moves:
        sums[move.license_type] = sums.get(move.license_type, 0) + move.units
    return {license_type: units for license_type, units in sums.items() if units}


def _compiled(rule: Move) -> Callable[[Any], Iterator[Posting]]:
    moved = _moved(rule)
    if not rule.each:
        return moved
    members = _value(rule.each)
    return lambda event: (posting for member in members(event) for posting in moved(member))


def _moved(rule: Move) -> Callable[[Any], Iterator[Posting]]:
    source, target, lots = _account(rule.source), _account(rule.target), _value(rule.lots)
    when, unless = rule.when and _value(rule.when), rule.unless and _value(rule.unless)

    def moved(event: Any) -> Iterator[Posting]:
        if (when and when(event) is None) or (unless and unless(event) is not None):
            return
        for lot in lots(event) or ():
            yield Posting(source(event), lot.license_type, -lot.count)
            yield Posting(target(event), lot.license_type, lot.count)

    return moved


def _account(template: str) -> Callable[[Any], str]:
    """An account's name: a constant, or a kind of account with the value of a field."""
    kind, found, path = template.partition("{")
    if not found:
        return lambda _: kind
    name = _value(path.removesuffix("}"))
    return lambda event: kind + name(event)


def _value(path: str) -> Callable[[Any], Any]:
    """The value of a field, or of a field of a field; None where that one is absent."""
    name, found, rest = path.partition(".")
    outer = attrgetter(name)
    if not found:
        return outer
    inner = attrgetter(rest)
    return lambda event: None if (value := outer(event)) is None else inner(value)


_MOVES = {event: tuple(map(_compiled, rules)) for event, rules in POSTING_RULES.items()}
