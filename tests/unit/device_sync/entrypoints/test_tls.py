"""A renewed certificate reaches new connections without a restart."""

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from device_sync.entrypoints.tls import RenewedCertificate
from tests.support.own_certificates import write_pair


def _shown_to_a_client(context: ssl.SSLContext) -> x509.Certificate:
    """What a client sees that connects now."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    client = trusting.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)


def test_a_renewed_certificate_is_shown_once_it_and_its_key_fit_together(tmp_path: Path) -> None:
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    first = write_pair(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    renewed = RenewedCertificate(context, certificate=certificate, key=key)
    assert not renewed.reload()
    assert _shown_to_a_client(context) == first

    second = write_pair(certificate, tmp_path / "later.key")
    assert not renewed.reload()
    assert _shown_to_a_client(context) == first, "its key is not there yet"

    (tmp_path / "later.key").replace(key)
    assert renewed.reload()
    assert _shown_to_a_client(context) == second


def test_a_spoilt_certificate_changes_nothing(tmp_path: Path) -> None:
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    first = write_pair(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    renewed = RenewedCertificate(context, certificate=certificate, key=key)

    certificate.write_bytes(first.public_bytes(Encoding.PEM)[:100])
    assert not renewed.reload()
    certificate.unlink()
    assert not renewed.reload()

    assert _shown_to_a_client(context) == first
