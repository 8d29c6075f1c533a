"""The one exception that is meant for a person."""


class Trouble(Exception):
    """Something a person has to settle; the message says what it is and what to do, in one sentence."""
