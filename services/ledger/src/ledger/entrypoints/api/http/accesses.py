"""What the data access log of this API has: every GET by the rights of staff but those listed here (rule X14)."""

from runtime.web.accesses import Recording

RECORDING = Recording(
    exempt={
        "get_me": "It tells who asks, and nothing of anybody else.",
        "list_license_types": "The catalog is for everybody.",
        "list_device_models": "The catalog is for everybody.",
        "get_stop": "It is about the log of the ledger, not about a company.",
    },
    things={
        "company": "company",
        "project": "project",
        "device": "device",
        "serial": "device",
        "case": "case",
        "number": "case",
    },
)
