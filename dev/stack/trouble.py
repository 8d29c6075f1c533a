"""The one exception that is meant for a person."""


class Trouble(Exception):  # noqa: N818 - the design's word: rejection, trouble, defect
    """Something a person has to settle; the message says what it is and what to do, in one sentence."""
