"""How long tests go on that kill and stop processes: briefly within `make test`, at length in `make faults`."""

import os

LONG = os.environ.get("FAULTS") == "long"
