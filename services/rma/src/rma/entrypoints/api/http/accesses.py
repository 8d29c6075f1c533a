"""What the data access log of this API has: every GET by the rights of staff but those listed here (rule X14)."""

from runtime.web.accesses import Recording

RECORDING = Recording(
    exempt={"get_stop": "It is about the log of cases, not about a company."},
    things={
        "company": "company",
        "project": "project",
        "device": "device",
        "serial": "device",
        "rma": "case",
        "case": "case",
    },
)
