"""The tables of RMA: what follows from the log, and where texts lie that do not."""

from runtime.postgres.read_side import ReadSide

READ_SIDE = ReadSide("rma", "rma.adapters.postgres", lock=0x52_4D_41, positions={"position": ("ledger",)})
CHANNEL = "rma_position"
"""NOTIFY channel; the payload is `<ledger>:<sequence>`."""
TEXTS = "rma_private.staff_texts"
ACCESSES = "rma_private.accesses"
"""What staff has read."""
BELONGS = "SELECT company, project, serial AS device FROM cases WHERE ledger = $1 AND rma = $9"
"""Whose the thing is that an access names: of a case all is known here, projects and devices are the ledger's."""
BLOBS = "rma_private.blobs"
"""The bytes of attachments, where no other store is named."""
