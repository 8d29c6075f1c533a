"""Makes all that is generated: `make generate`.

Each part is imported only after the one before has written its files: the client describes the API, and the API reads
the table of refusals when it is imported.
"""

from importlib import import_module

PARTS = (
    "contracts.publishing.generate",
    "dev.generate.route_refusals",
    "dev.generate.client",
    "dev.generate.signer_laws",
    "dev.generate.laws",
    "dev.generate.case_states",
    "dev.generate.rules_page",
    "dev.generate.kubernetes",
    "dev.generate.licensingctl",
    "dev.generate.sbom",
)

for part in PARTS:
    import_module(part).main()
