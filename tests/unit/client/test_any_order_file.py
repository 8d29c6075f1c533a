"""Whatever bytes an order file has: it asks for keys, or it is refused by name and place; nothing else comes of it."""

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing_client.key_file import KeyFile
from licensing_client.order_file import MAX_QUANTITY, OrderFileWrong, keys_of, read_text

HEAD = "order_number,customer_reference,licenses,quantity\r\n"
PLAIN = f'{HEAD}PO-1,"Müller, Bau",Port11=50 BRI=4,2\r\nPO-2,,Voicemail11=2,\r\n'
CORPUS = [
    PLAIN.encode(),
    PLAIN.encode("utf-8-sig"),
    PLAIN.encode("cp1252"),
    PLAIN.encode("utf-16"),
    PLAIN.encode("utf-16-le"),
    PLAIN.encode("utf-16-be"),
    PLAIN.replace(",", ";").encode(),
    PLAIN.replace(",", "\t").encode("utf-16"),
    b"sep=,\r\n" + PLAIN.encode(),
    b'sep="\r\n' + PLAIN.encode(),
    b"sep=\r\r\n" + PLAIN.encode(),
    b"sep= \r\n" + PLAIN.replace(",", " ").encode(),
    f"{PLAIN},,,\r\n,,,\r\n".encode(),
    f"{HEAD}PO-1,,Port11=50,1,000\r\n".encode(),
    f'{HEAD}PO-1,,Port11=50,"1,000"\r\n'.encode(),
    f"{HEAD}PO-1,,Port11={'9' * 5_000},1\r\n".encode(),
    f"{HEAD}PO-1,,Port11=1,{'9' * 5_000}\r\n".encode(),
    f"{HEAD}PO-1,,Port11=\u0661,1\r\n".encode(),
    f'{HEAD}PO-1,"never closed,Port11=1,1\r\n'.encode(),
    f"{HEAD}PO-1,{'x' * 200_000},Port11=1,1\r\n".encode(),
    f"{HEAD}PO-1,,Port11=1,1\r".encode(),
    HEAD.encode(),
    b"",
    b"\0",
    b"PK\x03\x04",
]
"""What spreadsheets write, and what people name by mistake."""
ENOUGH = 1_000


def asked(content: bytes, folder: Path) -> int | str:
    """How many keys a file of these bytes asks for, up to ENOUGH, or why it is refused."""
    path = folder / "orders.csv"
    path.write_bytes(content)
    try:
        return sum(1 for _ in islice(keys_of(read_text(path)), ENOUGH))
    except OrderFileWrong as wrong:
        return str(wrong)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of the corpus with some bytes replaced by others, its own or those of another one."""
    content = draw(st.sampled_from(CORPUS))[:2_000]
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 8)))
        some = draw(st.binary(max_size=6) | st.sampled_from([b'"', b",", b";", b"\r", b"\n", b"\0", b"sep=", b"=1"]))
        content = content[:start] + some + content[end:]
    return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("orders")


@pytest.mark.parametrize("content", CORPUS, ids=range(len(CORPUS)))
def test_what_spreadsheets_write_asks_for_keys_or_is_refused_by_name(content: bytes, folder: Path) -> None:
    assert asked(content, folder) in {3, 1, 0} or "order file" in str(asked(content, folder))


@given(content=files())
def test_any_order_file_asks_for_keys_or_is_refused_by_name(content: bytes, folder: Path) -> None:
    found = asked(content, folder)
    assert 0 <= found <= MAX_QUANTITY if isinstance(found, int) else "order file" in found


@given(content=files())
def test_any_file_named_for_the_keys_stays_as_it_is(content: bytes, folder: Path) -> None:
    there = folder / "keys.csv"
    there.write_bytes(content)
    try:
        KeyFile(there).begin(keys_of(PLAIN))
    except OrderFileWrong:
        assert there.read_bytes() == content
    else:
        assert content == b""
