"""Claim codes and the boxes that use them."""

from contracts.commands.claims import ClaimDevice, CreateClaimCode, WithdrawClaimCode
from tests.support.ledger.story import (
    HOTEL,
    SERIAL,
)

CODE = "e5" * 32


def code(project: str = HOTEL, digest: str = CODE) -> CreateClaimCode:
    return CreateClaimCode(project=project, code_digest=digest, code_hint="K3YZ")


def withdraw_code(project: str = HOTEL, digest: str = CODE) -> WithdrawClaimCode:
    return WithdrawClaimCode(project=project, code_digest=digest)


def claim(serial: str = SERIAL, digest: str = CODE) -> ClaimDevice:
    return ClaimDevice(serial=serial, code_digest=digest)
