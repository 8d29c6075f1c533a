"""An order file becomes a file of keys, however often it has to be begun again."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from licensing_client import Client, Problem
from licensing_client.key_file import COLUMNS
from licensing_client.order_file import OrderFileWrong, keys_of
from licensing_client.orders import issue

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
def run(tmp_path: Path) -> Callable[[Issuing, str | bytes], list[list[str]]]:
    def run(api: Issuing, content: str | bytes = ORDERS) -> list[list[str]]:
        (tmp_path / "orders.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
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
        ("order_number,licenses,quantity\nPO-1,Port11=1,1,000\n", "line 2 of the order file: it has 4 fields"),
        ("order_number,licenses,quantity\nPO-1,Port11=1,500,\n", "line 2 of the order file: it has 4 fields"),
        ("sep=,\norder_number,licenses\nPO-1,Port11\n", "line 3 of the order file"),
        ("order_number,licenses,licenses\nPO-1,Port11=1,Port11=2\n", "the column licenses twice"),
    ],
)
def test_an_order_file_that_is_wrong_is_told_where(text: str, reason: str) -> None:
    with pytest.raises(OrderFileWrong, match=reason):
        list(keys_of(text))


AS_SPREADSHEETS_WRITE_IT = {
    "with a mark": ORDERS.encode("utf-8-sig"),
    "in UTF-16": ORDERS.replace(",", "\t").replace('"Bora\t', '"Bora,').encode("utf-16"),
    "in German": ORDERS.replace(",", ";").replace('"Bora;', '"Bora,').encode(),
    "with its separator named": b"sep=,\r\n" + ORDERS.replace("\n", "\r\n").encode(),
    "with a tail of empty rows": ORDERS.encode() + b",,,\n,,,\n",
    "with empty fields left out at the end of a row": ORDERS.replace("Voicemail11=2,", "Voicemail11=2").encode(),
}


@pytest.mark.parametrize("content", AS_SPREADSHEETS_WRITE_IT.values(), ids=AS_SPREADSHEETS_WRITE_IT)
def test_an_order_file_is_read_as_a_spreadsheet_writes_it(run: Run, content: bytes) -> None:
    assert [row[:5] for row in run(Issuing(), content)] == [row[:5] for row in run(Issuing(), ORDERS.encode())]


@pytest.mark.parametrize("content", [ORDERS.replace("Adria", "Müller").encode("cp1252"), ORDERS.encode("utf-16-le")])
def test_an_order_file_of_another_encoding_is_refused_with_what_to_do(run: Run, content: bytes) -> None:
    with pytest.raises(OrderFileWrong, match='save it in the spreadsheet as "CSV UTF-8"'):
        run(Issuing(), content)


SOMEBODY_ELSES = {
    "a letter": b"Dear Ms Rossi,\n\nthe keys come tomorrow.\n",
    "one line": b"order_number",
    "a file of keys that an editor saved": None,
    "a file of keys with a byte order mark": b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n",
    "a file of keys and somebody's remark": ",".join(COLUMNS).encode() + b"\r\nask about these",
    "a table with the same columns": ",".join(COLUMNS).encode() + b"\r\nPO-7,,Port11=1,1,1,KEY,1\r\n",
    "an image": bytes(range(256)),
}


@pytest.mark.parametrize("name", SOMEBODY_ELSES)
def test_a_file_of_somebody_else_is_refused_by_name_and_left_as_it_is(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "keys.csv"
    if (content := SOMEBODY_ELSES[name]) is None:
        run(Issuing())
        content = file.read_bytes().replace(b"\r\n", b"\n")
    file.write_bytes(content)
    api = Issuing()

    with pytest.raises(OrderFileWrong, match=r"keys\.csv .*name another file"):
        run(api)

    assert (file.read_bytes(), api.asked) == (content, 0)


def test_the_order_file_itself_is_no_file_for_keys(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS)

    with Client("http://test", "t", transport=httpx.MockTransport(Issuing())) as client, pytest.raises(OrderFileWrong):
        issue(client, orders, orders, io.StringIO())

    assert orders.read_text() == ORDERS
