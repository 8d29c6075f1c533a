"""The backup of the logs runs by itself, with the rights that it needs and no others."""

import pytest
import yaml

from contracts.topics import BACKED_UP, topic_name
from dev.generate.kubernetes import TREE
from operations.entrypoints import command_line, log_commands
from operations.entrypoints.places import SCHEME
from operations.entrypoints.settings import OperationsSettings
from runtime.settings import PREFIX
from tests.support.rendered import SITES, container, environment, named, pods

IN_A_BUCKET = {"production"}
JOBS = {
    "log-backup": log_commands.backup,
    "log-verification": log_commands.verify,
    "log-backup-verification": log_commands.verify,
    "log-restore": log_commands.bring_back,
}


@pytest.mark.parametrize("overlay", SITES)
@pytest.mark.parametrize("name", JOBS)
def test_each_job_is_a_command_that_there_is_with_settings_that_it_has(
    overlay: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = (workload for workload, _ in pods(overlay) if workload["metadata"]["name"] == name)
    program, *arguments = container(job)["command"]
    for variable, value in environment(overlay, job).items():
        assert variable.removeprefix(PREFIX).lower() in OperationsSettings.model_fields
        monkeypatch.setenv(variable, value)

    assert (program, command_line.parser().parse_args(arguments).do) == (command_line.PROGRAM, JOBS[name])
    assert OperationsSettings().kafka_username == ("restore" if name == "log-restore" else "backup")  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("overlay", SITES)
@pytest.mark.parametrize("name", JOBS)
def test_a_volume_is_mounted_where_the_backup_lies_in_one(overlay: str, name: str) -> None:
    template = named(overlay, "CronJob", name)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (job,) = template["containers"]
    places = {place for place in job["command"][2:3] if not place.startswith(SCHEME)}
    claims = {volume["name"] for volume in template["volumes"] if "persistentVolumeClaim" in volume}
    mounted = {mount["mountPath"] for mount in job["volumeMounts"] if mount["name"] in claims}

    assert mounted >= places
    assert bool(claims) == (overlay not in IN_A_BUCKET)


@pytest.mark.parametrize("overlay", SITES)
def test_a_restore_never_runs_by_itself(overlay: str) -> None:
    suspended = {name: named(overlay, "CronJob", name)["spec"].get("suspend", False) for name in JOBS}

    assert suspended == dict.fromkeys(JOBS, False) | {"log-restore": True}


@pytest.mark.parametrize("overlay", SITES)
def test_its_pods_reach_kafka_and_their_bucket_alone_and_nobody_reaches_them(overlay: str) -> None:
    policy = named(overlay, "NetworkPolicy", "log-backup")["spec"]
    (listener,) = named(overlay, "Kafka", "licensing")["spec"]["kafka"]["listeners"]

    assert "ingress" not in policy
    reached = [port["port"] for rule in policy["egress"] for port in rule["ports"]]
    assert reached == [53, 53, 9093] + ([443] if overlay in IN_A_BUCKET else [])
    assert {"podSelector": policy["podSelector"]} in listener["networkPolicyPeers"]
    assert {
        workload["metadata"]["name"]
        for workload, _ in pods(overlay)
        if policy["podSelector"]["matchLabels"].items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    } == JOBS.keys()


def test_the_user_of_a_restore_may_write_what_is_backed_up_and_nothing_else() -> None:
    user = yaml.safe_load((TREE / "restore" / "user.yaml").read_text(encoding="utf-8"))
    rights = {(acl["resource"]["name"], *acl["operations"]) for acl in user["spec"]["authorization"]["acls"]}

    assert rights == {(topic_name(topic), operation) for topic in BACKED_UP for operation in ("Read", "Write")}
    assert "password" not in user["spec"]["authentication"]
