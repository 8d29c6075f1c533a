"""An authority that signs the certificates of broker and database for as long as a test wants them to last."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from contracts.documents.device_certificate import make_authority
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.credentials import BROKER, Credentials
from simulator.pki import now, read_certificate, read_key, server_certificate, write_certificate, write_key

USAGES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
LASTING = timedelta(days=90)


class ServerAuthority:
    """The authority of one stack. Its broker makes none of its own where this one was there before."""

    def __init__(self, state: Path) -> None:
        credentials = Credentials(state)
        self.ca_file = credentials.ca_file
        self._brokers_file = credentials.keystore_file
        self._key_file = state / "server-authority.key.pem"

    def prepare(self) -> None:
        """Make it, and the broker's first certificate."""
        self.ca_file.parent.mkdir(mode=0o700)
        key = ec.generate_private_key(ec.SECP256R1())
        write_key(self._key_file, key)
        write_certificate(self.ca_file, make_authority(key, "Test server CA", not_before=now()))
        key_pem, certificate_pem = self.issue(LASTING)
        self._brokers_file.touch(mode=0o600)
        self._brokers_file.write_text(key_pem + certificate_pem)

    def issue(self, lasts: timedelta) -> tuple[str, str]:
        """A key, and its certificate for a server on loopback, which ends then, counted from now; both in PEM."""
        key, issuer, issuer_key = ec.generate_private_key(ec.SECP256R1()), self._certificate(), read_key(self._key_file)
        signed = server_certificate(BROKER, key, issuer, issuer_key, USAGES, ends=datetime.now(UTC) + lasts)
        key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key_pem.decode(), signed.public_bytes(Encoding.PEM).decode()

    def _certificate(self) -> x509.Certificate:
        return read_certificate(self.ca_file)


async def show_to_clients(broker: Broker, file: Path) -> None:
    """Let the broker show the certificate of this file to whoever connects from now on."""
    admin = AIOKafkaAdminClient(**broker.connection(ADMINISTRATOR).options())
    await admin.start()
    try:
        name = "listener.name.clients.ssl.keystore.location"
        answers: list[Any] = await admin.alter_configs(
            [ConfigResource(ConfigResourceType.BROKER, "1", configs={name: str(file)})]
        )
        assert all(code == 0 for answer in answers for code, *_ in answer.resources), answers
    finally:
        await admin.close()
