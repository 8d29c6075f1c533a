"""Mutual TLS: only boxes with a certificate of the vendor's authorities get as far as HTTP.

The handshake proves that one of both authorities signed; that it was the one for this generation is proven here.
"""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.requests import Request

from contracts.documents.device_certificate import (
    Authorities,
    NotADeviceCertificate,
    NotVendorSigned,
    fingerprint,
    proven_identity,
)
from device_sync.adapters.metrics import FAILED_HANDSHAKES
from device_sync.domain.devices import Caller
from runtime.logs import get_logger
from runtime.settings import SettingsWrong, read_secret
from runtime.web.http_protocol import CLIENT_CERTIFICATE
from runtime.web.tls import FailedHandshake, prepare

KNOWN_CERTIFICATES = 4096
"""Parsed certificates kept: about the boxes that hold a connection open."""
RENEWAL_SECONDS = 60.0
"""How often the files are looked at; cert-manager writes them a month before the old certificate ends."""
MAX_SHOWN = 64
"""Characters of a name that nobody has proven."""

_log = get_logger("device_sync.tls")


class NoDevice(Exception):  # noqa: N818 - states the world
    """An authority of the vendor signed the certificate, but it does not make its holder a device."""


def server_context(*, certificate: Path, key: Path, device_ca: Path, generation_ca: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer that asks for, and checks, a certificate of one of the two authorities.

    Sessions are not resumed: every connection proves its certificate again.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, certificate, key)
    context.load_verify_locations(cafile=str(device_ca))
    context.load_verify_locations(cafile=str(generation_ca))
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    prepare(context)
    return context


class RenewedCertificate:
    """Gives a context the certificate that lies in the files now: new connections get it, old ones go on."""

    def __init__(self, context: ssl.SSLContext, *, certificate: Path, key: Path) -> None:
        self._context = context
        self._files = (certificate, key)
        self._content = self._read()

    async def follow(self) -> None:
        """Look for a renewed certificate again and again."""
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            self.reload()

    def reload(self) -> bool:
        """Whether there was another pair that fits together; if it does not (yet), the old one stays."""
        try:
            content = self._read()
            if content == self._content:
                return False
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), *self._files)  # a pair that does not fit would spoil ours
            _load(self._context, *self._files)
        except (OSError, SettingsWrong) as error:
            _log.warning("certificate_not_reloaded", reason=str(error))
            return False
        self._content = content
        _log.info("certificate_reloaded")
        return True

    def _read(self) -> tuple[bytes, ...]:
        return tuple(path.read_bytes() for path in self._files)


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    read_secret(key)  # refuses a key file that others can read
    context.load_cert_chain(certificate, key)


def tell(failed: FailedHandshake) -> None:
    """Log and count a box that did not get as far as HTTP, which has nobody else to tell."""
    _log.warning("handshake_failed", peer=failed.peer, reason=failed.reason, **_shown(failed.certificate))
    FAILED_HANDSHAKES.labels(failed.reason).inc()


def _shown(der: bytes | None) -> dict[str, str]:
    """What the certificate says of itself, which nobody has proven."""
    if der is None:
        return {}
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return {
            "serial": str(names[0].value)[:MAX_SHOWN] if names else "",
            "certificate_sha256": fingerprint(certificate),
            "not_after": certificate.not_valid_after_utc.isoformat(),
        }
    except ValueError as error:
        return {"certificate": f"unreadable: {error}"}


class Callers:
    """Knows the box on the other end of a request."""

    def __init__(self, authorities: Authorities, clock: Callable[[], datetime]) -> None:
        self._authorities = authorities
        self._clock = clock
        self._proven = lru_cache(KNOWN_CERTIFICATES)(self._prove)

    def of(self, request: Request) -> Caller:
        """The box that asks; raises NoDevice."""
        der: bytes | None = request.scope["state"][CLIENT_CERTIFICATE]
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
