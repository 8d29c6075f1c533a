"""Blocks of keys, devices and companies."""

from contracts.commands.blocks import (
    BlockActivationKey,
    BlockCompany,
    BlockDevice,
    UnblockActivationKey,
    UnblockCompany,
    UnblockDevice,
)
from tests.support.ledger.story import (
    ADRIA,
    KEY,
    REASON,
    REFERENCE,
    SERIAL,
)


def block_key(key: str = KEY) -> BlockActivationKey:
    return BlockActivationKey(key_digest=key, reason=REASON, reference=REFERENCE)


def unblock_key(key: str = KEY) -> UnblockActivationKey:
    return UnblockActivationKey(key_digest=key, reason=REASON, reference=REFERENCE)


def block_device(serial: str = SERIAL) -> BlockDevice:
    return BlockDevice(serial=serial, reason=REASON, reference=REFERENCE)


def unblock_device(serial: str = SERIAL) -> UnblockDevice:
    return UnblockDevice(serial=serial, reason=REASON, reference=REFERENCE)


def block_company(company: str = ADRIA) -> BlockCompany:
    return BlockCompany(company=company, reason=REASON, reference=REFERENCE)


def unblock_company(company: str = ADRIA) -> UnblockCompany:
    return UnblockCompany(company=company, reason=REASON, reference=REFERENCE)
