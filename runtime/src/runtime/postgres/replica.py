"""Long reads on a replica of the database, where that is as far as the primary."""

import asyncio
from typing import TypeVar

from prometheus_client import Counter

from runtime.logs import get_logger
from runtime.postgres.snapshots import Snapshots
from runtime.trouble import Trouble

WAIT_SECONDS = 2.0
"""How long a long read waits for the replica, which is milliseconds behind; it takes longer than that itself."""
LOOK_AGAIN_SECONDS = 0.05
"""A replica notifies nobody."""

_READS = Counter("licensing_database_long_reads", "Long reads by where they were made", ["place"])

_log = get_logger("runtime.postgres")

S = TypeVar("S", bound=Snapshots)


async def replica_or_primary(primary: S, replica: S | None) -> S:
    """The replica, once it has all that the primary has now, rights too; the primary, if that takes too long.

    So what a client has read or waited for (`at_least`) is there, whichever is read. Raises Trouble if the primary is
    away.
    """
    if replica is None:
        return primary
    reached = await primary.position()
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while await replica.position() < reached:  # noqa: ASYNC110 - it goes on in another process
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    except (Trouble, TimeoutError) as reason:
        _log.warning("replica_not_read", sequence=reached, reason=str(reason) or f"not there in {WAIT_SECONDS:g} s")
        _READS.labels("primary").inc()
        return primary
    _READS.labels("replica").inc()
    return replica
