"""Traces are for sites with a collector, and the signer has none."""

from urllib.parse import urlsplit

import pytest

from dev.kubernetes.services import SERVICES, Service
from dev.kubernetes.traces import OTLP_PORT, POLICY, VARIABLE, traced
from dev.stack.settings import WITHOUT_TRACES
from tests.support.rendered import EACH_SERVICE, OVERLAYS, deployment_of, environment, named, of_kind

TRACED = "staging"
WITHOUT = {"signer", "audio-worker"}


def test_all_processes_but_the_signer_and_those_that_convert_audio_make_spans() -> None:
    names = {service.name for service in SERVICES}

    assert {service.name for service in traced()} == names - WITHOUT
    assert WITHOUT_TRACES & names == WITHOUT


@EACH_SERVICE
def test_a_process_that_makes_spans_is_told_the_collector_and_may_reach_it_and_no_other_is(service: Service) -> None:
    told = environment(TRACED, deployment_of(TRACED, service)).get(VARIABLE)
    (choice,) = named(TRACED, "NetworkPolicy", POLICY)["spec"]["podSelector"]["matchExpressions"]

    assert (told is not None) == (service in traced()) == (service.name in choice["values"])


def test_the_policy_opens_the_port_of_the_collector_and_nothing_else() -> None:
    endpoint = environment(TRACED, deployment_of(TRACED, traced()[0]))[VARIABLE]
    policy = named(TRACED, "NetworkPolicy", POLICY)
    (rule,) = policy["spec"]["egress"]

    assert urlsplit(endpoint).port == OTLP_PORT
    assert rule["ports"] == [{"protocol": "TCP", "port": OTLP_PORT}]
    assert rule["to"] == [{"namespaceSelector": {"matchLabels": {"licensing.innovaphone.com/traces": "true"}}}]
    assert policy["spec"]["policyTypes"] == ["Egress"]
    assert policy["metadata"]["namespace"] == traced()[0].namespace


@pytest.mark.parametrize("overlay", [overlay for overlay in OVERLAYS if overlay != TRACED])
def test_a_site_without_a_collector_has_neither_setting_nor_policy(overlay: str) -> None:
    assert not any(VARIABLE in environment(overlay, deployment_of(overlay, service)) for service in SERVICES)
    assert POLICY not in {one["metadata"]["name"] for one in of_kind(overlay, "NetworkPolicy")}
