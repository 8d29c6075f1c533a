"""The problems of the ledger's API, by the one table of refusals."""

from contracts.refusals import REFUSALS
from runtime.web.problems import Problems

PROBLEMS = Problems(REFUSALS, soon=frozenset({"sequence_not_reached", "license_file_not_ready", "receipt_not_ready"}))
