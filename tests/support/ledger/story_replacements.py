"""A broken device and the one that stands in for it."""

from contracts.commands.replacements import RecommissionDevice, ReplaceDevice
from tests.support.ledger.story import CERTIFICATE, DIGEST, SERIAL

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


def recommission(serial: str = SERIAL, generation: int = 1, digest: str = DIGEST) -> RecommissionDevice:
    return RecommissionDevice(
        serial=serial,
        generation=generation,
        document_digest=digest,
        certificate_sha256=CERTIFICATE,
        firmware="11.00",
        document="PHg+",
        reason="Repaired after all, and tested.",
    )
