"""Trouble: something outside is away or too slow, and asking again later may help."""

RETRY_AFTER_SECONDS = 5
"""Retry-After where nothing better is known: long enough for a leader election, short enough for a person."""


class Trouble(Exception):  # noqa: N818 - the design's word: rejection, trouble, defect
    """Something that this process needs is away; the message is one sentence that names it.

    An edge answers 503 with `code` and Retry-After; a reader waits and asks again. It is never a defect of the caller.
    """

    def __init__(
        self, sentence: str, *, retry_after_seconds: int = RETRY_AFTER_SECONDS, code: str = "service_unavailable"
    ) -> None:
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds
        self.code = code
