"""`python -m rma.entrypoints.projector`."""

from rma.entrypoints.projector.main import main

main()
