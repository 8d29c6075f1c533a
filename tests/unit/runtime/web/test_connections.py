"""Places of connections: idle ones make room, of the address that has too many."""

from runtime.web.connections import Connections


class Client:
    def __init__(self, *, idle: bool = True) -> None:
        self.is_idle = idle
        self.is_dropped = False

    def drop(self) -> None:
        self.is_dropped = True


def test_an_address_that_has_its_share_gives_up_its_own_oldest_idle_connection() -> None:
    places = Connections(most_of_address=2)
    first, second, third, other = Client(idle=False), Client(), Client(), Client()

    assert all(places.add(one, "10.0.0.1", most=9) for one in (first, second, third))
    assert places.add(other, "10.0.0.2", most=9)

    assert [one.is_dropped for one in (first, second, third, other)] == [False, True, False, False]


def test_five_thousand_silent_connections_leave_room_for_everybody_else() -> None:
    places = Connections(most_of_address=1000)
    silent = [Client() for _ in range(5005)]
    for number, one in enumerate(silent):
        places.add(one, f"10.0.0.{number % 5}", most=5000)

    assert [places.add(Client(), f"10.0.1.{number}", most=5000) for number in range(50)] == [True] * 50
    assert sum(one.is_dropped for one in silent) == 55


def test_where_all_are_at_work_there_is_no_place() -> None:
    places = Connections()
    at_work = Client(idle=False)

    assert places.add(at_work, "10.0.0.1", most=1)
    assert not places.add(Client(), "10.0.0.2", most=1)
    places.remove(at_work, "10.0.0.1")
    assert places.add(Client(), "10.0.0.3", most=2)
