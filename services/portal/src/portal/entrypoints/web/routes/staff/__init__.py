"""What only the vendor's staff sees: each router is a place below /staff."""

from portal.entrypoints.web.routes.staff import activation_keys, catalog, corrections, deliveries

ROUTERS = (corrections.router, activation_keys.router, deliveries.router, catalog.router)
