"""What staff does about returns, and devices that gave back often."""

from datetime import timedelta

from contracts.commands.returns import ReleaseReturnLimit, ReportSpentCertificate
from tests.support.ledger.story import (
    CERTIFICATE,
    NOON,
    REASON,
    REFERENCE,
    SERIAL,
    Story,
    a_stocked_project,
    box,
    give_back,
)


def release_limit(serial: str = SERIAL) -> ReleaseReturnLimit:
    return ReleaseReturnLimit(serial=serial, reason=REASON, reference=REFERENCE)


def report_spent(generation: int = 1, serial: str = SERIAL) -> ReportSpentCertificate:
    return ReportSpentCertificate(serial=serial, generation=generation, certificate_sha256=CERTIFICATE)


def digest_of(generation: int) -> str:
    return f"{generation:064x}"


def returned(times: int, *, days_apart: float = 1) -> Story:
    """A device that gave back so many times; now is the moment of the last one."""
    story = a_stocked_project()
    for generation in range(1, times + 1):
        story.now = NOON + timedelta(days=(generation - 1) * days_apart)
        story.given((box, give_back(generation, digest_of(generation))))
    return story
