"""What a caller can't have, whichever service is asked: raised where that is seen, and answered at the edge."""


class NoRight(Exception):  # noqa: N818 - states the world
    """The caller knows of it, but has not the right to see it; outside its reach the answer is None instead."""


class CommandTooBig(ValueError):  # noqa: N818 - states the world
    """The command has more bytes than an event may have."""
