"""A broken device and the one that stands in for it."""

from contracts.commands.replacements import ReplaceDevice
from tests.support.ledger.story import SERIAL

SPARE = "0090330102f0"


RMA = "RMA-2026-000117"


def replace(
    serial: str = SERIAL,
    replacement: str = SPARE,
    rma: str = RMA,
    *,
    other_model: bool = False,
    project: str | None = None,
) -> ReplaceDevice:
    said = {"serial": serial, "replacement": replacement, "rma": rma, "reason": "It does not start."}
    return ReplaceDevice.model_validate({**said, "other_model": other_model, "project": project})
