"""Ask a broker whether it serves, with nothing but a socket."""

import socket
import struct

from dev.stack.ports import HOST

# A broker that is up answers in a millisecond; one that is starting may accept and say nothing.
ANSWER_SECONDS = 1.0

# Request header v1 (length, API key 3 = Metadata, version 1, correlation id, no client id), then no topics.
METADATA_V1 = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)


def serves(port: int) -> bool:
    """Whether the broker counts itself among the brokers that may lead partitions (that is, it is unfenced)."""
    try:
        with socket.create_connection((HOST, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(METADATA_V1)
            with connection.makefile("rb") as stream:
                answer = stream.read(12)
    except OSError:
        return False
    if len(answer) < 12:
        return False
    _length, _correlation, brokers = struct.unpack(">iii", answer)
    return bool(brokers >= 1)
