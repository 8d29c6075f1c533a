"""A broken device is swapped for another one (rules section 6)."""

from typing import Literal

from contracts.identifiers import ProjectId, RmaId, Serial
from contracts.models import WireModel
from contracts.texts import Reason


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


ReplacementCommand = ReplaceDevice
