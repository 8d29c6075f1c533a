"""Who appears in the local stack: the vendor, its order clerk, a partner, its administrator, and a stranger."""

from contracts.identifiers import derived_id

VENDOR = derived_id("development", "vendor")
CLERK = derived_id("development", "clerk")
PARTNER = derived_id("development", "partner")
ADMINISTRATOR = derived_id("development", "administrator")
STRANGER = derived_id("development", "stranger")
STRANGERS_ACCOUNT = derived_id("development", "strangers-account")
