"""Each Secret that something uses is made, and each image is set where an operator looks."""

import re
from typing import Any

import pytest

from tests.support.rendered import SITES, environment, named, of_kind, pods


@pytest.mark.parametrize("overlay", SITES)
def test_each_secret_that_something_uses_is_made(overlay: str) -> None:
    made = {
        (one["metadata"]["namespace"], _secret_of(one)): _keys_of(one)
        for one in (*of_kind(overlay, "ExternalSecret"), *of_kind(overlay, "Certificate"))
    }
    made["licensing-data", "licensing-app"] = {"username", "password"}  # CloudNativePG's own, for the database's owner
    made["licensing-data", "restore"] = {"password"}  # Strimzi's, while the user of a restore is there

    assert [use for use in _secrets_used(overlay) if not use[2] <= made.get(use[:2], set())] == []


def _secret_of(manifest: dict[str, Any]) -> str:
    spec = manifest["spec"]
    return str(spec["target"]["name"] if manifest["kind"] == "ExternalSecret" else spec["secretName"])


def _keys_of(manifest: dict[str, Any]) -> set[str]:
    if manifest["kind"] == "Certificate":
        return {"tls.crt", "tls.key", "ca.crt"}
    keys = {one["secretKey"] for one in manifest["spec"]["data"]}
    return keys | set(manifest["spec"]["target"].get("template", {}).get("data", {}))


def _secrets_used(overlay: str) -> list[tuple[str, str, set[str]]]:
    """Namespace, name and keys of each Secret that a Pod mounts or that a broker, a database or a gateway names."""
    used = [
        (workload["metadata"]["namespace"], volume["secret"]["secretName"], _keys_mounted(overlay, workload, volume))
        for workload, pod in pods(overlay)
        for volume in pod["volumes"]
        if "secret" in volume
    ]
    for user in of_kind(overlay, "KafkaUser"):
        password = user["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]
        used.append((user["metadata"]["namespace"], password["name"], {password["key"]}))
    (database,) = of_kind(overlay, "Cluster")
    roles_of_services = (role for role in database["spec"]["managed"]["roles"] if "passwordSecret" in role)
    used += [("licensing-data", role["passwordSecret"]["name"], {"username", "password"}) for role in roles_of_services]
    used.append(("licensing-data", database["spec"]["certificates"]["serverTLSSecret"], {"tls.crt", "tls.key"}))
    used.append(("licensing-data", named(overlay, "Issuer", "internal")["spec"]["ca"]["secretName"], {"tls.key"}))
    return used


def _keys_mounted(overlay: str, workload: dict[str, Any], volume: dict[str, Any]) -> set[str]:
    """Those that are listed, or those by which the settings name files below the mount."""
    if "items" in volume["secret"]:
        return {item["key"] for item in volume["secret"]["items"]}
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    (path,) = (mount["mountPath"] for mount in only["volumeMounts"] if mount["name"] == volume["name"])
    values = " ".join(environment(overlay, workload).values())
    return set(re.findall(rf"{path}/([\w.-]+)", values))


@pytest.mark.parametrize("overlay", SITES)
def test_each_image_is_set_in_the_overlay(overlay: str) -> None:
    images = {one["image"] for _, pod in pods(overlay) for one in pod["containers"]}

    assert all(image.startswith("registry.example.com/") for image in images)
    assert overlay != "production" or {image.partition("@")[1] for image in images if "postgresql" not in image} == {
        "@"
    }
