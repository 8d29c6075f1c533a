"""The installation of a site on the cluster: what is there, what happened, and how a page's commands are run on it."""

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.kubernetes.cluster import placement
from dev.kubernetes.cluster.documents import Shell, commands_of
from dev.kubernetes.cluster.history import Sighting, sightings
from dev.kubernetes.cluster.kubectl import KUBECTL, Kubectl, RefusedError
from dev.kubernetes.cluster.pages import Command, of_section
from dev.kubernetes.cluster.site import Site
from dev.kubernetes.cluster.verbs import WAIT_SECONDS
from dev.kubernetes.manifests import Manifest
from dev.stack.places import ROOT
from dev.stack.process import Process, Program

SETTLE_SECONDS = 60.0
"""Some seconds are enough; a machine that does much else takes longer."""
POLL_SECONDS = 0.25
PART = ("-l", "app.kubernetes.io/part-of=licensing")


@dataclass(frozen=True, slots=True)
class Installation:
    """One site, installed by the commands of the page on operations, with a watch of all Pods."""

    kubectl: Kubectl
    site: Site
    shell: Shell
    watch: Process
    page: Sequence[Command]

    def follow(self, heading: str, wait_seconds: int = WAIT_SECONDS) -> str | None:
        """Run the commands below a heading of the page, up to the first that fails; what it said."""
        found = of_section(self.page, heading)
        if not found:
            return f"docs/operations.md has no commands below «{heading}»"
        said = (self.shell.run(command, {}, wait_seconds) for command in found)
        return next((wrong for wrong in said if wrong), None)

    def must_follow(self, heading: str) -> Iterator[str]:
        """The same, where a command that fails is an error."""
        if wrong := self.follow(heading):
            yield wrong

    def must_run(self, command: Command, **words: str) -> Iterator[str]:
        if wrong := self.shell.run(command, words):
            yield wrong

    def settled(self) -> Iterator[str]:
        """What is still not in place after a while."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while (wrong := list(self._not_in_place())) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        yield from wrong

    def _not_in_place(self) -> Iterator[str]:
        there = defaultdict[str, list[Manifest]](list)
        for one in self.kubectl.items("deployments,statefulsets,pods,nodes,hpa", "-A"):
            there[one["kind"]].append(one)
        scaled = (one["spec"] for one in there["HorizontalPodAutoscaler"])
        least = {one["scaleTargetRef"]["name"]: one["minReplicas"] for one in scaled}
        yield from placement.wrong(there["Deployment"], there["Pod"], there["Node"], least)
        yield from placement.wrong_sets(there["StatefulSet"], there["Pod"])

    def deployments(self) -> list[Manifest]:
        return self.kubectl.items("deployments", "-A", *PART)

    def pods(self) -> list[Manifest]:
        return self.kubectl.items("pods", "-A", *PART)

    def budgets(self) -> list[Manifest]:
        return self.kubectl.items("pdb", "-A")

    def copies(self) -> dict[str, int]:
        """How many copies each Deployment has to have."""
        return {one["metadata"]["name"]: one["spec"]["replicas"] for one in self.deployments()}

    def seen(self) -> list[Sighting]:
        """All that happened to Pods until now."""
        return sightings(self.watch.log.read_text(encoding="utf-8"))


def wait_for(what: str, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RefusedError(f"{what}: not after {SETTLE_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


@contextmanager
def begun(kubectl: Kubectl, state: Path) -> Generator[Installation]:
    """A folder for the site, and the watch; nothing is installed yet."""
    site, watch = Site(state / "site"), Process("watch", state, stop_seconds=5.0)
    site.make()
    shell = Shell(kubectl, site.folder, state / "programs")
    shell.prepare()
    asked = ("get", "pods", "-A", "--watch", "--output-watch-events", "-o", "json")
    try:
        watch.spawn(Program((str(KUBECTL), f"--kubeconfig={kubectl.kubeconfig}", *asked), kubectl.environment))
        yield Installation(kubectl, site, shell, watch, commands_of(ROOT / "docs" / "operations.md"))
    finally:
        watch.stop()
