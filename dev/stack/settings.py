"""The LICENSING_* settings that the stack gives each process of ours.

A process that needs another setting gets it here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dev.stack.keys import Keys
from dev.stack.ports import HOST
from dev.stack.postgres import Cluster
from simulator import issuer


@dataclass(frozen=True, slots=True)
class StackContext:
    """What the settings are made from."""

    state: Path
    kafka: str
    postgres: Cluster
    port: Callable[[str], int]


def admin_port_name(part: str) -> str:
    """The name under which a part's admin port is remembered; its business port has the part's own name."""
    return f"{part}-admin"


def settings(part: str, stack: StackContext) -> dict[str, str]:
    """The environment of a process of ours."""
    return everybody(stack) | _admin(part, stack) | OWN.get(part, _nothing)(stack)


def step_settings(step: str, stack: StackContext) -> dict[str, str]:
    """The environment of a program that prepares for them, and has no admin port."""
    return everybody(stack) | OWN.get(step, _nothing)(stack)


def everybody(stack: StackContext) -> dict[str, str]:
    """What programs that only talk to Kafka need."""
    return {"LICENSING_KAFKA_BOOTSTRAP": stack.kafka}


def _admin(part: str, stack: StackContext) -> dict[str, str]:
    return {"LICENSING_ADMIN_HOST": HOST, "LICENSING_ADMIN_PORT": str(stack.port(admin_port_name(part)))}


def _nothing(_stack: StackContext) -> dict[str, str]:
    return {}


def _database(stack: StackContext) -> dict[str, str]:
    return {
        "LICENSING_DATABASE_URL": stack.postgres.url_without_password(),
        "LICENSING_DATABASE_PASSWORD_FILE": str(stack.postgres.password_file),
    }


def _ledger_api(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return _database(stack) | {
        "LICENSING_API_HOST": HOST,
        "LICENSING_API_PORT": str(stack.port("ledger-api")),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.issuer.jwks_file),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_WRITER_KEY_FILE": str(keys.writer_key),
        "LICENSING_ACTIVATION_KEY_SECRET_FILE": str(keys.activation_key_secret_file),
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(keys.generation_ca),
        "LICENSING_LICENSE_KEYS_FILE": str(keys.license_key),
    }


def _ledger_projector(stack: StackContext) -> dict[str, str]:
    return _database(stack) | {"LICENSING_LICENSE_KEYS_FILE": str(Keys(stack.state).license_key)}


def _founding(stack: StackContext) -> dict[str, str]:
    return {"LICENSING_WRITER_KEY_FILE": str(Keys(stack.state).writer_key)}


def _ledger_writer(stack: StackContext) -> dict[str, str]:
    keys = Keys(stack.state)
    return {
        "LICENSING_WRITER_PRIVATE_KEY_FILE": str(keys.writer_private_key),
        "LICENSING_TOKEN_KEYS_FILE": str(keys.issuer.jwks_file),
        "LICENSING_TOKEN_ISSUER": issuer.ISSUER,
        "LICENSING_DEVICE_CA_FILE": str(keys.pki.device_ca),
        "LICENSING_GENERATION_CA_FILE": str(keys.generation_ca),
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


OWN: dict[str, Callable[[StackContext], dict[str, str]]] = {
    "device-sync": _device_sync,
    "founding": _founding,
    "ledger-api": _ledger_api,
    "ledger-projector": _ledger_projector,
    "ledger-writer": _ledger_writer,
    "signer": _signer,
}
