"""Keys of the old manager: its list is registered, and holders import what their key stands for."""

from typing import Literal

from contracts.identifiers import ProjectId, Sha256
from contracts.legacy import ListedKeys
from contracts.models import WireModel
from contracts.texts import Reference


class RegisterLegacyKeys(WireModel):
    """Say which keys the old manager gave out, and for what: lines of its export list, all or none."""

    name: Literal["register-legacy-keys"] = "register-legacy-keys"
    keys: ListedKeys
    reference: Reference


class ImportLegacyKey(WireModel):
    """Bring the licenses of a key of the old manager's list into a project."""

    name: Literal["import-legacy-key"] = "import-legacy-key"
    project: ProjectId
    key_digest: Sha256


LegacyKeyCommand = RegisterLegacyKeys | ImportLegacyKey
