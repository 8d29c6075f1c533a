"""Who appears in the local stack: the vendor with two of its people, a partner, an end customer, and a stranger."""

from contracts.identifiers import derived_id

VENDOR = derived_id("development", "vendor")
CLERK = derived_id("development", "clerk")
PARTNER = derived_id("development", "partner")
ADMINISTRATOR = derived_id("development", "administrator")
REPAIRER = derived_id("development", "repairer")
HOTEL = derived_id("development", "hotel")
HOTELIER = derived_id("development", "hotelier")
STRANGER = derived_id("development", "stranger")
STRANGERS_ACCOUNT = derived_id("development", "strangers-account")
