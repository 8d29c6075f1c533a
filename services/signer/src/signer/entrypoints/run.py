"""`signer run`: one process that signs what the configured ledgers say, and listens on its admin port only."""

import asyncio

from cryptography import x509
from prometheus_client import REGISTRY

from contracts.documents.device_certificate import Authorities
from contracts.topics import EVENTS, topic_name
from runtime.admin import Admin
from runtime.kafka import Connection, Offsets, PartitionTail, Producer
from runtime.logs import configure, get_logger
from runtime.process import run as run_process
from runtime.process import supervise
from runtime.reader_lag import ReaderLag
from runtime.settings import load as load_settings
from runtime.settings import read_secret
from signer.adapters import keystore
from signer.adapters.kafka_outputs import KafkaOutputs
from signer.adapters.metrics import StatusCollector
from signer.application.own_records import OwnRecords
from signer.application.signing import LedgerSigning
from signer.application.status import readiness
from signer.domain.own_signatures import OwnSignatures
from signer.domain.signing_keys import SigningKeys
from signer.entrypoints.settings import SignerSettings

_log = get_logger("signer")


def run() -> None:
    """Run until SIGTERM; exits with 2 for wrong settings, 1 for keys that can't be opened or a defect."""
    settings = load_settings(SignerSettings)
    configure("signer", settings.log_level)
    keys = keystore.load(settings.signer_keys_dir, read_secret(settings.signer_passphrase_file))
    trusted = _trusted(settings, keys)
    connection = Connection.from_settings(settings)
    run_process(lambda stop: _serve(settings, connection, keys, trusted, stop))


async def _serve(
    settings: SignerSettings,
    connection: Connection,
    keys: SigningKeys,
    trusted: Authorities,
    stop: asyncio.Event,
) -> None:
    _log.info("starting", settings=settings.describe())
    async with Producer(connection, client_id="signer") as producer:
        own = OwnRecords(OwnSignatures(keys), topic_prefix=settings.topic_prefix)
        outputs = KafkaOutputs(connection, producer, own, topic_prefix=settings.topic_prefix)
        events = topic_name(EVENTS, settings.topic_prefix)
        tails = {number: PartitionTail(connection, events, number, 0) for number in range(settings.ledgers)}
        signings = [
            LedgerSigning(number, keys=keys, trusted=trusted, events=tail, outputs=outputs)
            for number, tail in tails.items()
        ]
        statuses = [signing.status for signing in signings]
        REGISTRY.register(StatusCollector(statuses, own.foreign))
        try:
            async with (
                Offsets(connection) as offsets,
                ReaderLag(offsets) as lag,
                Admin.of(settings, lambda: readiness(statuses), lag.show),
            ):
                lag.watch({tails[one.status.ledger].partition: one.place for one in signings})
                await supervise(stop, {f"ledger-{one.status.ledger}": one.run(stop) for one in signings})
        finally:
            for tail in tails.values():
                await tail.close()


def _trusted(settings: SignerSettings, keys: SigningKeys) -> Authorities:
    """Who issues certificates of devices: the vendor's device CA those of boxes, we those of later generations."""
    factory = x509.load_pem_x509_certificates(settings.device_ca_file.read_bytes())
    return Authorities(tuple(factory), (keys.generation_ca_certificate,))
