"""Settings of the portal (LICENSING_* variables)."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from runtime.postgres.settings import WithDatabase
from runtime.settings import Port
from runtime.tracing import WithTraces

Address = Annotated[str, AfterValidator(lambda said: said.rstrip("/")), Field(pattern=r"^https?://[^/]+/?$")]
PROVIDER = r"^(https://[^/\s]|http://(127\.0\.0\.1|localhost)(:|/|$))\S*$"
"""What a provider says is secret, so it speaks TLS, but for one on this very host."""


def _networks(said: str) -> str:
    """Networks as they were said; raises ValueError for what is none."""
    for one in said.split(",") if said else ():
        ip_network(one.strip())
    return said


class PortalSettings(WithTraces, WithDatabase):
    """`portal_url` is where people reach it: https there makes cookies secure.

    Tries in vain are counted by the network of whoever tries. Behind a gateway that is whom the gateway names, which is
    believed only where its own address is in `trusted_proxies` (networks, comma-separated).
    The portal signs tokens with the first key of `token_key_file` (Ed25519, PEM) and publishes all of them.
    `second_factor_key_file` has the keys (32 bytes in hex, one a line) that seal the secrets of second factors.
    Without `smtp_server`, a host and a port, nobody registers or resets a password by mail. Where `smtp_user` is said,
    TLS comes first.
    People may also sign in at the OpenID Connect provider `openid_issuer`, which pages call `openid_name`; its
    certificate is checked with `openid_ca_file`, or with the authorities that everybody knows.
    `htmx_file` is the one script that is not ours, as npm's package htmx.org has it.
    """

    portal_host: str = "127.0.0.1"
    portal_port: Port
    portal_url: Address
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    ledger_url: Address
    rma_url: Address
    audio_url: Address
    token_key_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    second_factor_key_file: Path
    htmx_file: Path
    smtp_server: Annotated[str, Field(pattern=r"^[^:/\s]+:[0-9]{1,5}$")] | None = None
    smtp_sender: str = "licensing@localhost"
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    openid_issuer: Annotated[str, Field(pattern=PROVIDER)] | None = None
    openid_client_id: Annotated[str, Field(min_length=1)] | None = None
    openid_client_secret_file: Path | None = None
    openid_scopes: Annotated[str, Field(pattern=r"^openid( [!-~]+)*$")] = "openid email profile"
    openid_name: Annotated[str, Field(min_length=1, max_length=40)] = "OpenID Connect"
    openid_ca_file: Path | None = None
    brand: Annotated[str, Field(min_length=1, max_length=40)] = "Licensing"

    @model_validator(mode="after")
    def _a_provider_is_described_whole(self) -> "PortalSettings":
        said = (self.openid_issuer, self.openid_client_id, self.openid_client_secret_file)
        if any(one is None for one in said) and any(one is not None for one in said):
            raise ValueError(
                "OPENID_ISSUER, OPENID_CLIENT_ID and OPENID_CLIENT_SECRET_FILE are given all or not at all"
            )
        return self

    @property
    def is_secure(self) -> bool:
        return self.portal_url.startswith("https://")
