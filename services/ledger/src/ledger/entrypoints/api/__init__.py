"""The REST API: it authenticates callers, sends commands to the ledger, and reads from the read side."""
