"""What operators ask of writers, as it lies on `operator.handovers`."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from contracts.dead_letters import WHO
from contracts.models import WireModel

Writer = Literal["ledger-writer", "rma-writer"]
MAX_MEMBER_CHARACTERS = 200
MAX_BYTES = 4096
"""A request has some 300."""


class NotAHandOver(ValueError):  # noqa: N818 - states the world
    """A record that asks nobody to hand over; the message says why, in words of ours alone."""


class HandOver(WireModel):
    """One process of a writer is to leave its logs to others, and to follow them from then on.

    `member` is how the consumer group of the commands knows it at this time: no other process is meant, and the same
    one neither after it has left the group, so that a request that comes late changes nothing. `by` names no person.
    """

    writer: Writer
    member: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=MAX_MEMBER_CHARACTERS)]
    by: Annotated[str, Field(pattern=WHO)]
    time: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+]00:00$")]


def decode_hand_over(value: bytes | None) -> HandOver:
    """Read a record; raises NotAHandOver, which repeats nothing of what the record says."""
    if value is None or len(value) > MAX_BYTES:
        raise NotAHandOver(f"a request has 1 to {MAX_BYTES} bytes")
    try:
        return HandOver.from_json_bytes(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = next((name for name in HandOver.model_fields if first["loc"] == (name,)), "the request")
        raise NotAHandOver(f"{place}: {first['msg']}") from None
