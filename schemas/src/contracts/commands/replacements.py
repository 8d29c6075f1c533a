"""A broken device is swapped for another one, and may come back to stock later (rules section 6)."""

from typing import Literal

from contracts.fields import DocumentBase64, Firmware
from contracts.identifiers import Generation, ProjectId, RmaId, Serial, Sha256
from contracts.models import WireModel
from contracts.texts import FirmwareStated, Reason


class ReplaceDevice(WireModel):
    """The vendor's staff puts `replacement` in the place of a broken device, under an RMA, once.

    `other_model` says that it may be of another family than the broken one; `reason` then says why. `project` is where
    the broken device must be: a guard against a mistyped serial, since a swap can't be undone.
    """

    name: Literal["replace-device"] = "replace-device"
    serial: Serial
    replacement: Serial
    rma: RmaId
    reason: Reason
    other_model: bool = False
    project: ProjectId | None = None


class RecommissionDevice(WireModel):
    """The vendor's staff takes a device that was replaced back into stock: its next generation begins, blank.

    `document` is the return document that the box makes on the bench, of the generation that the replacement spent.
    Nothing is returned by it any more; it proves the box's key, for which the next certificate is made.
    """

    name: Literal["recommission-device"] = "recommission-device"
    serial: Serial
    generation: Generation
    document_digest: Sha256
    certificate_sha256: Sha256
    firmware: Firmware
    document: DocumentBase64
    reason: Reason
    firmware_stated: FirmwareStated | None = None


ReplacementCommand = ReplaceDevice | RecommissionDevice
