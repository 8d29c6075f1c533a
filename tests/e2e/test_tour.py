"""The tour that `make tour` makes, as assertions: each stop fails if the system does not do what it says."""

from dev.demo.tour import STOPS, begun
from dev.stack.parts import Kit


def test_every_stop_of_the_tour_is_true(kit: Kit) -> None:
    sentences: list[str] = []
    with begun(kit.state, sentences.append) as tour:
        for stop in STOPS:
            stop(tour)

    told = "\n".join(sentences)
    for code in (
        "test_already_issued",
        "device_unknown",
        "device_blocked",
        "device_replaced",
        "second_person_needed",
        "serial_wrong_vendor",
    ):
        assert code in told
