"""How Pods are closed, how many there are, and what they ask for."""

import re

from contracts.topics import AUDIO_EVENTS
from dev.kubernetes.cluster.rollouts import WRITERS
from dev.kubernetes.services import SERVICES, Service
from dev.stack.places import ROOT
from tests.support.rendered import EACH, EACH_SERVICE, container, deployment_of, manifests, named, of_kind, pods

PAGE = ROOT / "docs" / "operations.md"


@EACH
@EACH_SERVICE
def test_there_are_as_many_replicas_as_the_design_allows(overlay: str, service: Service) -> None:
    deployment = deployment_of(overlay, service)
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get("maxReplicas", one["spec"].get("maxReplicaCount"))
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for one in of_kind(overlay, kind)
    }

    if service.name in scaled:
        assert "replicas" not in deployment["spec"]
        assert scaled[service.name] == service.scaling.most
        assert service.scaling.by != "nothing"
    else:
        assert 1 <= deployment["spec"]["replicas"] <= service.scaling.most


def test_an_audio_worker_has_at_most_as_many_replicas_as_there_are_partitions() -> None:
    (worker,) = (service for service in SERVICES if service.name == "audio-worker")

    assert worker.scaling.most == AUDIO_EVENTS.partitions


@EACH
def test_pods_are_as_closed_as_they_can_be(overlay: str) -> None:
    for workload, pod in pods(overlay):
        name = workload["metadata"]["name"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for one in pod["containers"]:
            assert one["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert one["resources"]["limits"].keys() == {"memory"}, name
            assert one["resources"]["requests"].keys() == {"cpu", "memory"}, name


@EACH
def test_everything_says_what_it_is_a_part_of(overlay: str) -> None:
    parts = {one["metadata"].get("labels", {}).get("app.kubernetes.io/part-of") for one in manifests(overlay)}

    assert parts == {"licensing"}


@EACH
def test_the_policy_that_has_writers_wait_for_their_turn_is_about_the_writers(overlay: str) -> None:
    """What it refuses is shown by `make check-cluster`."""
    policy = named(overlay, "ValidatingAdmissionPolicy", "licensing-writers-last")["spec"]
    selected = policy["matchConstraints"]["objectSelector"]
    (names,) = selected["matchExpressions"]
    binding = named(overlay, "ValidatingAdmissionPolicyBinding", "licensing-writers-last")["spec"]

    assert set(names["values"]) == set(WRITERS)
    assert (binding["policyName"], binding["validationActions"]) == ("licensing-writers-last", ["Deny"])
    for writer in WRITERS:
        labels = named(overlay, "Deployment", writer)["metadata"]["labels"]
        assert selected["matchLabels"].items() <= labels.items()
        assert labels[names["key"]] == writer


def test_the_page_says_what_production_asks_for_before_anything_scales() -> None:
    said = re.search(r"ask for ([\d.]+) CPUs and (\d+) GiB", PAGE.read_text(encoding="utf-8"))
    least = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get("minReplicas", one["spec"].get("minReplicaCount"))
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for one in of_kind("production", kind)
    }
    asked = [
        (least.get(one["metadata"]["name"]) or one["spec"]["replicas"], container(one)["resources"]["requests"])
        for one in of_kind("production", "Deployment")
    ]
    asked += [
        (one["spec"].get("replicas") or one["spec"]["instances"], one["spec"]["resources"]["requests"])
        for one in (*of_kind("production", "KafkaNodePool"), *of_kind("production", "Cluster"))
    ]
    cpus, gib = (sum(count * _amount(requests[what]) for count, requests in asked) for what in ("cpu", "memory"))

    assert said is not None
    assert said.groups() == (f"{cpus:.1f}", f"{gib / 1024**3:.0f}")


def _amount(text: str) -> float:
    quantity = re.fullmatch(r"(\d+)(\w*)", text)
    assert quantity is not None, text
    number, unit = quantity.groups()
    return int(number) * {"": 1, "m": 0.001, "Mi": 1024**2, "Gi": 1024**3}[unit]


def test_the_page_has_each_request_beside_what_was_measured() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Scaling")[2].partition("\n## ")[0]
    said = re.findall(r"^\| `([\w-]+)` \| \d+ MiB \| (\d+) MiB \| \d+ m \| (\d+) m \|", text, re.MULTILINE)

    assert said == [(one.name, str(one.memory_mib), str(one.cpu_millis)) for one in SERVICES]
