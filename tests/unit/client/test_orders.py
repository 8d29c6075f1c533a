"""An order file becomes a file of keys, however often it has to be begun again."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from licensing_client import Client, Problem
from licensing_client.orders import OrderFileWrong, issue, keys_of

ORDERS = """\
order_number,customer_reference,licenses,quantity
PO-1,Hotel Adria,Port11=50 BRI=4,2
PO-1,,Voicemail11=2,
PO-2,"Bora, Ltd",Port11=1,3
"""


class Issuing:
    """Answers commands as the API would: the same idempotency key gives the same key."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.asked = 0
        self.cut_after: int | None = None
        self.refuse = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        lines = [self._answer(json.loads(line)) for line in request.content.splitlines()]
        return httpx.Response(200, text="".join(lines))

    def _answer(self, line: dict[str, object]) -> str:
        self.asked += 1
        name = str(line["idempotency_key"])
        if self.cut_after is not None and self.asked > self.cut_after:
            return self._line(503, problem={"code": "service_unavailable"})
        if self.refuse and self.refuse in json.dumps(line):
            return self._line(422, problem={"code": "license_type_unknown", "detail": "No such type."})
        number = self.keys.setdefault(name, len(self.keys) + 1)
        return self._line(201, answer={"activation_key": f"KEY-{number:04}", "sequence": number})

    @staticmethod
    def _line(status: int, **what: object) -> str:
        return json.dumps({"line": 1, "status": status, **what}) + "\n"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Issuing, str], list[list[str]]]:
    def run(api: Issuing, text: str = ORDERS) -> list[list[str]]:
        (tmp_path / "orders.csv").write_text(text)
        with Client("http://test", "t", transport=httpx.MockTransport(api)) as client:
            issue(client, tmp_path / "orders.csv", tmp_path / "keys.csv", io.StringIO())
        return [line.split(",") for line in (tmp_path / "keys.csv").read_text().splitlines()[1:]]

    return run


Run = Callable[..., list[list[str]]]


def test_each_key_of_each_row_is_issued_and_written(run: Run, tmp_path: Path) -> None:
    rows = run(Issuing())

    assert [row[-2] for row in rows] == [f"KEY-{number:04}" for number in range(1, 7)]
    assert rows[0] == ["PO-1", "Hotel Adria", "Port11=50 BRI=4", "2", "1", "KEY-0001", "1"]
    assert (tmp_path / "keys.csv").stat().st_mode & 0o077 == 0


def test_run_again_it_asks_nothing_and_writes_nothing(run: Run) -> None:
    api = Issuing()
    first = run(api)
    asked = api.asked

    assert run(api) == first
    assert api.asked == asked


def test_cut_off_it_goes_on_where_it_stopped(run: Run) -> None:
    api = Issuing()
    api.cut_after = 4
    with pytest.raises(Problem, match="stays away"):
        run(api)
    api.cut_after = None

    assert [row[-2] for row in run(api)] == [f"KEY-{number:04}" for number in range(1, 7)]
    assert len(api.keys) == 6


def test_a_row_that_was_half_written_is_written_again(run: Run, tmp_path: Path) -> None:
    api = Issuing()
    whole = run(api)
    content = (tmp_path / "keys.csv").read_bytes()
    (tmp_path / "keys.csv").write_bytes(content[:-9])

    assert run(api) == whole
    assert len(api.keys) == 6


def test_without_its_file_the_same_keys_come_again(run: Run, tmp_path: Path) -> None:
    api = Issuing()
    first = run(api)
    (tmp_path / "keys.csv").unlink()

    assert run(api) == first


def test_a_refused_row_stops_it_and_is_named(run: Run, tmp_path: Path) -> None:
    api = Issuing()
    api.refuse = "Voicemail11"

    with pytest.raises(OrderFileWrong, match="line 3 of the order file: license_type_unknown"):
        run(api)

    assert len((tmp_path / "keys.csv").read_text().splitlines()) == 3


def test_a_file_of_keys_of_another_order_is_left_alone(run: Run) -> None:
    run(Issuing())

    with pytest.raises(OrderFileWrong, match="another order file"):
        run(Issuing(), ORDERS.replace("PO-1", "PO-9"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("order_number\nPO-1\n", "no column licenses"),
        ("order_number,licenses\nPO-1,\n", "line 2 of the order file: it names no licenses"),
        ("order_number,licenses\nPO-1,Port11\n", "'Port11' is not such as"),
        ("order_number,licenses\nPO-1,Port11=x\n", "'Port11=x' is not such as"),
        ("order_number,licenses,quantity\nPO-1,Port11=1,0\n", "is not a number from 1"),
        ("order_number,licenses,quantity\nPO-1,Port11=1,1000000\n", "is not a number from 1"),
    ],
)
def test_an_order_file_that_is_wrong_is_told_where(text: str, reason: str) -> None:
    with pytest.raises(OrderFileWrong, match=reason):
        list(keys_of(io.StringIO(text)))
