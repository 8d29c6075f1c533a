"""What a real control plane with three simulated nodes says of the manifests: `make check-cluster`."""

import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from dev.kubernetes import definitions
from dev.kubernetes.cluster import admission, nodes, operators, rehearsal
from dev.kubernetes.cluster.installation import begun
from dev.kubernetes.cluster.kubectl import Kubectl, RefusedError
from dev.kubernetes.cluster.server import running
from dev.kubernetes.cluster.simulation import simulated
from dev.kubernetes.manifests import Manifest
from dev.stack.error import StackError
from dev.stack.guard import Guard
from dev.stack.places import ROOT

ESTABLISHED_SECONDS = 60
AGAIN_SECONDS = 0.2


def main() -> None:
    began = time.monotonic()
    try:
        definitions.fetch()
        known = definitions.known()
        if said := definitions.said_of(definitions.lacking(known)):
            print(said)
        size = nodes.documented_size((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
        wrong = _checked(Path(tempfile.mkdtemp(prefix="licensing-cluster-")), known, size)
    except (RefusedError, StackError, ValueError) as error:
        sys.exit(str(error))
    if wrong:
        sys.exit("\n".join(["", *wrong]))
    print(f"all well: {time.monotonic() - began:.1f} s")


def _checked(state: Path, known: Sequence[Manifest], size: nodes.NodeSize) -> list[str]:
    """What is wrong; each thing that is looked at says a line."""
    wrong: list[str] = []

    def show(what: str, found: Iterable[str]) -> None:
        began, those = time.monotonic(), list(found)
        said = "ok" if not those else f"{len(those)} wrong"
        print(f"{said:8} {time.monotonic() - began:5.1f} s  {what}", flush=True)
        wrong.extend(those)

    with Guard(state), running(state) as api:
        _define(api.kubectl, known)
        show(
            "every overlay is admitted by the API server, planted errors are refused",
            admission.wrong(api.kubectl, known),
        )
        with simulated(api, size) as kubectl, begun(kubectl, state) as installation:
            for what, found in rehearsal.acts(installation):
                show(what, found)
            print(f"{'':18}{installation.shell.counted()}")
    return wrong


def _define(kubectl: Kubectl, known: Sequence[Manifest]) -> None:
    """Make the definitions of custom resources, and stand-ins for those that nobody has."""
    stand_ins = definitions.permissive([*definitions.lacking(known), *operators.FURTHER_KINDS])
    made = [*known, *stand_ins]
    kubectl.must("apply", "--server-side", "-f", "-", said=yaml.safe_dump_all(made))
    deadline = time.monotonic() + ESTABLISHED_SECONDS
    while not _are_established(kubectl):
        if time.monotonic() > deadline:
            raise StackError(f"the definitions of custom resources are not established after {ESTABLISHED_SECONDS} s")
        time.sleep(AGAIN_SECONDS)


def _are_established(kubectl: Kubectl) -> bool:
    """Kubectl's own wait gives up at a definition that the API server has not looked at yet: it has no condition."""
    made = kubectl.items("crd")
    conditions = [one.get("status", {}).get("conditions") or [] for one in made]
    return all(any(of["type"] == "Established" and of["status"] == "True" for of in one) for one in conditions)


if __name__ == "__main__":
    main()
