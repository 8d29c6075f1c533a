"""What operators ask of writers, as it lies on `operator.handovers`."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.dead_letters import WHO
from contracts.models import WireModel

Writer = Literal["ledger-writer", "rma-writer"]
MAX_MEMBER_CHARACTERS = 200


class HandOver(WireModel):
    """One process of a writer is to leave its logs to others, and to follow them from then on.

    `member` is how the consumer group of the commands knows it at this time: no other process is meant, and the same
    one neither after it has left the group, so that a request that comes late changes nothing. `by` names no person.
    """

    writer: Writer
    member: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=MAX_MEMBER_CHARACTERS)]
    by: Annotated[str, Field(pattern=WHO)]
    time: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+]00:00$")]
