"""The roles in which services use the local cluster. None of them is a superuser or owns a database."""

import hashlib
import hmac
from importlib.resources import files

ROLES = (
    "audio-api",
    "audio-projector",
    "audio-worker",
    "ledger-api",
    "ledger-projector",
    "portal",
    "rma-api",
    "rma-projector",
)


_WITH_TABLES = (
    "ledger.adapters.postgres",
    "rma.adapters.postgres",
    "audio.adapters.postgres",
    "portal.adapters.postgres",
)


def password_of(role: str, owner_password: str) -> str:
    """It follows from the owner's, so a cluster keeps one secret, and whoever has that may take any role anyway."""
    return hmac.new(owner_password.encode(), role.encode(), hashlib.sha256).hexdigest()


def make_roles(owner_password: str) -> str:
    """SQL that makes every role of the cluster that is not there yet."""
    return "".join(
        f"""DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE "{role}" LOGIN PASSWORD '{password_of(role, owner_password)}';
            END IF;
        END $$;\n"""
        for role in ROLES
    )


def grants() -> str:
    """SQL that gives them their rights in one database: what an operator runs in production, too."""
    return "".join((files(package) / "roles.sql").read_text(encoding="utf-8") for package in _WITH_TABLES)
