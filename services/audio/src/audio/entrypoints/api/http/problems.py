"""The problems of the API of audio, by the one table of refusals."""

from contracts.refusals import REFUSALS
from runtime.web.problems import Problems

PROBLEMS = Problems(REFUSALS)
