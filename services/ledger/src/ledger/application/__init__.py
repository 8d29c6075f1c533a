"""How the ledger's rules meet its log."""
