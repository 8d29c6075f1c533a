from collections.abc import Sequence

import pytest

from dev.stack.error import StackError
from dev.stack.parts import GRAPH, PARTS, Part, Step, needed_by, port_names, selection, stages


def names(nodes: Sequence[Part | Step]) -> list[str]:
    return [node.name for node in nodes]


def test_every_part_starts_after_what_it_needs() -> None:
    started: set[str] = set()
    for stage in stages(GRAPH):
        assert all(started.issuperset(node.needs) for node in stage)
        started.update(names(stage))

    assert started == set(names(GRAPH))


def test_parts_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="these wait for each other: a, b"):
        list(stages((Part("a", needs=("b",)), Part("b", needs=("a",)))))


def test_no_port_has_two_owners() -> None:
    ports = [name for part in PARTS for name in port_names(part)]

    assert len(ports) == len(set(ports))


def test_a_selected_part_brings_what_it_needs() -> None:
    assert names(selection(["ledger-projector"])) == ["kafka", "postgres", "topics", "keys", "ledger-projector"]


def test_a_part_needs_what_its_steps_need() -> None:
    assert needed_by(Part("ledger-projector")) == {"kafka", "postgres", "topics", "keys"}


def test_selecting_nothing_means_everything() -> None:
    assert selection([]) == list(GRAPH)


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    with pytest.raises(StackError, match="no part writer; there are kafka"):
        selection(["writer"])
