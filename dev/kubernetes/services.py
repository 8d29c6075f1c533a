"""What the cluster runs: one row for each process of ours, from which its folder in deploy/k8s/base is made.

Settings come from the process's own settings model; which files it is given follows from the fields of that model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from audio.entrypoints import worker as audio_worker
from audio.entrypoints.api.settings import ApiSettings as AudioApiSettings
from device_sync.entrypoints.settings import DeviceSyncSettings
from ledger.entrypoints.api.settings import ApiSettings as LedgerApiSettings
from ledger.entrypoints.projector.settings import ProjectorSettings as LedgerProjectorSettings
from ledger.entrypoints.writer import WriterSettings as LedgerWriterSettings
from portal.entrypoints.web.settings import PortalSettings
from rma.entrypoints.api.settings import ApiSettings as RmaApiSettings
from rma.entrypoints.process_manager import ManagerSettings
from rma.entrypoints.projector.settings import ProjectorSettings as RmaProjectorSettings
from runtime.postgres.settings import WithDatabase
from runtime.projection.settings import ProjectorSettings
from runtime.settings import ProcessSettings, Settings
from runtime.writer_settings import WriterSettings
from signer.entrypoints.settings import SignerSettings

ADMIN_PORT = 8082
API_PORT = 8080
DEVICE_PORT = 8443
"""Device-sync's own default, as is that of the admin port."""
NAMESPACE, SIGNER_NAMESPACE, DATA_NAMESPACE = "licensing", "licensing-signer", "licensing-data"
KAFKA_PORT, POSTGRES_PORT = 9093, 5432
KAFKA_BOOTSTRAP = f"licensing-kafka-bootstrap.{DATA_NAMESPACE}.svc:{KAFKA_PORT}"
DATABASE_HOST, REPLICA_HOST = (f"licensing-{one}.{DATA_NAMESPACE}.svc" for one in ("rw", "ro"))
"""The primary, and any of the replicas."""
SECRETS = "/run/secrets/licensing"
TLS = "/run/secrets/tls"
SIGNER_KEYS = "/run/secrets/signer-keys"
WORK = "/var/lib/licensing"
"""The only writable folder of a container, beside /tmp."""
SNAPSHOTS = f"{WORK}/snapshots"
SNAPSHOTS_MIB = 2048
"""Of a writer: two of each log and a third one in the making, of some 100 MiB at a million accepted commands."""
G729_PROGRAM = "/opt/licensing/g729/g729_encode.py"
HTMX = "/opt/licensing/htmx/htmx.min.js"


@dataclass(frozen=True, slots=True)
class Scaling:
    """How many replicas there are; `most` is what the design allows, where load may change the number."""

    least: int
    most: int
    by: Literal["nothing", "cpu", "lag"] = "nothing"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One Deployment. `own` are settings with a fixed value, `site` those that each site has to say.

    `calls` are the processes that it sends requests to.
    """

    name: str
    component: str
    settings: type[ProcessSettings]
    scaling: Scaling
    memory_mib: int
    cpu_millis: int
    role: str = ""
    namespace: str = NAMESPACE
    image: Literal["licensing", "licensing-audio"] = "licensing"
    port: int | None = None
    own: Mapping[str, object] = field(default_factory=dict[str, object])
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    entries: Mapping[str, str] = field(default_factory=dict[str, str])
    calls: tuple[str, ...] = ()
    work_mib: int | None = None

    @property
    def kafka_user(self) -> str:
        return self.role or self.name

    @property
    def uses_kafka(self) -> bool:
        return issubclass(self.settings, Settings)

    @property
    def uses_database(self) -> bool:
        return issubclass(self.settings, WithDatabase)

    @property
    def has_tls(self) -> bool:
        return "tls_key_file" in self.settings.model_fields

    def files(self) -> dict[str, str]:
        """The files of its Secret and the entry of the secret store that each is from."""
        names = [name for name in self.settings.model_fields if name in ENTRIES and not name.startswith("tls_")]
        files = {file_name(name): self.entries.get(name, ENTRIES[name]) for name in names}
        files |= {"database-ca": "internal-ca-certificate"} if self.uses_database else {}
        return {file: entry.format(user=self.kafka_user, name=self.name) for file, entry in files.items()}

    def values(self) -> dict[str, str]:
        """Its settings but those of the site, by field."""
        fields = self.settings.model_fields
        values: dict[str, object] = {
            "admin_host": "0.0.0.0",  # noqa: S104 - probes come from the node
            "admin_port": ADMIN_PORT,
        }
        if self.uses_kafka:
            values |= {"kafka_bootstrap": KAFKA_BOOTSTRAP, "kafka_username": self.kafka_user}
        if self.uses_database:
            values["database_url"] = self._database(DATABASE_HOST)
        if "database_replica_url" in fields:
            values["database_replica_url"] = self._database(REPLICA_HOST)
        if "api_port" in fields:
            values |= {"api_host": "0.0.0.0", "api_port": self.port}  # noqa: S104
        values |= {name: f"{SECRETS}/{file_name(name)}" for name in fields if file_name(name) in self.files()}
        if self.has_tls:
            values |= {"tls_certificate_file": f"{TLS}/tls.crt", "tls_key_file": f"{TLS}/tls.key"}
        return {name: str(value) for name, value in {**values, **self.own}.items()}

    def _database(self, host: str) -> str:
        where = f"{self.name}@{host}:{POSTGRES_PORT}/licensing"
        return f"postgresql://{where}?sslmode=verify-full&sslrootcert={SECRETS}/database-ca"


ENTRIES = {
    "kafka_ca_file": "internal-ca-certificate",
    "kafka_password_file": "kafka-{user}",
    "database_password_file": "database-{name}",
    "token_keys_file": "token-keys",
    "token_key_file": "portal-token-key",
    "second_factor_key_file": "portal-second-factor-key",
    "writer_private_key_file": "ledger-writer-private-key",
    "writer_key_file": "ledger-writer-public-key",
    "ledger_writer_key_file": "ledger-writer-public-key",
    "activation_key_secret_file": "activation-key-secret",
    "support_webhook_keys_file": "support-webhook-keys",
    "device_ca_file": "device-ca",
    "generation_ca_file": "generation-ca",
    "license_keys_file": "license-keys",
    "signer_passphrase_file": "signer-passphrase",
}
"""Which entry of the secret store each setting that names a file is filled from."""
SIGNER_KEY_FILES = {
    "license.key.pem": "signer-license-key",
    "log.key.pem": "signer-log-key",
    "generation-ca.key.pem": "signer-generation-ca-key",
    "log-name": "signer-log-name",
    "generation-ca.pem": "generation-ca",
}
"""The same for the folder that `signer init` made; generation-ca.pem lies in its folder `public`."""
RMA_WRITER = {"writer_private_key_file": "rma-writer-private-key", "writer_key_file": "rma-writer-public-key"}
TOKENS = {"token_issuer": "token-issuer"}

STANDBY = Scaling(2, 2, why="one leads, the other is its warm standby; more would only wait")
TURNS = Scaling(2, 2, why="they take turns on each ledger; more would only wait")
EDGE = Scaling(2, 6, by="cpu")

SERVICES: tuple[Service, ...] = (
    Service(
        name="ledger-writer",
        component="ledger",
        settings=LedgerWriterSettings,
        scaling=STANDBY,
        memory_mib=512,
        cpu_millis=500,
        site=TOKENS,
        own={"snapshot_folder": SNAPSHOTS},
        work_mib=SNAPSHOTS_MIB,
    ),
    Service(
        name="ledger-projector",
        component="ledger",
        settings=LedgerProjectorSettings,
        scaling=TURNS,
        memory_mib=384,
        cpu_millis=500,
    ),
    Service(
        name="ledger-api",
        component="ledger",
        settings=LedgerApiSettings,
        scaling=EDGE,
        memory_mib=512,
        cpu_millis=500,
        port=API_PORT,
        site=TOKENS,
    ),
    Service(
        name="signer",
        component="signer",
        settings=SignerSettings,
        scaling=Scaling(1, 1, why="one process signs for all ledgers"),
        memory_mib=384,
        cpu_millis=250,
        namespace=SIGNER_NAMESPACE,
        own={"signer_keys_dir": SIGNER_KEYS},
    ),
    Service(
        name="device-sync",
        component="device-sync",
        settings=DeviceSyncSettings,
        scaling=EDGE,
        memory_mib=256,
        cpu_millis=250,
        port=DEVICE_PORT,
        own={
            "device_sync_host": "0.0.0.0",  # noqa: S104 - devices come through the gateway
            "device_sync_port": DEVICE_PORT,
            "store_file": f"{WORK}/device-sync.sqlite",
        },
        work_mib=2048,
    ),
    Service(
        name="rma-writer",
        component="rma",
        settings=WriterSettings,
        scaling=STANDBY,
        memory_mib=256,
        cpu_millis=100,
        site=TOKENS,
        entries=RMA_WRITER,
        own={"snapshot_folder": SNAPSHOTS},
        work_mib=SNAPSHOTS_MIB,
    ),
    Service(
        name="rma-projector",
        component="rma",
        settings=RmaProjectorSettings,
        scaling=TURNS,
        memory_mib=192,
        cpu_millis=100,
    ),
    Service(
        name="rma-api",
        component="rma",
        settings=RmaApiSettings,
        scaling=EDGE,
        memory_mib=256,
        cpu_millis=250,
        port=API_PORT,
        site=TOKENS | {"ship_to": "ship-to"},
        entries=RMA_WRITER,
    ),
    Service(
        name="rma-process-manager",
        component="rma",
        settings=ManagerSettings,
        scaling=Scaling(1, 1, why="a second one does no harm and no good"),
        memory_mib=256,
        cpu_millis=100,
        role="rma",
        entries=RMA_WRITER,
    ),
    Service(
        name="audio-projector",
        component="audio",
        settings=ProjectorSettings,
        scaling=TURNS,
        memory_mib=128,
        cpu_millis=50,
    ),
    Service(
        name="audio-worker",
        component="audio",
        settings=audio_worker.WorkerSettings,
        scaling=Scaling(1, 8, by="lag", why="audio.events has eight partitions"),
        memory_mib=768,
        cpu_millis=500,
        image="licensing-audio",
        own={"g729_program": G729_PROGRAM, "work_folder": f"{WORK}/audio"},
        work_mib=2048,
    ),
    Service(
        name="audio-api",
        component="audio",
        settings=AudioApiSettings,
        scaling=Scaling(2, 4, by="cpu"),
        memory_mib=256,
        cpu_millis=100,
        image="licensing-audio",
        port=API_PORT,
        site=TOKENS,
        own={"g729_program": G729_PROGRAM},
    ),
    Service(
        name="portal",
        component="portal",
        settings=PortalSettings,
        scaling=EDGE,
        memory_mib=384,
        cpu_millis=250,
        port=API_PORT,
        site=TOKENS | {"portal_url": "https://portal-host", "trusted_proxies": "gateway-network"},
        calls=("ledger-api", "rma-api", "audio-api"),
        own={
            "portal_host": "0.0.0.0",  # noqa: S104 - people come through the gateway
            "portal_port": API_PORT,
            "ledger_url": f"http://ledger-api.{NAMESPACE}.svc:{API_PORT}",
            "rma_url": f"http://rma-api.{NAMESPACE}.svc:{API_PORT}",
            "audio_url": f"http://audio-api.{NAMESPACE}.svc:{API_PORT}",
            "htmx_file": HTMX,
        },
    ),
)


def callers_of(service: Service) -> tuple[Service, ...]:
    """The processes that send requests to this one."""
    return tuple(one for one in SERVICES if service.name in one.calls)


def file_name(setting: str) -> str:
    """The name of the file that a setting points to."""
    return setting.removesuffix("_file").replace("_", "-")
