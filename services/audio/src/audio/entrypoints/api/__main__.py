"""`python -m audio.entrypoints.api`."""

from audio.entrypoints.api.main import main

main()
