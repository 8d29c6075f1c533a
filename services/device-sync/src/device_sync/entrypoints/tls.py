"""Mutual TLS: only boxes with a certificate of the vendor's authorities get as far as HTTP."""

import ssl
from functools import lru_cache
from pathlib import Path

from aiohttp import web
from cryptography import x509

from contracts.device_certificate import NotADeviceCertificate, fingerprint, identity
from device_sync.domain.devices import Caller
from runtime.settings import read_secret

KNOWN_CERTIFICATES = 4096
"""Parsed certificates kept: about the boxes that hold a connection open."""


class NoDevice(Exception):  # noqa: N818 - states the world
    """The vendor signed the certificate, but it does not name a device."""


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


def authorities(*paths: Path) -> tuple[x509.Certificate, ...]:
    """All certificates of these PEM files."""
    return tuple(found for path in paths for found in x509.load_pem_x509_certificates(path.read_bytes()))


def caller_of(request: web.Request) -> Caller:
    """The box on the other end; raises NoDevice."""
    secured: ssl.SSLObject | None = request.get_extra_info("ssl_object")
    der = None if secured is None else secured.getpeercert(binary_form=True)
    if der is None:
        raise NoDevice("The connection has no device certificate.")
    return _caller(der)


@lru_cache(KNOWN_CERTIFICATES)
def _caller(der: bytes) -> Caller:
    certificate = x509.load_der_x509_certificate(der)
    try:
        who = identity(certificate)
    except NotADeviceCertificate as error:
        raise NoDevice(str(error)) from None
    return Caller(who.serial, who.generation, fingerprint(certificate))
