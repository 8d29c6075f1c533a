"""The manifests of one process, as data: what is in its folder below deploy/k8s/base."""

from collections.abc import Sequence
from typing import Any

from dev.kubernetes.services import (
    ADMIN_PORT,
    DATA_NAMESPACE,
    KAFKA_PORT,
    POSTGRES_PORT,
    SECRETS,
    SERVICES,
    SIGNER_KEY_FILES,
    SIGNER_KEYS,
    TLS,
    WORK,
    Service,
    callers_of,
)
from runtime.settings import PREFIX

Manifest = dict[str, Any]


class Octal(int):
    """A file mode, written as one."""


USER = 10001
"""The user of the image, and the group that may read its secrets."""
TMP_MIB = 256
START_ATTEMPTS, START_SECONDS = 60, 5
"""Five minutes for a process to open its admin port; reading a log comes after that."""
CHURN_SECONDS = 300
"""How long load must stay low before replicas go: a new one has to read the log first."""


def labels(name: str, component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": "licensing",
    }


def _head(api_version: str, kind: str, service: Service) -> Manifest:
    named = {"name": service.name, "namespace": service.namespace, "labels": labels(service.name, service.component)}
    return {"apiVersion": api_version, "kind": kind, "metadata": named}


def selector(service: Service) -> dict[str, str]:
    return {"app.kubernetes.io/name": service.name, "app.kubernetes.io/part-of": "licensing"}


def service_account(service: Service) -> Manifest:
    return _head("v1", "ServiceAccount", service) | {"automountServiceAccountToken": False}


def deployment(service: Service) -> Manifest:
    alone = service.scaling.most == 1
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    spec = {
        "replicas": service.scaling.least,
        "revisionHistoryLimit": 3,
        "strategy": {"type": "Recreate"} if alone else rolling,
        "selector": {"matchLabels": selector(service)},
        "template": {"metadata": {"labels": labels(service.name, service.component)}, "spec": _pod(service)},
    }
    return _head("apps/v1", "Deployment", service) | {"spec": spec}


def _pod(service: Service) -> Manifest:
    return {
        "serviceAccountName": service.name,
        "automountServiceAccountToken": False,
        # A service named licensing-* in the namespace would otherwise become an unknown LICENSING_* setting.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(service)},
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        "containers": [_container(service)],
        "volumes": _volumes(service),
    }


def _container(service: Service) -> Manifest:
    ports = [{"name": "admin", "containerPort": ADMIN_PORT}]
    ports += [{"name": port_name(service), "containerPort": service.port}] if service.port else []
    return {
        "name": service.name,
        "image": service.image,
        "command": [service.name],
        "envFrom": [{"configMapRef": {"name": service.name}}],
        **({"env": _site_settings(service)} if service.site else {}),
        "ports": ports,
        "startupProbe": _probe("/livez", periodSeconds=START_SECONDS, failureThreshold=START_ATTEMPTS),
        "livenessProbe": _probe("/livez", periodSeconds=10, timeoutSeconds=5, failureThreshold=6),
        "readinessProbe": _probe("/readyz", periodSeconds=5, timeoutSeconds=5, failureThreshold=2),
        "resources": {
            "requests": {"cpu": f"{service.cpu_millis}m", "memory": f"{service.memory_mib}Mi"},
            "limits": {"memory": f"{2 * service.memory_mib}Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": _mounts(service),
    }


def _site_settings(service: Service) -> list[Manifest]:
    return [one for field, said in service.site.items() for one in _site_setting(PREFIX + field.upper(), said)]


def _site_setting(variable: str, said: str) -> list[Manifest]:
    """What the site says: a value, or the host of an address."""
    scheme, _, host = said.rpartition("://")
    if not scheme:
        return [_said_by_site(variable, said)]
    name = host.upper().replace("-", "_")
    return [_said_by_site(name, host), {"name": variable, "value": f"{scheme}://$({name})"}]


def _said_by_site(variable: str, key: str) -> Manifest:
    return {"name": variable, "valueFrom": {"configMapKeyRef": {"name": "site", "key": key}}}


def _probe(path: str, **bounds: int) -> Manifest:
    return {"httpGet": {"path": path, "port": "admin"}, **bounds}


def _mounts(service: Service) -> list[Manifest]:
    mounts: list[Manifest] = [{"name": "secrets", "mountPath": SECRETS, "readOnly": True}]
    mounts += [{"name": "tls", "mountPath": TLS, "readOnly": True}] if service.has_tls else []
    mounts += [{"name": "keys", "mountPath": SIGNER_KEYS, "readOnly": True}] if _has_keys(service) else []
    mounts += [{"name": "work", "mountPath": WORK}] if service.work_mib else []
    return [*mounts, {"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - the container's own


def _volumes(service: Service) -> list[Manifest]:
    volumes = [_secret("secrets", service.name)]
    volumes += [_secret("tls", f"{service.name}-tls")] if service.has_tls else []
    volumes += [_secret("keys", "signer-keys", items=_key_items())] if _has_keys(service) else []
    volumes += [_empty("work", service.work_mib)] if service.work_mib else []
    return [*volumes, _empty("tmp", TMP_MIB)]


def _secret(volume: str, name: str, **more: object) -> Manifest:
    return {"name": volume, "secret": {"secretName": name, "defaultMode": Octal(0o440), **more}}


def _empty(volume: str, mib: int) -> Manifest:
    return {"name": volume, "emptyDir": {"sizeLimit": f"{mib}Mi"}}


def _key_items() -> list[Manifest]:
    return [
        {"key": name, "path": f"public/{name}" if name == "generation-ca.pem" else name} for name in SIGNER_KEY_FILES
    ]


def _has_keys(service: Service) -> bool:
    return "signer_keys_dir" in service.settings.model_fields


def port_name(service: Service) -> str:
    return "https" if service.has_tls else "http"


def network_service(service: Service) -> Manifest:
    """For processes with requests; the admin port is for probes and Prometheus, which ask the Pod itself."""
    port = {"name": port_name(service), "port": service.port, "targetPort": port_name(service)}
    return _head("v1", "Service", service) | {"spec": {"selector": selector(service), "ports": [port]}}


def disruption_budget(service: Service) -> Manifest:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": selector(service)}}
    return _head("policy/v1", "PodDisruptionBudget", service) | {"spec": spec}


def network_policy(service: Service) -> Manifest:
    """Who may reach it and whom it may reach; everything else is refused."""
    ingress = [_from([namespace("monitoring")], ADMIN_PORT)]
    ingress += [_from([namespace("gateway")], service.port)] if service.port else []
    ingress += [_from([_pods_of(caller)], service.port) for caller in callers_of(service) if service.port]
    egress = [DNS]
    egress += [_to_data("kafka", KAFKA_PORT)] if service.uses_kafka else []
    egress += [_to_data("postgres", POSTGRES_PORT)] if service.uses_database else []
    egress += [_to_process(called) for called in SERVICES if called.name in service.calls]
    spec = {
        "podSelector": {"matchLabels": selector(service)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }
    return _head("networking.k8s.io/v1", "NetworkPolicy", service) | {"spec": spec}


def namespace(role: str) -> Manifest:
    """Namespaces that the platform's owner gave this role, by the label that docs/operations.md names."""
    return {"namespaceSelector": {"matchLabels": {f"licensing.innovaphone.com/{role}": "true"}}}


DNS: Manifest = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
}
DATA_PODS = {"kafka": {"strimzi.io/name": "licensing-kafka"}, "postgres": {"cnpg.io/cluster": "licensing"}}


def _to_data(part: str, port: int) -> Manifest:
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": DATA_NAMESPACE}},
        "podSelector": {"matchLabels": DATA_PODS[part]},
    }
    return {"to": [peer], "ports": [{"protocol": "TCP", "port": port}]}


def _to_process(called: Service) -> Manifest:
    return {"to": [_pods_of(called)], "ports": [{"protocol": "TCP", "port": called.port}]}


def _pods_of(service: Service) -> Manifest:
    """The Pods of a process in the same namespace."""
    return {"podSelector": {"matchLabels": selector(service)}}


def _from(peers: Sequence[Manifest], port: int) -> Manifest:
    return {"from": list(peers), "ports": [{"protocol": "TCP", "port": port}]}


def external_secret(name: str, where: str, files: dict[str, str], **target: object) -> Manifest:
    """A Secret whose files are entries of the secret store."""
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": where, "labels": {"app.kubernetes.io/part-of": "licensing"}},
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": "licensing"},
            "target": {"name": name, **target},
            "data": [
                {"secretKey": file, "remoteRef": {"key": f"licensing/{entry}", "property": "value"}}
                for file, entry in files.items()
            ],
        },
    }


def basic_auth(name: str, user: str, entry: str) -> Manifest:
    """The Secret with a database role's password, which CloudNativePG reads again when it changes."""
    template = {
        "type": "kubernetes.io/basic-auth",
        "metadata": {"labels": {"cnpg.io/reload": "true"}},
        "data": {"username": user, "password": "{{ .password }}"},
    }
    return external_secret(name, DATA_NAMESPACE, {"password": entry}, template=template)


def horizontal_autoscaler(service: Service) -> Manifest:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": service.name},
        "minReplicas": service.scaling.least,
        "maxReplicas": service.scaling.most,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": CHURN_SECONDS}},
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            }
        ],
    }
    return _head("autoscaling/v2", "HorizontalPodAutoscaler", service) | {"spec": spec}
