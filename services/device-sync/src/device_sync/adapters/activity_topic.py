"""Sightings of devices as records of device.activity."""

import asyncio
from collections import defaultdict

from contracts.device_activity import DeviceActivity
from contracts.topics import DEVICE_ACTIVITY, topic_name
from device_sync.application.activity import Sightings
from runtime.kafka import Outgoing, Producer, partition_for


class ActivityTopic:
    """Writes sightings, each device's to its own partition."""

    def __init__(self, producer: Producer, *, topic_prefix: str) -> None:
        self._producer = producer
        self._topic = topic_name(DEVICE_ACTIVITY, topic_prefix)

    async def publish(self, sightings: Sightings) -> None:
        """Durable when this returns; raises Trouble, and then any of them may be there, which harms nothing."""
        parts: defaultdict[int, list[Outgoing]] = defaultdict(list)
        for (ledger, serial), seen in sightings.items():
            key, value = serial.encode(), DeviceActivity(ledger=ledger, serial=serial, seen=seen).json_bytes()
            parts[partition_for(key, DEVICE_ACTIVITY.partitions)].append((key, value, ()))
        await asyncio.gather(*(self._producer.send_many(self._topic, *part) for part in parts.items()))
