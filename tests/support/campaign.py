"""How long tests go on that kill and stop processes: briefly within `make test`, at length in `make faults`."""

import os

LONG = os.environ.get("FAULTS") == "long"

PATIENCE_SECONDS = 300.0 if LONG else 60.0
"""For how long to wait for what must come. It only ends what hangs: campaigns take the processor from each other."""

CRASHES = {"stopped": False, "killed": True} if LONG else {"killed": True}
"""How a broker or a database goes away; who survives the crash has seen most of an orderly end, too."""
