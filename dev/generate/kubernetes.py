"""Writes what of deploy/k8s follows from declarations: `make generate`. A test compares.

A folder for each process of ours with all its manifests, topics and users for Strimzi, the secrets that come from the
secret store, roles and rights for PostgreSQL, the rules of service level objectives, and
dashboards.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from dev.kubernetes import kafka_manifests, regions, traces
from dev.kubernetes.manifests import (
    Manifest,
    Octal,
    basic_auth,
    deployment,
    disruption_budget,
    external_secret,
    horizontal_autoscaler,
    network_policy,
    network_service,
    service_account,
)
from dev.kubernetes.services import DATA_NAMESPACE, SERVICES, SIGNER_KEY_FILES, SIGNER_NAMESPACE, Service
from dev.monitoring import objective_rules
from dev.monitoring.dashboards import DASHBOARDS
from dev.monitoring.dashboards.model import model
from dev.stack.postgres.roles import ROLES, grants
from runtime.settings import PREFIX

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "deploy" / "k8s"
MARK = "# Made by `make generate` from dev/kubernetes and the declarations it reads; change those.\n"


def files() -> dict[str, str]:
    """The text of each generated file by its path below deploy/k8s."""
    made: dict[str, str] = {}
    for service in SERVICES:
        made |= {f"base/{service.name}/{name}": text for name, text in _folder(service).items()}
    made["base/kafka/topics.yaml"] = _yaml(*kafka_manifests.topics())
    made["base/kafka/users.yaml"] = _yaml(*kafka_manifests.users())
    made["replay/user.yaml"] = _yaml(kafka_manifests.replaying_user())
    made["restore/user.yaml"] = _yaml(kafka_manifests.restoring_user())
    made["base/postgres/roles.sql"] = grants()
    made["components/external-secrets/secrets.yaml"] = _yaml(*_secrets())
    scaled = [service for service in SERVICES if service.scaling.by == "cpu"]
    made["components/scaling/cpu.yaml"] = _yaml(*(horizontal_autoscaler(service) for service in scaled))
    made["components/traces/kustomization.yaml"] = _yaml(traces.component())
    made["components/traces/networkpolicy.yaml"] = _yaml(traces.network_policy())
    made["components/monitoring/objectives.yaml"] = _yaml(objective_rules.manifest())
    for dashboard in DASHBOARDS:
        text = json.dumps(model(dashboard), indent=1, ensure_ascii=False)
        made[f"components/monitoring/dashboards/{dashboard.name}.json"] = f"{text}\n"
    for region in regions.REGIONS:
        made |= {f"regions/{region.name}/{name}": text for name, text in _region(region).items()}
    return made


def _region(region: regions.Region) -> dict[str, str]:
    own, prefix = region.own, region.topic_prefix
    return {
        "kustomization.yaml": _yaml(_with_texts(regions.component(region))),
        "brokers/kustomization.yaml": _yaml(_with_texts(regions.beside_the_brokers(region))),
        "brokers/topics.yaml": _yaml(*kafka_manifests.topics(prefix)),
        "brokers/users.yaml": _yaml(*kafka_manifests.users(prefix, own)),
        "brokers/secrets.yaml": _yaml(*regions.secrets(region)),
        "brokers/alerts.yaml": _yaml(regions.alerts(region)),
        "brokers/database.yaml": _yaml(regions.database_manifest(region)),
        "secrets.yaml": _yaml(*regions.own_secrets(region)),
        "roles.sql": regions.rights_sql(region),
        "replay/user.yaml": _yaml(kafka_manifests.replaying_user(prefix, own)),
        "restore/user.yaml": _yaml(kafka_manifests.restoring_user(prefix, own)),
    }


def _with_texts(component: Manifest) -> Manifest:
    """Kustomize takes a patch as a text."""
    patches = [
        {**one, "patch": _Text(yaml.dump(one["patch"], Dumper=_Dumper, sort_keys=False, width=120))}
        for one in component["patches"]
    ]
    return {**component, "patches": patches}


def _folder(service: Service) -> dict[str, str]:
    manifests: dict[str, Manifest] = {
        "deployment.yaml": deployment(service),
        "networkpolicy.yaml": network_policy(service),
        "poddisruptionbudget.yaml": disruption_budget(service),
        "serviceaccount.yaml": service_account(service),
    }
    if service.port:
        manifests["service.yaml"] = network_service(service)
    return {
        "kustomization.yaml": _yaml(_kustomization(service, sorted(manifests))),
        "settings.env": MARK + "".join(_lines(service)),
        **{name: _yaml(manifest) for name, manifest in manifests.items()},
    }


def _kustomization(service: Service, resources: Sequence[str]) -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(resources),
        "configMapGenerator": [{"name": service.name, "namespace": service.namespace, "envs": ["settings.env"]}],
    }


def _lines(service: Service) -> Iterator[str]:
    for name, value in service.values().items():
        yield f"{PREFIX}{name.upper()}={value}\n"


def _secrets() -> Iterator[Manifest]:
    for service in SERVICES:
        yield external_secret(service.name, service.namespace, service.files())
    yield external_secret("signer-keys", SIGNER_NAMESPACE, dict(SIGNER_KEY_FILES))
    yield external_secret(kafka_manifests.PASSWORDS, DATA_NAMESPACE, kafka_manifests.passwords())
    for role in ROLES:
        yield basic_auth(f"database-{role}", role, f"database-{role}")


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and writes file modes as such."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


class _Text(str):
    """Lines of YAML within YAML."""

    __slots__ = ()


_Dumper.add_representer(_Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))
_Dumper.add_representer(Octal, lambda dumper, mode: dumper.represent_scalar("tag:yaml.org,2002:int", f"0{mode:o}"))


def _yaml(*documents: Mapping[str, Any]) -> str:
    several = len(documents) > 1
    return MARK + yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=120, explicit_start=several)


def main() -> None:
    """Write them all; the folders of services that are gone go, too."""
    wanted = files()
    for stale in (TREE / "base").glob("*/deployment.yaml"):
        if f"base/{stale.parent.name}/deployment.yaml" not in wanted:
            shutil.rmtree(stale.parent)
    for name, text in wanted.items():
        path = TREE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} files of deploy/k8s written\n")
