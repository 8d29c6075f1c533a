"""A real API server with its store, built once from pinned Go modules, and what it says of manifests."""
