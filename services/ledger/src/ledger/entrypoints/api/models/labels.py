"""Bodies of labels and notes. Whoever leaves a member out, or sends null, says nothing there."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts import fields
from contracts.texts import Line, Reference, seen
from ledger.entrypoints.api.models.base import Body

Note = Annotated[fields.Reason, Field(description="A sentence or two on one line."), AfterValidator(seen)]


class LabelBody(Body):
    own_name: Line | None = Field(default=None, description="What people call it.", examples=["Reception"])
    place: Line | None = Field(default=None, description="Where it stands.", examples=["Vienna, basement, rack 2"])
    reference: Reference | None = Field(
        default=None, description="Its number in a system of one's own.", examples=["INV-00417"]
    )


class NoteBody(Body):
    note: Note | None = Field(
        default=None,
        description="What the project says of the entry; nothing takes the note away.",
        examples=["For the extension of the east wing, asked for by phone."],
    )
