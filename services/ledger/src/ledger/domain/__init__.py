"""The rules of the ledger, pure: no clock, no I/O, no randomness."""
