"""Settings of the portal (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from runtime.postgres.settings import WithDatabase
from runtime.settings import Port

Address = Annotated[str, AfterValidator(lambda said: said.rstrip("/")), Field(pattern=r"^https?://[^/]+/?$")]


class PortalSettings(WithDatabase):
    """`portal_url` is where people reach it: https there makes cookies secure.

    The portal signs tokens with the first key of `token_key_file` (Ed25519, PEM) and publishes all of them.
    Without `smtp_server`, a host and a port, nobody registers or resets a password by mail. Where `smtp_user` is said,
    TLS comes first.
    `htmx_file` is the one script that is not ours, as npm's package htmx.org has it.
    """

    portal_host: str = "127.0.0.1"
    portal_port: Port
    portal_url: Address
    ledger_url: Address
    rma_url: Address
    audio_url: Address
    token_key_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    htmx_file: Path
    smtp_server: Annotated[str, Field(pattern=r"^[^:/\s]+:[0-9]{1,5}$")] | None = None
    smtp_sender: str = "licensing@localhost"
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    brand: Annotated[str, Field(min_length=1, max_length=40)] = "Licensing"

    @property
    def is_secure(self) -> bool:
        return self.portal_url.startswith("https://")
