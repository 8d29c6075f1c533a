"""The tables of the ledger's read side."""

from runtime.postgres.read_side import ReadSide

SCHEMA = "ledger"
READ_SIDE = ReadSide(
    SCHEMA,
    "ledger.adapters.postgres",
    lock=0x1ED6E7,
    positions={"position": ("ledger",), "document_position": ("topic", "partition")},
)
pool, migrate, drop, migrations = READ_SIDE.pool, READ_SIDE.migrate, READ_SIDE.drop, READ_SIDE.migrations
