"""Rows of broken devices and what stands in for them."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.replacements import DeviceReplaced
from contracts.licenses import Lot


class ReplacementRow(NamedTuple):
    serial: str
    replacement: str
    rma: str
    company: str
    project: str
    reason: str
    other_model: bool
    lots: tuple[Lot, ...]
    sequence: int
    time: datetime


def note(rows: list[ReplacementRow], event: DeviceReplaced, sequence: int, at: datetime) -> None:
    """Add the row of a replacement."""
    device = event.device
    rows.append(
        ReplacementRow(
            event.former.serial,
            device.serial,
            event.rma,
            event.company,
            device.project,
            event.reason,
            event.other_model,
            event.lots,
            sequence,
            at,
        )
    )
