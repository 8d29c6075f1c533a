"""`python -m rma.entrypoints.api`."""

from rma.entrypoints.api.main import main

main()
