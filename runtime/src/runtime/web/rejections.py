"""A writer's rejection as the problem that a client reads."""

from contracts.outcomes import Accepted, Rejected
from runtime.web.problems import Refused


def rejected(outcome: Rejected) -> Refused:
    """Its details are members of the problem, and so are the entries that it rests on."""
    entries = {"entries": list(outcome.entries)} if outcome.entries else {}
    return Refused(outcome.code, extras={**outcome.details, **entries})


def required(outcome: Accepted | Rejected) -> Accepted:
    """What became of a command that was accepted; raises Refused with the writer's reason."""
    if isinstance(outcome, Rejected):
        raise rejected(outcome)
    return outcome


def sequence_of(outcome: Accepted | Rejected) -> int:
    """The entry that a command became; raises Refused with the writer's reason."""
    return required(outcome).sequence
