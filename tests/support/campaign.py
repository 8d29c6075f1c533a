"""How long tests go on that kill and stop processes: briefly within `make test`, at length in `make faults`."""

import os

LONG = os.environ.get("FAULTS") == "long"

CRASHES = {"stopped": False, "killed": True} if LONG else {"killed": True}
"""How a broker or a database goes away; who survives the crash has seen most of an orderly end, too."""
