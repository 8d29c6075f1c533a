"""Keys of the old manager that became known."""

from typing import ClassVar

from contracts.fields import Reference
from contracts.legacy import ListedKeys
from contracts.models import WireModel


class LegacyKeysRegistered(WireModel):
    """Keys of the old manager became known, with what they stand for; the log has their digests only.

    Nobody has these licenses yet: a key's come into a project when it is imported, and they are exactly these.
    """

    type: ClassVar[str] = "licensing.ledger.legacy-keys-registered.v1"
    keys: ListedKeys
    reference: Reference

    @property
    def subject(self) -> str:
        return "legacy-keys"


LegacyKeyEvent = LegacyKeysRegistered
