"""The portal's letters reach the mail server of the site, and nothing else opens for them."""

import ipaddress

import pytest

from dev.kubernetes.services import SERVICES
from portal.entrypoints.web.settings import PortalSettings
from tests.support.rendered import OVERLAYS, SITES, container, deployment_of, environment, named, of_kind

PORTAL = next(service for service in SERVICES if service.name == "portal")


@pytest.mark.parametrize("overlay", SITES)
def test_the_portal_is_told_the_server_and_may_reach_it(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment(overlay, deployment_of(overlay, PORTAL))
    for name, value in told.items():
        if name.startswith("LICENSING_"):
            monkeypatch.setenv(name, value)
    settings = PortalSettings()  # pyright: ignore[reportCallIssue]  # from the environment
    site = named(overlay, "ConfigMap", str(_site_name(overlay)))["data"]
    (rule,) = named(overlay, "NetworkPolicy", "portal-mail")["spec"]["egress"]

    assert (settings.smtp_server, settings.smtp_user) == (site["smtp-server"], site["smtp-user"])
    assert settings.smtp_sender == site["smtp-sender"]
    assert int(site["smtp-server"].rpartition(":")[2]) in {port["port"] for port in rule["ports"]}
    assert [ipaddress.ip_network(peer["ipBlock"]["cidr"]) for peer in rule["to"]] == [
        ipaddress.ip_network(site["smtp-network"])
    ]


@pytest.mark.parametrize("overlay", SITES)
def test_the_policy_for_mail_is_of_the_portals_pods_alone(overlay: str) -> None:
    policy = named(overlay, "NetworkPolicy", "portal-mail")

    assert policy["spec"]["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "portal",
        "app.kubernetes.io/part-of": "licensing",
    }
    assert policy["spec"]["policyTypes"] == ["Egress"]
    assert policy["metadata"]["namespace"] == PORTAL.namespace


@pytest.mark.parametrize("overlay", [overlay for overlay in OVERLAYS if overlay not in SITES])
def test_a_site_without_mail_has_neither_settings_nor_policy(overlay: str) -> None:
    names = {one["name"] for one in container(deployment_of(overlay, PORTAL)).get("env", ())}

    assert not any("SMTP" in name for name in names)
    assert "portal-mail" not in {one["metadata"]["name"] for one in of_kind(overlay, "NetworkPolicy")}


def _site_name(overlay: str) -> object:
    references = container(deployment_of(overlay, PORTAL))["env"]
    return next(one["valueFrom"]["configMapKeyRef"]["name"] for one in references if "valueFrom" in one)
