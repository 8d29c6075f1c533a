"""A real control plane, built once from pinned Go modules, three simulated nodes, and what our manifests do on them."""
