"""When devices were seen: the value of a record of device.activity, keyed by the serial.

It is information about a device and nothing follows from it: no license, no right, no entry of a log.
"""

from datetime import timedelta

from pydantic import ValidationError

from contracts.identifiers import LedgerNumber, Serial
from contracts.models import WireModel
from contracts.moments import Moment

COALESCED = timedelta(minutes=5)
"""A record stands for all that its device asks within this time: a busy device writes one in it, and no more."""
MAX_ACTIVITY_BYTES = 200
"""A record has some 80."""


class NotDeviceActivity(ValueError):  # noqa: N818 - states the world
    """A record of device.activity that says of no device when it was there; the message says why."""


class DeviceActivity(WireModel):
    """A device of this ledger showed its certificate to device-sync; the latest `seen` of each device counts."""

    ledger: LedgerNumber
    serial: Serial
    seen: Moment


def decode_activity(key: bytes | None, value: bytes | None) -> DeviceActivity:
    """Read a record; raises NotDeviceActivity."""
    if value is None or len(value) > MAX_ACTIVITY_BYTES:
        raise NotDeviceActivity(f"a record has 1 to {MAX_ACTIVITY_BYTES} bytes")
    try:
        found = DeviceActivity.from_json_bytes(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotDeviceActivity(f"not an activity: {first['msg']}") from None
    if key != found.serial.encode():
        raise NotDeviceActivity("the key is not the serial")
    return found
