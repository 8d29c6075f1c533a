"""A record of device.activity says when a device was seen, and whatever else it says is refused with a reason."""

import pytest

from contracts.device_activity import DeviceActivity, NotDeviceActivity, decode_activity
from tests.support.documents import NOW, OTHER_SERIAL, SERIAL

ACTIVITY = DeviceActivity(ledger=2, serial=SERIAL, seen=NOW)
VALUE = ACTIVITY.json_bytes()


def test_a_record_comes_back_as_it_was_written() -> None:
    assert decode_activity(SERIAL.encode(), VALUE) == ACTIVITY


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (SERIAL.encode(), None),
        (SERIAL.encode(), b""),
        (SERIAL.encode(), VALUE + b" " * 200),
        (SERIAL.encode(), VALUE[:-1] + b', "issue": 3}'),
        (SERIAL.encode(), VALUE.replace(b"009033", b"009034")),
        (SERIAL.encode(), b'{"ledger": 2, "serial": "%s", "seen": "2026-11-29"}' % SERIAL.encode()),
        (SERIAL.encode(), b'{"ledger": 2, "serial": "%s", "seen": 1}' % SERIAL.encode()),
        (OTHER_SERIAL.encode(), VALUE),
        (None, VALUE),
    ],
)
def test_what_is_no_sighting_of_the_device_in_its_key_is_refused(key: bytes | None, value: bytes | None) -> None:
    with pytest.raises(NotDeviceActivity):
        decode_activity(key, value)
