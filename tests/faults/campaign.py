"""How long the fault tests go on: briefly within `make test`, at length in `make faults`."""

import os

LONG = os.environ.get("FAULTS") == "long"
