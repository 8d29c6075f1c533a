"""Ask a broker whether it serves, as its administrator, over one socket."""

import socket
import struct
from io import BufferedRWPair

from aiokafka.conn import ScramAuthenticator

from dev.stack.kafka.credentials import ADMINISTRATOR, Credentials
from dev.stack.ports import HOST

# A broker that is up answers in milliseconds; one that is starting may accept and say nothing.
ANSWER_SECONDS = 1.0
MAX_ANSWER_BYTES = 64 * 1024

METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = (3, 1), (17, 1), (36, 0)
MECHANISM = "SCRAM-SHA-512"


def serves(port: int, credentials: Credentials) -> bool:
    """Whether the broker counts itself among the brokers that may lead partitions (that is, it is unfenced)."""
    try:
        with (
            socket.create_connection((HOST, port), timeout=ANSWER_SECONDS) as plain,
            credentials.tls().wrap_socket(plain, server_hostname=HOST) as connection,
            connection.makefile("rwb") as stream,
        ):
            _log_in(stream, credentials.password(ADMINISTRATOR))
            (brokers,) = struct.unpack_from(">i", _ask(stream, METADATA, struct.pack(">i", 0)))
    except (OSError, struct.error):
        return False
    return bool(brokers >= 1)


def _log_in(stream: BufferedRWPair, password: str) -> None:
    scram = ScramAuthenticator(
        loop=None, sasl_plain_password=password, sasl_plain_username=ADMINISTRATOR, sasl_mechanism=MECHANISM
    )
    _ask(stream, SASL_HANDSHAKE, _string(MECHANISM))
    scram.process_server_first_message(_authenticate(stream, scram.first_message()))
    scram.process_server_final_message(_authenticate(stream, scram.final_message()))


def _authenticate(stream: BufferedRWPair, message: str) -> str:
    """One step of the exchange: error code, error message or null, then what the broker says."""
    answer = _ask(stream, SASL_AUTHENTICATE, struct.pack(">i", len(message)) + message.encode())
    code, length = struct.unpack_from(">hh", answer)
    if code:
        raise ConnectionRefusedError(answer[4 : 4 + length].decode())
    return answer[4 + max(length, 0) + 4 :].decode()


def _ask(stream: BufferedRWPair, request: tuple[int, int], body: bytes) -> bytes:
    """Send a request (header v1: API key, version, correlation id, client id) and return the body of its answer."""
    payload = struct.pack(">hhih", *request, 1, -1) + body
    stream.write(struct.pack(">i", len(payload)) + payload)
    stream.flush()
    (length,) = struct.unpack(">i", stream.read(4))
    return stream.read(min(length, MAX_ANSWER_BYTES))[4:]


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()
