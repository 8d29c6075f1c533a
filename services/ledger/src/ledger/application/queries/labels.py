"""What people call their projects and devices, and their notes on entries, as answers show it (rule X12)."""

from datetime import datetime

from pydantic import Field

from ledger.application.queries.views import View


class LabelView(View):
    """The words of a project about itself or one of its devices. They lie beside the log and can be erased."""

    own_name: str | None = Field(examples=["Reception"])
    place: str | None = Field(examples=["Vienna, basement, rack 2"])
    reference: str | None = Field(examples=["INV-00417"])


class DeviceLabelView(LabelView):
    """The label of a device, of the project where it stands now."""

    serial: str


class DeviceLabelsView(View):
    items: list[DeviceLabelView] = Field(description="By serial; a device without a label, or hidden, is not there.")


class NoteView(View):
    """The words of a project about an entry that concerns it: whoever sees the project reads them, nobody else."""

    project: str
    note: str = Field(examples=["For the extension of the east wing, asked for by phone."])


class ChangedView(View):
    changed: datetime | None = Field(description="When it was written; null where there is nothing.")
    changed_by: str | None = Field(description="The account that wrote it; of another company only which one.")


class KeptLabelView(ChangedView, LabelView):
    """A label with where it belongs and who wrote it; empty members where there is none."""

    project: str


class KeptNoteView(ChangedView):
    """A note with who wrote it."""

    project: str
    sequence: int
    note: str | None = Field(examples=["For the extension of the east wing, asked for by phone."])


class ErasedLabelsView(View):
    project: str
    erased: int = Field(description="How many labels and notes there were.", examples=[12])
