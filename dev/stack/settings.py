"""The LICENSING_* settings that the stack gives each process of ours.

A process that needs another setting gets it here and nowhere else.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.npm import readers
from dev.stack import openid, piper
from dev.stack.kafka import Broker
from dev.stack.keys import PORTAL_ISSUER, Keys
from dev.stack.places import ROOT
from dev.stack.ports import HOST
from dev.stack.postgres import OWNER, Cluster
from runtime.settings import PREFIX
from simulator import issuer

G729_PROGRAM = ROOT / "services" / "audio" / "g729" / "g729_encode.py"


@dataclass(frozen=True, slots=True)
class StackContext:
    """What the settings are made from."""

    state: Path
    broker: Broker
    postgres: Cluster
    port: Callable[[str], int]


def admin_port_name(part: str) -> str:
    """The name under which a part's admin port is remembered; its business port has the part's own name."""
    return f"{part}-admin"


def settings(part: str, stack: StackContext) -> dict[str, str]:
    """The environment of a process of ours."""
    broker = {} if part in WITHOUT_KAFKA else kafka(ROLES.get(part, part), stack)
    return broker | _admin(part, stack) | _traces(part) | OWN.get(part, _nothing)(stack)


def step_settings(step: str, stack: StackContext) -> dict[str, str]:
    """The environment of a program that prepares for them, and has no admin port."""
    return OWN.get(step, _nothing)(stack)


def kafka(role: str, stack: StackContext) -> dict[str, str]:
    """What a program needs to reach Kafka in a role."""
    return environment(stack.broker.settings(role))


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Settings by the names that they have in the environment."""
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}


def _admin(part: str, stack: StackContext) -> dict[str, str]:
    return {"LICENSING_ADMIN_HOST": HOST, "LICENSING_ADMIN_PORT": str(stack.port(admin_port_name(part)))}


def _traces(part: str) -> dict[str, str]:
    """Where the part sends its traces, if whoever starts the stack has said so."""
    endpoint = "" if part in WITHOUT_TRACES else os.environ.get(OTLP_ENDPOINT, "")
    return environment({"otlp_endpoint": endpoint}) if endpoint else {}


def _nothing(_stack: StackContext) -> dict[str, str]:
    return {}


def database(role: str, cluster: Cluster, name: str = OWNER) -> dict[str, str]:
    """What a service needs to reach a database of the cluster in its role."""
    return {
        "LICENSING_DATABASE_URL": cluster.url_without_password(role, name),
        "LICENSING_DATABASE_PASSWORD_FILE": str(cluster.password_file(role)),
    }


def _ledger_api(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return database("ledger-api", stack.postgres) | {
        "LICENSING_API_HOST": HOST,
        "LICENSING_API_PORT": str(stack.port("ledger-api")),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.token_keys),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_WRITER_KEY_FILE": str(keys.writer_key),
        "LICENSING_ACTIVATION_KEY_SECRET_FILE": str(keys.activation_key_secret_file),
        "LICENSING_SUPPORT_WEBHOOK_KEYS_FILE": str(keys.support_webhook_keys_file),
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(keys.generation_ca),
        "LICENSING_LICENSE_KEYS_FILE": str(keys.license_key),
    }


def _ledger_projector(stack: StackContext) -> dict[str, str]:
    return database("ledger-projector", stack.postgres) | {
        "LICENSING_LICENSE_KEYS_FILE": str(Keys(stack.state).license_key)
    }


def _rma_projector(stack: StackContext) -> dict[str, str]:
    return database("rma-projector", stack.postgres)


def _rma_api(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return database("rma-api", stack.postgres) | {
        "LICENSING_API_HOST": HOST,
        "LICENSING_API_PORT": str(stack.port("rma-api")),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.token_keys),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_WRITER_KEY_FILE": str(keys.rma_writer_key),
        "LICENSING_SHIP_TO": "innovaphone AG|RMA|Umberto-Nobile-Str. 15|DE-71063 Sindelfingen",
    }


def _audio_projector(stack: StackContext) -> dict[str, str]:
    return database("audio-projector", stack.postgres)


def _audio_programs() -> dict[str, str]:
    return {
        "LICENSING_G729_PROGRAM": str(G729_PROGRAM),
        "LICENSING_PIPER_PROGRAM": str(piper.program()),
        "LICENSING_PIPER_VOICES": str(piper.voices()),
    }


def _audio_worker(stack: StackContext) -> dict[str, str]:
    folder = {"LICENSING_WORK_FOLDER": str(stack.state / "audio-work")}
    return database("audio-worker", stack.postgres) | _audio_programs() | folder


def _audio_api(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    served = {
        "LICENSING_API_HOST": HOST,
        "LICENSING_API_PORT": str(stack.port("audio-api")),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.token_keys),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
    }
    return database("audio-api", stack.postgres) | _audio_programs() | served


def _founding(stack: StackContext) -> dict[str, str]:
    return kafka("operator", stack) | {"LICENSING_WRITER_KEY_FILE": str(Keys(stack.state).writer_key)}


def _ledger_writer(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_WRITER_PRIVATE_KEY_FILE": str(keys.writer_private_key),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.token_keys),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(keys.generation_ca),
        "LICENSING_SNAPSHOT_FOLDER": str(stack.state / "snapshots" / "ledger-writer"),
    }


def _signer(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_SIGNER_KEYS_DIR": str(keys.signer_folder),
        "LICENSING_SIGNER_PASSPHRASE_FILE": str(keys.signer_passphrase_file),
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
    }


def _device_sync(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_DEVICE_SYNC_HOST": HOST,
        "LICENSING_DEVICE_SYNC_PORT": str(stack.port("device-sync")),
        "LICENSING_WRITER_KEY_FILE": str(keys.writer_key),
        "LICENSING_TLS_CERTIFICATE_FILE": str(keys.pki.server_certificate),
        "LICENSING_TLS_KEY_FILE": str(keys.pki.server_key),
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(keys.generation_ca),
        "LICENSING_LICENSE_KEYS_FILE": str(keys.license_key),
        "LICENSING_STORE_FILE": str(stack.state / "device-sync.sqlite"),
    }


def _rma_writer(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_WRITER_PRIVATE_KEY_FILE": str(keys.rma_writer_private_key),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.token_keys),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_SNAPSHOT_FOLDER": str(stack.state / "snapshots" / "rma-writer"),
    }


def _rma_process_manager(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_WRITER_KEY_FILE": str(keys.rma_writer_key),
        "LICENSING_LEDGER_WRITER_KEY_FILE": str(keys.writer_key),
    }


def _portal(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return database("portal", stack.postgres) | {
        "LICENSING_PORTAL_HOST": HOST,
        "LICENSING_PORTAL_PORT": str(stack.port("portal")),
        "LICENSING_PORTAL_URL": portal_url(stack.port),
        "LICENSING_TRUSTED_PROXIES": f"{HOST}/32",
        "LICENSING_LEDGER_URL": _address("ledger-api", stack),
        "LICENSING_RMA_URL": _address("rma-api", stack),
        "LICENSING_AUDIO_URL": _address("audio-api", stack),
        "LICENSING_TOKEN_KEY_FILE": str(keys.portal_token_key),
        "LICENSING_TOKEN_ISSUER": PORTAL_ISSUER,
        "LICENSING_SECOND_FACTOR_KEY_FILE": str(keys.second_factor_key_file),
        "LICENSING_HTMX_FILE": str(readers.htmx()),
        "LICENSING_SMTP_SERVER": f"{HOST}:{stack.port('mail')}",
        "LICENSING_OPENID_ISSUER": openid.issuer(stack.port("openid")),
        "LICENSING_OPENID_CLIENT_ID": openid.CLIENT_ID,
        "LICENSING_OPENID_CLIENT_SECRET_FILE": str(openid.secret_file(stack.state)),
        "LICENSING_OPENID_NAME": openid.SHOWN,
    }


def portal_url(port: Callable[[str], int]) -> str:
    """Where people reach the portal: by a name, as a passkey belongs to one and to no number."""
    return f"http://localhost:{port('portal')}"


def _address(part: str, stack: StackContext) -> str:
    return f"http://{HOST}:{stack.port(part)}"


OTLP_ENDPOINT = "OTLP_ENDPOINT"
"""The variable of `make run` and `make up` that names a collector of traces."""
WITHOUT_TRACES = frozenset({"signer", "audio-worker"})
"""Parts that make no spans, and know no such setting."""
WITHOUT_KAFKA = frozenset({"portal"})
"""Parts that reach everything by REST."""
ROLES = {"rma-process-manager": "rma"}
"""The role in Kafka of each part that is not named like it."""
OWN: dict[str, Callable[[StackContext], dict[str, str]]] = {
    "audio-api": _audio_api,
    "audio-projector": _audio_projector,
    "audio-worker": _audio_worker,
    "device-sync": _device_sync,
    "founding": _founding,
    "ledger-api": _ledger_api,
    "ledger-projector": _ledger_projector,
    "ledger-writer": _ledger_writer,
    "portal": _portal,
    "rma-api": _rma_api,
    "rma-process-manager": _rma_process_manager,
    "rma-projector": _rma_projector,
    "rma-writer": _rma_writer,
    "signer": _signer,
}
