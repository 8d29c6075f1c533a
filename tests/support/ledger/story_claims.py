"""Claim codes and the boxes that use them."""

from contracts.commands.claims import ClaimDevice, CreateClaimCode, WithdrawClaimCode
from tests.support.ledger.story import (
    HOTEL,
    SERIAL,
    Story,
    a_project,
    anna,
    box,
    issue,
    redeem,
    staff,
)

CODE = "e5" * 32


def code(project: str = HOTEL, digest: str = CODE) -> CreateClaimCode:
    return CreateClaimCode(project=project, code_digest=digest, code_hint="K3YZ")


def withdraw_code(project: str = HOTEL, digest: str = CODE) -> WithdrawClaimCode:
    return WithdrawClaimCode(project=project, code_digest=digest)


def claim(serial: str = SERIAL, digest: str = CODE) -> ClaimDevice:
    return ClaimDevice(serial=serial, code_digest=digest)


def a_stocked_project_in_contact() -> Story:
    """50 ports, 2 voicemails and 4 channels free, and one empty device, which came by itself."""
    stocked = a_project().given((staff, issue(Port11=50, Voicemail11=2, Channel=4)), (anna, redeem()))
    return stocked.given((anna, code()), (box, claim()))
