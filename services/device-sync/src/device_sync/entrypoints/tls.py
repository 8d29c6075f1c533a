"""Mutual TLS: only boxes with a certificate of the vendor's authorities get as far as HTTP.

The handshake proves that one of both authorities signed; that it was the one for this generation is proven here.
"""

import ssl
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from aiohttp import web
from cryptography import x509

from contracts.documents.device_certificate import (
    Authorities,
    NotADeviceCertificate,
    NotVendorSigned,
    fingerprint,
    proven_identity,
)
from device_sync.domain.devices import Caller
from runtime.settings import read_secret

KNOWN_CERTIFICATES = 4096
"""Parsed certificates kept: about the boxes that hold a connection open."""


class NoDevice(Exception):  # noqa: N818 - states the world
    """An authority of the vendor signed the certificate, but it does not make its holder a device."""


def server_context(*, certificate: Path, key: Path, device_ca: Path, generation_ca: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer that asks for, and checks, a certificate of one of the two authorities.

    Sessions are not resumed: every connection proves its certificate again.
    """
    read_secret(key)  # refuses a key file that others can read
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(cafile=str(device_ca))
    context.load_verify_locations(cafile=str(generation_ca))
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


class Callers:
    """Knows the box on the other end of a request."""

    def __init__(self, authorities: Authorities, clock: Callable[[], datetime]) -> None:
        self._authorities = authorities
        self._clock = clock
        self._proven = lru_cache(KNOWN_CERTIFICATES)(self._prove)

    def of(self, request: web.Request) -> Caller:
        """The box that asks; raises NoDevice."""
        secured: ssl.SSLObject | None = request.get_extra_info("ssl_object")
        der = None if secured is None else secured.getpeercert(binary_form=True)
        if der is None:
            raise NoDevice("The connection has no device certificate.")
        return self._proven(der)

    def _prove(self, der: bytes) -> Caller:
        certificate = x509.load_der_x509_certificate(der)
        try:
            who = proven_identity(certificate, self._authorities, now=self._clock())
        except (NotADeviceCertificate, NotVendorSigned) as error:
            raise NoDevice(str(error)) from None
        return Caller(who.serial, who.generation, fingerprint(certificate))
