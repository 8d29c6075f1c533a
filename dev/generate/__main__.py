"""Makes all that is generated: `make generate`. Schemas and reference pages first, for the rest is read from code."""

from contracts.publishing import generate as schemas
from dev.generate import client, route_refusals, signer_laws

schemas.main()
route_refusals.main()
client.main()
signer_laws.main()
