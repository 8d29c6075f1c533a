"""What pages tell operators to run is found, and what becomes of it on the simulated cluster follows from the verb."""

from pathlib import Path

import pytest

from dev.kubernetes.cluster.documents import STANDS_FOR, commands_of, pages
from dev.kubernetes.cluster.drains import DRAIN
from dev.kubernetes.cluster.pages import Command, commands, of_section
from dev.kubernetes.cluster.rollouts import BACK, INSTALL, UPGRADE
from dev.kubernetes.cluster.stand_in import wrong_containers
from dev.kubernetes.cluster.verbs import Plan, PluginError, plan, without_readers
from dev.stack.places import ROOT

PAGE = """# A page

Plain `kubectl apply -k` is talk, `kubectl get pvc -n data` is a command.

    openssl rand -hex 32
    kubectl get pods -A \\
      -o name > pods       # all of them
    kubectl logs -n licensing POD &

## Mend it

1. In a list:

       for topic in a b; do
         kubectl delete kafkatopic -n data $topic; done
       kubectl delete pod -n data broker-N

   | says | do |
   |---|---|
   | nothing | `kubectl scale -n data PROCESS --replicas=2` |
"""
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "portal"},
    "spec": {"template": {"spec": {"containers": [{"name": "portal", "ports": [{"containerPort": 8082}]}]}}},
}


def _texts(*found: Command) -> list[str]:
    return [one.text for one in found]


def test_blocks_loops_and_mentions_in_backticks_are_commands() -> None:
    assert _texts(*commands("page.md", PAGE)) == [
        "kubectl get pvc -n data",
        "kubectl get pods -A -o name > pods",
        "kubectl logs -n licensing POD &",
        "for topic in a b; do\nkubectl delete kafkatopic -n data $topic; done",
        "kubectl delete pod -n data broker-N",
        "kubectl scale -n data PROCESS --replicas=2",
    ]


def test_a_command_knows_its_line_and_its_heading() -> None:
    found = commands("page.md", PAGE)

    assert [one.line for one in found] == [3, 6, 8, 14, 16, 20]
    assert _texts(*of_section(found, "Mend it")) == _texts(*found[3:])


def test_words_in_capitals_are_filled_in() -> None:
    found = commands("page.md", PAGE)

    assert [one.placeholders() for one in found] == [set(), set(), {"POD"}, set(), {"N"}, {"PROCESS"}]
    assert found[4].filled({"N": "0"}) == "kubectl delete pod -n data broker-0"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_each_word_in_capitals_of_the_pages_stands_for_something(page: Path) -> None:
    unknown = {word for one in commands_of(page) for word in one.placeholders()} - set(STANDS_FOR) - {"POD"}

    assert unknown == set()


@pytest.mark.parametrize("heading", [INSTALL, UPGRADE, BACK, DRAIN])
def test_the_page_on_operations_has_commands_below_each_heading_that_is_followed(heading: str) -> None:
    assert of_section(commands_of(ROOT / "docs" / "operations.md"), heading)


def test_what_asks_the_api_server_is_run_with_a_bounded_wait_and_no_endless_watch() -> None:
    waited = plan(("wait", "--for=condition=Ready", "--timeout=15m", "-n", "data", "kafka/licensing"), 7)

    assert waited.arguments == ("wait", "--for=condition=Ready", "-n", "data", "kafka/licensing", "--timeout=7s")
    assert plan(("rollout", "status", "deployment"), 7).arguments[-1] == "--timeout=7s"
    assert plan(("get", "pvc", "-n", "data", "-w")) == Plan(("get", "pvc", "-n", "data"), must_find=True)
    assert plan(("scale", "deployment", "a", "--replicas=2")) == Plan(("scale", "deployment", "a", "--replicas=2"))


def test_what_a_container_would_answer_becomes_a_look_at_its_object() -> None:
    ran = plan(("exec", "-i", "-n", "licensing", "deployment/portal", "-c", "web", "--", "portal-admin", "-v"))
    forwarded = plan(("port-forward", "-n", "licensing", "portal-1", "8082"))
    logged = plan(("logs", "-n", "licensing", "-l", "a=b", "--previous"))

    where = ("get", "-n", "licensing")
    assert ran == Plan(
        (*where, "deployment/portal", "-o", "json"), is_look=True, container="web", program="portal-admin"
    )
    assert forwarded == Plan((*where, "pod/portal-1", "-o", "json"), is_look=True, port=8082)
    assert logged == Plan((*where, "pods", "-l", "a=b", "-o", "json"), is_look=True)


def test_nothing_reads_what_a_container_would_answer() -> None:
    secret = "kubectl get secret -n data a -o jsonpath='{.data.password}' | base64 -d > password"

    assert without_readers("kubectl logs -n licensing deployment/portal | grep refused") == (
        "kubectl logs -n licensing deployment/portal"
    )
    assert without_readers(secret) == secret
    assert without_readers("for one in a b; do kubectl get $one; done") == "for one in a b; do kubectl get $one; done"


def test_a_run_becomes_a_dry_run_without_a_session() -> None:
    made = plan(("-n", "monitoring", "run", "look", "--rm", "-i", "--image=a", "--command", "--", "licensingctl"))

    assert made.arguments == (
        *("-n", "monitoring", "run", "--dry-run=server", "look", "--image=a", "--command", "--", "licensingctl"),
    )


def test_a_verb_that_is_none_of_kubectls_is_a_plugins() -> None:
    with pytest.raises(PluginError):
        plan(("cnpg", "status", "-n", "data", "licensing"))


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (Plan((), container="portal", port=8082, program="portal-admin"), []),
        (Plan((), container="web"), ["Deployment portal has no container web"]),
        (Plan((), port=80), ["Deployment portal has no port 80"]),
        (Plan((), program="portal-amdin"), ["portal-amdin is no program of ours"]),
    ],
)
def test_an_object_has_to_have_what_the_command_names(made: Plan, wrong: list[str]) -> None:
    assert list(wrong_containers(made, DEPLOYMENT)) == wrong
