"""The component that lets processes send their traces to a collector of the site."""

from dev.kubernetes.manifests import Manifest, namespace
from dev.kubernetes.services import NAMESPACE, SERVICES, Service
from runtime.settings import PREFIX
from runtime.tracing import WithTraces

OTLP_PORT = 4318
"""Of OTLP over HTTP, as OpenTelemetry has registered it."""
POLICY = "traces"
KEY = "otlp-endpoint"
"""What the site calls the base address of its collector."""
VARIABLE = f"{PREFIX}OTLP_ENDPOINT"


def traced() -> tuple[Service, ...]:
    """The processes that make spans; the signer is none of them."""
    return tuple(service for service in SERVICES if issubclass(service.settings, WithTraces))


def component() -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["networkpolicy.yaml"],
        "configMapGenerator": [
            {
                "name": service.name,
                "namespace": service.namespace,
                "behavior": "merge",
                "literals": [f"{VARIABLE}=set-by-site.env"],
            }
            for service in traced()
        ],
        "replacements": [
            {
                "source": {"kind": "ConfigMap", "name": "site", "fieldPath": f"data.{KEY}"},
                "targets": [
                    {
                        "select": {"kind": "ConfigMap", "name": service.name, "namespace": service.namespace},
                        "fieldPaths": [f"data.{VARIABLE}"],
                    }
                    for service in traced()
                ],
            }
        ],
    }


def network_policy() -> Manifest:
    """Beside the policies of each: those of the same Pods add up."""
    names = [service.name for service in traced()]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": POLICY,
            "namespace": NAMESPACE,
            "labels": {"app.kubernetes.io/name": POLICY, "app.kubernetes.io/part-of": "licensing"},
        },
        "spec": {
            "podSelector": {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": names}]},
            "policyTypes": ["Egress"],
            "egress": [{"to": [namespace("traces")], "ports": [{"protocol": "TCP", "port": OTLP_PORT}]}],
        },
    }
