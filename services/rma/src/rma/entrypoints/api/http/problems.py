"""The problems of the API of cases, by the one table of refusals."""

from contracts.log.stop import VIEW_BEHIND
from contracts.refusals import REFUSALS
from runtime.web.problems import Problems

PROBLEMS = Problems(REFUSALS, soon=frozenset({"sequence_not_reached", VIEW_BEHIND}))
