"""What happened to Pods, in the order in which the API server said so: the events of one watch."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

NAME = "app.kubernetes.io/name"
ENDING = "Ending"
"""The phase of a Pod that is being deleted: one of an earlier Job has succeeded, which says nothing of a later one."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A Pod as one event of the watch shows it. `process` is the name of what it is a copy of."""

    pod: str
    process: str
    images: tuple[str, ...]
    phase: str
    is_ready: bool

    def is_of(self, version: str) -> bool:
        return any(version in image for image in self.images)


def sightings(text: str) -> list[Sighting]:
    """Those of the output of `kubectl get pods --watch --output-watch-events -o json`; a half one at its end waits."""
    return [_sighting(event["type"], event["object"]) for event in _events(text)]


def _events(text: str) -> Iterator[dict[str, Any]]:
    decoder, place = json.JSONDecoder(), text.find("{")
    while place >= 0:
        try:
            event, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            return
        yield event
        place = text.find("{", end)


def _sighting(kind: str, pod: dict[str, Any]) -> Sighting:
    metadata, status = pod["metadata"], pod.get("status", {})
    conditions = {one["type"]: one["status"] for one in status.get("conditions", ())}
    ending = "deletionTimestamp" in metadata or kind == "DELETED"
    return Sighting(
        pod=f"{metadata['namespace']}/{metadata['name']}",
        process=metadata.get("labels", {}).get(NAME, ""),
        images=tuple(one["image"] for one in pod["spec"]["containers"]),
        phase=ENDING if ending else status.get("phase", "Pending"),
        is_ready=conditions.get("Ready") == "True" and not ending,
    )


def fewest_ready(seen: Sequence[Sighting], process: str, since: int = 0) -> int:
    """The smallest number of ready copies at any moment from the event `since` on."""
    ready, fewest = set[str](), None
    for number, one in enumerate(seen):
        if one.process == process:
            ready = ready | {one.pod} if one.is_ready else ready - {one.pod}
        if number >= since:
            fewest = len(ready) if fewest is None else min(fewest, len(ready))
    return len(ready) if fewest is None else fewest


def begins(seen: Sequence[Sighting], process: str, version: str) -> int | None:
    """The event in which a first Pod of this version appears."""
    return next((number for number, one in enumerate(seen) if one.process == process and one.is_of(version)), None)


def is_over(seen: Sequence[Sighting], process: str, version: str, copies: int) -> int | None:
    """The event with which that many copies of this version are ready."""
    ready = set[str]()
    for number, one in enumerate(seen):
        if one.process == process and one.is_of(version):
            ready = ready | {one.pod} if one.is_ready else ready - {one.pod}
            if len(ready) >= copies:
                return number
    return None


def succeeds(seen: Sequence[Sighting], process: str) -> int | None:
    """The event with which a Pod of a Job is through."""
    numbered = enumerate(seen)
    return next((number for number, one in numbered if one.process == process and one.phase == "Succeeded"), None)
