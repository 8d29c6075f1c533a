"""Memory that this process no longer uses."""

import ctypes
import gc


def give_back() -> None:
    """Return free memory to the system; a tenth of a second for a writer with long logs.

    Who reads a long log makes and drops much, in between what stays: the C library keeps the holes for later. Where
    it can't return them (musl has no malloc_trim), they stay.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
