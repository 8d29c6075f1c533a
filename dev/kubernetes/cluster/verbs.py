"""What becomes of a command line of kubectl where Pods only look running: the verb decides.

What asks the API server is run, with bounded waits and without an endless watch. What a running container would have to
answer (exec, logs, ...) becomes a look at the object that it names. `run` becomes a dry run on the server.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

WAIT_SECONDS = 60
"""In place of the minutes or hours that a page gives a wait; nothing takes long here."""
WAITS = (("delete",), ("drain",), ("rollout", "status"), ("wait",))
OF_A_CONTAINER = frozenset({"attach", "cp", "exec", "logs", "port-forward"})
OF_KUBECTL = OF_A_CONTAINER | {
    *("annotate", "api-resources", "apply", "auth", "autoscale", "certificate", "cluster-info", "cordon", "create"),
    *("debug", "delete", "describe", "diff", "drain", "edit", "events", "explain", "expose", "get", "kustomize"),
    *("label", "patch", "replace", "rollout", "run", "scale", "set", "taint", "top", "uncordon", "version", "wait"),
}
"""Its own verbs; any other is a plugin's."""
FINDS = frozenset({"describe", "get"})
"""Verbs that are content with finding nothing; a page that says them means something that is there."""
WITH_VALUE = frozenset({"-n", "--namespace", "-l", "--selector", "-c", "--container", "-f", "-k", "-o", "-p", "--type"})
WATCH = frozenset({"-w", "--watch"})
SESSION = frozenset({"-i", "-t", "-it", "--stdin", "--tty", "--rm", "--attach"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run in place of the command; `container`, `port` and `program` have to be those of the object found."""

    arguments: tuple[str, ...]
    must_find: bool = False
    is_look: bool = False
    container: str | None = None
    port: int | None = None
    program: str | None = None


class PluginError(Exception):
    """The verb is none of kubectl's own."""


@dataclass(slots=True)
class _Split:
    """Options, words and what follows `--`."""

    options: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    words: list[str] = field(default_factory=list[str])
    program: list[str] = field(default_factory=list[str])

    def value(self, *names: str) -> str | None:
        return next((value for name, value in self.options if name in names), None)


def plan(arguments: Sequence[str], wait_seconds: int = WAIT_SECONDS) -> Plan:
    """How the command line is run here, by verb."""
    split = _split(arguments)
    if not split.words or split.words[0] not in OF_KUBECTL:
        raise PluginError(" ".join(split.words[:1]))
    verb = split.words[0]
    if verb in OF_A_CONTAINER:
        return _look(verb, split)
    if verb == "run":
        kept = [one for one in arguments if one not in SESSION]
        place = kept.index("run") + 1
        return Plan((*kept[:place], "--dry-run=server", *kept[place:]))
    kept = [one for one in arguments if one not in WATCH and not one.startswith("--timeout=")]
    bound = [f"--timeout={wait_seconds}s"] if any(tuple(split.words[: len(one)]) == one for one in WAITS) else []
    return Plan((*kept, *bound), must_find=verb in FINDS)


def without_readers(text: str) -> str:
    """A command line without what a container's answer is piped into: nothing is to be read here."""
    first, bar, _ = text.partition(" | ")
    program, *arguments = shlex.split(first) if bar else [""]
    words = _split(arguments).words if program == "kubectl" else []
    return first if OF_A_CONTAINER.intersection(words[:1]) else text


def _split(arguments: Sequence[str]) -> _Split:
    split, rest = _Split(), iter(arguments)
    for one in rest:
        if one == "--":
            split.program.extend(rest)
        elif one in WITH_VALUE:
            split.options.append((one, next(rest, None)))
        elif one.startswith("-"):
            name, _, value = one.partition("=")
            split.options.append((name, value or None))
        else:
            split.words.append(one)
    return split


def _look(verb: str, split: _Split) -> Plan:
    """A `get` of the object that the verb would have spoken to."""
    namespace, selector = split.value("-n", "--namespace"), split.value("-l", "--selector")
    where = ("-n", namespace) if namespace else ()
    which: tuple[str, ...] = ("pods", "-l", selector) if selector else (_object(split.words[1]),)
    return Plan(
        ("get", *where, *which, "-o", "json"),
        is_look=True,
        container=split.value("-c", "--container"),
        port=int(split.words[2].rpartition(":")[2]) if verb == "port-forward" else None,
        program=split.program[0] if split.program else None,
    )


def _object(word: str) -> str:
    """A bare name is a Pod's, also in front of a path (cp)."""
    name = word.partition(":")[0]
    return name if "/" in name else f"pod/{name}"
