"""What comes from npm, locked by digest: the portal's htmx, and programs of other makes that tests run."""
