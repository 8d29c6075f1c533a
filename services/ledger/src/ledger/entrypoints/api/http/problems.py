"""The problems of the ledger's API, by the one table of refusals."""

from contracts.outcomes import Rejected
from contracts.refusals import REFUSALS
from runtime.web.problems import Problems, Refused

PROBLEMS = Problems(REFUSALS, soon=frozenset({"sequence_not_reached", "license_file_not_ready", "receipt_not_ready"}))


def rejected(outcome: Rejected) -> Refused:
    """The ledger's rejection: its details are members of the problem, and so are the entries that it rests on."""
    entries = {"entries": list(outcome.entries)} if outcome.entries else {}
    return Refused(outcome.code, extras={**outcome.details, **entries})
