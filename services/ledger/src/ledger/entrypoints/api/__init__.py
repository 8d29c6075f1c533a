"""The REST API: it authenticates, sends commands to the ledger, and answers queries from the read side."""
