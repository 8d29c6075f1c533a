"""What operators decide about dead letters, as it lies on `operator.dead-letter-decisions` for auditors."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.models import WireModel

LETTER_KEY = r"^[a-z][a-z-]{0,39}/(0|[1-9][0-9]{0,18})@[0-9]{1,15}$"
"""Service, offset on its topic of dead letters, and the time of the letter in milliseconds since 1970."""
WHO = r"^[!-~]{1,64}$"
MAX_REASON_CHARACTERS = 500
MAX_TOPIC_CHARACTERS = 249
"""Kafka's own bound."""

_Text = Annotated[str, Field(min_length=1, max_length=MAX_REASON_CHARACTERS)]


class DeadLetterDecision(WireModel):
    """What an operator decided about a dead letter; of several `replay` and `discard` about one, the first counts.

    `replay` says that the record is about to be sent again, and `replayed` that it was. `by` names no person (decision
    D9). What the letter was stays here when it is gone: where it came from, why it was set aside, and its digest.
    """

    decision_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    letter: Annotated[str, Field(pattern=LETTER_KEY)]
    decision: Literal["replay", "replayed", "discard"]
    by: Annotated[str, Field(pattern=WHO)]
    reason: _Text
    time: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+]00:00$")]
    topic: Annotated[str, Field(max_length=MAX_TOPIC_CHARACTERS)]
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    set_aside_because: Annotated[str, Field(max_length=MAX_REASON_CHARACTERS)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
