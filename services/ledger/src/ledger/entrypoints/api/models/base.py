"""What all bodies and responses are made of."""

from pydantic import BaseModel, Field

from contracts.texts import Reason, Reference
from runtime.web.bodies import Body, DayText, SerialText


class CommandResponse(BaseModel):
    """A command became an entry of the ledger."""

    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")


class StaffBody(Body):
    reason: Reason
    reference: Reference


NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"

__all__ = ["NO_CONTROLS", "Body", "CommandResponse", "DayText", "SerialText", "StaffBody"]
