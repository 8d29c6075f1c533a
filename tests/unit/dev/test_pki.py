import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from contracts.device_certificate import DeviceIdentity, identity, require_vendor_signed
from dev.pki import Pki


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    pki = Pki(tmp_path)
    pki.prepare()
    return pki


def test_a_factory_certificate_is_of_generation_one_and_signed_by_the_device_ca(pki: Pki) -> None:
    key, certificate = pki.factory("009033010203")

    assert identity(certificate) == DeviceIdentity("009033010203", 1)
    assert certificate.public_key() == key.public_key()
    device_ca = x509.load_pem_x509_certificate(pki.device_ca_file.read_bytes())
    require_vendor_signed(certificate, [device_ca], now=datetime.now(UTC))


def test_preparing_again_changes_nothing(pki: Pki, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    pki.prepare()

    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_private_keys_are_for_their_owner_only(pki: Pki, tmp_path: Path) -> None:
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.rglob("*.key")}

    assert modes == dict.fromkeys(("device-ca.key", "server-ca.key", "server.key"), 0o600)


def test_a_client_that_trusts_the_server_ca_accepts_the_server_on_loopback(pki: Pki) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.server_certificate_file, pki.server_key_file)
    client = ssl.create_default_context(cafile=str(pki.server_ca_file))
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT

    shake_hands(server, client, "127.0.0.1")
    shake_hands(server, client, "localhost")


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """A TLS handshake in memory; raises when either side refuses the other."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(to_client, to_server, server_hostname=name)]
    sides.append(server.wrap_bio(to_server, to_client, server_side=True))
    waiting = sides
    while waiting:
        waiting = [side for side in waiting if not _done(side)]


def _done(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
