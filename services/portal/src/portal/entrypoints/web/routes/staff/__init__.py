"""What only the vendor's staff sees: each router is a place below /staff."""

from portal.entrypoints.web.routes.staff import (
    accesses,
    activation_keys,
    blocks,
    catalog,
    companies,
    corrections,
    deliveries,
    devices,
    linked_corrections,
    old_licenses,
    records,
)

ROUTERS = (
    linked_corrections.router,  # before the page of a correction by its id
    corrections.router,
    activation_keys.router,
    companies.router,
    blocks.router,
    devices.router,
    deliveries.router,
    catalog.router,
    old_licenses.router,
    records.router,
    accesses.router,
)
