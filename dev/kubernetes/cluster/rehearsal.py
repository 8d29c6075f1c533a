"""What an installation goes through: installed, drained, upgraded, stopped, taken back, and every page's commands."""

import json
from collections.abc import Iterable, Iterator

from dev.kubernetes.cluster import documents, drains, references, rollouts, security
from dev.kubernetes.cluster.installation import Installation, wait_for
from dev.kubernetes.cluster.pages import of_section
from dev.kubernetes.cluster.simulation import NODES
from dev.kubernetes.cluster.site import digest

STOP_SECONDS = {"drain": 4, "Job": 5, "Deployment": 8}
"""How long a command that must not come to its end is waited for: several times as long as it else takes."""


def acts(one: Installation) -> Iterator[tuple[str, Iterable[str]]]:
    """What each act shows, and what is wrong with it: it is played when that is asked for."""
    yield "installed as the page says: every copy is ready, on a node and in a zone of its own", _install(one)
    yield "PodSecurity refuses bad Pods that are created", security.wrong(one.kubectl, _writer(one))
    yield "each budget lets one copy go and holds the next", _evict(one)
    yield (
        "each node in turn is drained to its end, every process keeps a copy, two nodes have room for all",
        _drain_all(one),
    )
    yield "a budget that would block a drain for ever is found", _planted_budget(one)
    yield "everything applied over an earlier version: the writers are refused, and stay", _apply_over(one, 6)
    yield (
        "upgraded as the page says: the Jobs and the readers first, the writers last",
        _roll_out(one, 2, rollouts.UPGRADE, rollouts.wrong_upgrade),
    )
    for number, job in enumerate(rollouts.JOBS, start=3):
        yield f"{job}, when it fails, stops an upgrade before the writers", _stop(one, number, "Job", job)
    yield "a reader that never gets ready stops it, too", _stop(one, 5, "Deployment", "ledger-projector")
    yield (
        "taken back as the page says: writers first",
        _roll_out(one, 1, rollouts.BACK, rollouts.wrong_way_back),
    )
    yield "every command of the pages for operators succeeds", _documents(one)


def _writer(one: Installation) -> dict[str, object]:
    (writer,) = one.kubectl.items("deployment", "-n", "licensing", "-l", "app.kubernetes.io/name=ledger-writer")
    return writer


def _install(one: Installation) -> Iterator[str]:
    one.site.set_version(1)
    yield from one.must_follow(rollouts.INSTALL)
    yield from one.settled()
    yield from references.wrong(one.pods(), one.kubectl.items("secrets,configmaps", "-A"))


def _evict(one: Installation) -> Iterator[str]:
    yield from drains.wrong_budgets(one.budgets())
    yield from drains.wrong_evictions(one.kubectl, one.deployments(), one.pods())
    yield from one.settled()


def _drain_all(one: Installation) -> Iterator[str]:
    """While one node is away, the two others have room for everything."""
    drain, uncordon = of_section(one.page, drains.DRAIN)
    for node in NODES:
        since = len(one.seen())
        yield from one.must_run(drain, NODE=node)
        yield from one.settled()
        yield from one.must_run(uncordon, NODE=node)
        yield from drains.wrong_drain(one.seen(), since, one.copies())


def _planted_budget(one: Installation) -> Iterator[str]:
    """A writer's budget that wants all of its copies: the judge says so, and the drain really does not end."""
    space, name = drains.PLANTED
    patch = ("patch", "pdb", "-n", space, name, "--type=merge", "-p")
    (copy, *_) = one.kubectl.items("pods", "-n", space, "-l", f"app.kubernetes.io/name={name}")
    one.kubectl.must(*patch, json.dumps({"spec": {"minAvailable": 2, "maxUnavailable": None}}))
    wait_for(f"the planted budget of {name} is found", lambda: any(drains.wrong_budgets(one.budgets())))
    drain, _ = of_section(one.page, drains.DRAIN)
    if one.shell.run(drain, {"NODE": copy["spec"]["nodeName"]}, STOP_SECONDS["drain"]) is None:
        yield f"a node was drained although {name} wants all of its copies"
    one.kubectl.must(*patch, json.dumps({"spec": {"minAvailable": None, "maxUnavailable": 1}}))
    one.kubectl.must("uncordon", *NODES)
    yield from one.settled()


def _roll_out(one: Installation, number: int, heading: str, judge: rollouts.Judge) -> Iterator[str]:
    """Another version, by the commands under a heading of the page."""
    since = len(one.seen())
    one.site.set_version(number)
    yield from one.must_follow(heading)
    yield from one.settled()
    seen, copies = one.seen(), one.copies()
    print(f"{'':18}ready in this order: {', '.join(rollouts.order(seen, since, digest(number), copies))}")
    yield from judge(seen, since, digest(number), copies)


def _stop(one: Installation, number: int, kind: str, name: str) -> Iterator[str]:
    """An upgrade in which one thing fails."""
    since = len(one.seen())
    one.site.set_version(number, failing=((kind, name),))
    if one.follow(rollouts.UPGRADE, wait_seconds=STOP_SECONDS[kind]) is None:
        yield f"the upgrade went on although {name} failed"
    if kind == "Deployment":
        _wait_for_readers(one, digest(number), name)
    yield from rollouts.wrong_stop(one.seen(), since, digest(number), one.copies(), name)


def _apply_over(one: Installation, number: int) -> Iterator[str]:
    """What somebody does who knows no order; Jobs can't be changed, so they are deleted before."""
    since = len(one.seen())
    one.site.set_version(number)
    upgrade, install = of_section(one.page, rollouts.UPGRADE), of_section(one.page, rollouts.INSTALL)
    for deletion in (command for command in upgrade if " delete job " in command.text):
        yield from one.must_run(deletion)
    said = one.shell.run(install[0], {})
    if said is None or "Readers first, writers last" not in said:
        yield f"everything was applied over an earlier version: {said}"
    _wait_for_readers(one, digest(number))
    yield from rollouts.wrong_stop(one.seen(), since, digest(number), one.copies(), "the order")


def _wait_for_readers(one: Installation, version: str, but: str = "") -> None:
    readers = {name: count for name, count in one.copies().items() if name not in (but, *rollouts.WRITERS)}
    wait_for("the readers", lambda: rollouts.are_over(one.seen(), version, readers))


def _documents(one: Installation) -> Iterator[str]:
    """Afterwards everything is as it was before."""
    suspended = _suspended(one)
    yield from documents.wrong(one.shell)
    yield from one.settled()
    yield from (f"{name} is left suspended" for name in sorted(_suspended(one) - suspended))


def _suspended(one: Installation) -> set[str]:
    return {job["metadata"]["name"] for job in one.kubectl.items("cronjobs", "-A") if job["spec"]["suspend"]}
