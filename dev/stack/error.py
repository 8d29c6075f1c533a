"""The one exception of the local stack that is meant for a person."""


class StackError(Exception):
    """Something a person has to settle; the message says what it is and what to do, in one sentence."""
