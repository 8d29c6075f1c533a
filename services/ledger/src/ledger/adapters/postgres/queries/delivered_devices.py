"""Queries of the devices that the vendor delivered."""

from ledger.adapters.postgres.queries.pagination import AFTER_ALL
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.application.queries.delivered_devices import DeliveredDeviceView, DeliveryPlace
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, one_page

# A device has one warranty, and a row of its delivery for each entry that said something else of it.
_DELIVERED = """
SELECT w.serial, now.model, now.delivered_on, now.base_months, w.months, w.ends_on,
       first.sequence AS registered_sequence, now.sequence, r.replacement
  FROM {source}
  JOIN LATERAL (
       SELECT sequence FROM delivered_devices AS d WHERE d.ledger = w.ledger AND d.serial = w.serial
          AND d.sequence > coalesce((SELECT max(recommissioned_sequence) FROM replacements AS former
                                      WHERE former.ledger = w.ledger AND former.serial = w.serial), 0)
        ORDER BY sequence LIMIT 1) AS first ON true
  LEFT JOIN replacements AS r ON r.ledger = w.ledger AND r.serial = w.serial AND r.recommissioned_sequence IS NULL
 WHERE w.ledger = $1 AND {where}"""
_BY_SERIAL = _DELIVERED.format(
    source="""warranties AS w
  JOIN LATERAL (
       SELECT model, delivered_on, base_months, sequence FROM delivered_devices AS d
        WHERE d.ledger = w.ledger AND d.serial = w.serial ORDER BY sequence DESC LIMIT 1) AS now ON true""",
    where="w.serial > $2 AND w.serial >= $3 AND w.serial < $4 ORDER BY w.serial LIMIT $5",
)
_BY_DAY = _DELIVERED.format(
    source="delivered_devices AS now JOIN warranties AS w USING (ledger, serial)",
    where="""(now.delivered_on, now.serial) < ($2, $3)
   AND now.sequence = (SELECT max(n.sequence) FROM delivered_devices AS n WHERE n.ledger = $1 AND n.serial = now.serial)
 ORDER BY now.delivered_on DESC, now.serial DESC LIMIT $4""",
)


class PostgresDeliveredDeviceQueries(SnapshotReader):
    """Implements DeliveredDeviceQueries."""

    async def delivered_devices(self, viewer: Viewer, prefix: str, after: str, limit: int) -> Page[DeliveredDeviceView]:
        async with self.seen_by_staff(viewer) as connection:
            rows = await connection.fetch(_BY_SERIAL, self.ledger, after, prefix, prefix + AFTER_ALL, limit + 1)
            return one_page((DeliveredDeviceView(**row) for row in rows), limit)

    async def delivered_devices_by_day(
        self, viewer: Viewer, after: DeliveryPlace, limit: int
    ) -> Page[DeliveredDeviceView]:
        async with self.seen_by_staff(viewer) as connection:
            rows = await connection.fetch(_BY_DAY, self.ledger, *after, limit + 1)
            return one_page((DeliveredDeviceView(**row) for row in rows), limit)
