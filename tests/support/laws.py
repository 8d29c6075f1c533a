"""Laws over random examples: the laws of one strategy share what is drawn, as drawing takes longer than looking."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

Example = TypeVar("Example")

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
NORMAL_EXAMPLES, TIMES_MORE = 60, 80
"""Of each strategy in a normal run, and how many times as many `make fuzz` draws."""


def use_profile() -> None:
    """How many examples are drawn; none is too slow, as that depends on what else the machine does."""
    settings.register_profile(
        "licensing",
        max_examples=examples(NORMAL_EXAMPLES),
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow,),
    )
    settings.load_profile("licensing")


def examples(normally: int) -> int:
    """For a test that needs more or fewer than others; `make fuzz` multiplies it, too."""
    return normally * TIMES_MORE if FUZZ else normally


class Drawn(Generic[Example]):
    """What a strategy gives, drawn when the first law asks. An example that breaks a law is made as small as can be."""

    def __init__(self, strategy: SearchStrategy[Example]) -> None:
        self._strategy = strategy
        self._examples: list[Example] = []

    def law(self, check: Callable[[Example], None]) -> Callable[[], None]:
        """Decorates a test that takes one example: each of them obeys the law."""

        def test() -> None:
            for example in self._drawn():
                try:
                    check(example)
                except Exception:
                    given(self._strategy)(check)()  # finds a smaller one, and says it
                    raise

        test.__name__, test.__qualname__, test.__module__ = check.__name__, check.__qualname__, check.__module__
        return test

    def _drawn(self) -> list[Example]:
        @given(self._strategy)
        def keep(example: Example) -> None:
            self._examples.append(example)

        if not self._examples:
            keep()
        return self._examples
