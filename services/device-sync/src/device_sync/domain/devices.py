"""What a box may have: decided from its certificate and what lies in the store, without asking anybody."""

import hashlib
from dataclasses import dataclass

REPLACED = "device_replaced"
"""What the ledger, too, answers to a device that another one stands in for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The box that calls, by its certificate, whose chain the TLS handshake has checked."""

    serial: str
    generation: int
    certificate_sha256: str


@dataclass(frozen=True, slots=True)
class FileHead:
    """What is known of a device's newest license file, and what this service has done with it.

    `delivered_sha256` is the file whose delivery is known to be in the ledger; `spent_generation` the last one
    known to be returned, 0 for none. `replaced_by` is the device that took the place of this one.
    """

    serial: str
    ledger: int
    sequence: int
    generation: int
    issue: int
    sha256: str
    delivered_sha256: str | None
    spent_generation: int
    replaced_by: str | None

    @property
    def is_delivered(self) -> bool:
        return self.delivered_sha256 == self.sha256

    @property
    def is_replaced(self) -> bool:
        """Until the receipt for the generation that the replacement spent says that the box is back in stock."""
        return self.replaced_by is not None and self.spent_generation + 1 < self.generation


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: `code` is a row of contracts.refusals; `detail` replaces its sentence where more is known."""

    code: str
    detail: str = ""


def refuse_stranger(caller: Caller, serial: str) -> Refused | None:
    """A device sees its own serial only (rule X6)."""
    if caller.serial == serial:
        return None
    return Refused("certificate_serial_mismatch")


def refuse_spent(caller: Caller, head: FileHead) -> Refused | None:
    """A certificate whose generation was returned, or whose device was replaced, gets no license file (rule T5)."""
    if head.is_replaced:
        return Refused(REPLACED)
    if caller.generation >= head.generation and caller.generation > head.spent_generation:
        return None
    return Refused("certificate_invalidated")


def delivery_command_id(head: FileHead) -> str:
    """The same file handed out directly is the same command, whoever sends it and how often."""
    said = f"{head.serial}\n{head.generation}\n{head.issue}\n{head.sha256}"
    return _id("delivery/direct", said)


def spent_command_id(caller: Caller) -> str:
    """One report for each device and generation, however often the box comes and whoever of us sees it."""
    return _id("spent-certificate", f"{caller.serial}\n{caller.generation}")


def claim_command_id(serial: str, code_digest: str) -> str:
    """The same box with the same code is the same command."""
    return _id("claim", f"{serial}\n{code_digest}")


def _id(what: str, said: str) -> str:
    return hashlib.sha256(f"licensing/device-sync/{what}/v1\n{said}".encode()).hexdigest()
