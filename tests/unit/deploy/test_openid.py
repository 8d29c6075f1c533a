"""People sign in at a site's own provider: the portal is told all of it, and reaches nothing else for it."""

import ipaddress

import pytest

from dev.kubernetes.services import SERVICES
from portal.entrypoints.web.settings import PortalSettings
from tests.support.rendered import OVERLAYS, deployment_of, environment, named, of_kind

PORTAL = next(service for service in SERVICES if service.name == "portal")
WITH_PROVIDER = "staging"


def test_the_portal_is_told_the_provider_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(WITH_PROVIDER, deployment_of(WITH_PROVIDER, PORTAL)).items():
        if name.startswith("LICENSING_"):
            monkeypatch.setenv(name, value)
    settings = PortalSettings()  # pyright: ignore[reportCallIssue]  # from the environment

    assert settings.openid_issuer == "https://id.example.com"
    assert (settings.openid_client_id, settings.openid_name) == ("licensing-portal", "Example ID")
    assert str(settings.openid_client_secret_file) == "/run/secrets/licensing/openid-client-secret"


def test_the_secret_of_the_portal_has_what_its_provider_knows_it_by() -> None:
    entries = {
        one["secretKey"]: one["remoteRef"]["key"]
        for one in named(WITH_PROVIDER, "ExternalSecret", "portal")["spec"]["data"]
    }

    assert entries["openid-client-secret"] == "licensing/openid-client-secret"


def test_the_portal_alone_reaches_the_network_of_the_provider_by_tls() -> None:
    spec = named(WITH_PROVIDER, "NetworkPolicy", "portal-openid")["spec"]
    (rule,) = spec["egress"]

    assert [ipaddress.ip_network(peer["ipBlock"]["cidr"]) for peer in rule["to"]] == [
        ipaddress.ip_network("192.0.2.10/32")
    ]
    assert rule["ports"] == [{"protocol": "TCP", "port": 443}]
    assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == PORTAL.name
    assert spec["policyTypes"] == ["Egress"]


@pytest.mark.parametrize("overlay", [overlay for overlay in OVERLAYS if overlay != WITH_PROVIDER])
def test_a_site_without_a_provider_has_neither_settings_nor_policy(overlay: str) -> None:
    assert not any("OPENID" in name for name in environment(overlay, deployment_of(overlay, PORTAL)))
    assert "portal-openid" not in {one["metadata"]["name"] for one in of_kind(overlay, "NetworkPolicy")}
