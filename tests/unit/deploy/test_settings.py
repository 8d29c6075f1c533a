"""Each process is given the settings, ports and files that its settings model has."""

from typing import Any

import pytest
from pydantic.fields import FieldInfo

from dev.kubernetes.services import ADMIN_PORT, Service
from runtime.settings import PREFIX
from tests.support.rendered import EACH, EACH_SERVICE, container, deployment_of, environment, manifests, named, of_kind

PORTS = ("LICENSING_API_PORT", "LICENSING_DEVICE_SYNC_PORT", "LICENSING_PORTAL_PORT")


def _field(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()


def _settings(overlay: str, deployment: dict[str, Any]) -> dict[str, str]:
    """Its environment but for the hosts that addresses are made of."""
    made_of = {name.upper().replace("-", "_") for name in ("portal-host",)}
    found = {name: value for name, value in environment(overlay, deployment).items() if name not in made_of}
    assert [name for name in found if not name.startswith(PREFIX)] == []
    return found


@EACH
@EACH_SERVICE
def test_a_process_is_given_its_settings_and_no_others(overlay: str, service: Service) -> None:
    given = {_field(name) for name in _settings(overlay, deployment_of(overlay, service))}
    fields = service.settings.model_fields

    assert given <= fields.keys()
    assert {name for name, field in fields.items() if field.is_required()} <= given


@EACH
@EACH_SERVICE
def test_the_settings_are_valid(overlay: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _settings(overlay, deployment_of(overlay, service)).items():
        monkeypatch.setenv(name, value)

    assert service.settings().admin_port == ADMIN_PORT  # pyright: ignore[reportCallIssue]


@EACH
@EACH_SERVICE
def test_ports_are_the_same_at_setting_container_probe_service_and_policy(overlay: str, service: Service) -> None:
    deployment = deployment_of(overlay, service)
    settings, only = _settings(overlay, deployment), container(deployment)
    ports = {port["name"]: port["containerPort"] for port in only["ports"]}
    business = {ports[name] for name in ports if name != "admin"}

    assert str(ports["admin"]) == settings["LICENSING_ADMIN_PORT"]
    assert {only[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")} == {"admin"}
    assert {str(port) for port in business} == {settings[name] for name in PORTS if name in settings}
    assert _allowed_in(overlay, service) == set(ports.values())
    assert _served(overlay, service) == {(port, name) for name, port in ports.items() if name != "admin"}


def _allowed_in(overlay: str, service: Service) -> set[int]:
    policy = named(overlay, "NetworkPolicy", service.name)
    return {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}


def _served(overlay: str, service: Service) -> set[tuple[int, str]]:
    ports = [
        port
        for one in of_kind(overlay, "Service")
        if one["spec"]["selector"]["app.kubernetes.io/name"] == service.name
        for port in one["spec"]["ports"]
    ]
    return {(port["port"], port["targetPort"]) for port in ports}


@EACH_SERVICE
def test_a_port_that_the_settings_have_a_default_for_is_that(service: Service) -> None:
    defaults = {
        name: field.default
        for name, field in service.settings.model_fields.items()
        if name.endswith("_port") and not field.is_required()
    }

    assert {name: service.values()[name] for name in defaults} == {name: str(port) for name, port in defaults.items()}


@EACH
@EACH_SERVICE
def test_each_file_that_a_setting_names_is_mounted(overlay: str, service: Service) -> None:
    deployment = deployment_of(overlay, service)
    mounts = {mount["mountPath"] for mount in container(deployment)["volumeMounts"]}
    fields = service.settings.model_fields
    paths = [
        value
        for name, value in _settings(overlay, deployment).items()
        if _is_path(fields[_field(name)]) and not value.startswith("/opt/")
    ]

    assert [path for path in paths if not any(path == place or path.startswith(place + "/") for place in mounts)] == []


def _is_path(field: FieldInfo) -> bool:
    return "Path" in str(field.annotation)


@EACH
def test_nothing_is_left_to_be_said_by_the_site(overlay: str) -> None:
    assert "set-by-site.env" not in str(manifests(overlay))
