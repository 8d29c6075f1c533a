"""CSV as spreadsheets write it is read, and what is written does no harm in one."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.entrypoints.web.bulk.csv_files import FORMULA, MARK, MAX_BYTES, MAX_LINES, FileWrong, decoded, read, written
from portal.entrypoints.web.bulk.lines import key_of
from portal.entrypoints.web.words import Words

EN = Words("en")


@pytest.mark.parametrize(
    "content",
    [
        "Serial;Project\r\n04a1c7;Zürich\r\n".encode(),
        "\ufeffserial,project\n04a1c7,Zürich\n".encode(),
        "serial\tproject\r\n04a1c7\tZürich\r\n".encode("utf-16"),
        "sep=;\nserial;project\n\n04a1c7;Zürich\n;\n".encode("cp1252"),
        'serial,project\n04a1c7,"Zürich"'.encode(),
    ],
    ids=["German Excel", "UTF-8 with its mark", "Unicode text", "Windows-1252 with sep=", "no last line break"],
)
def test_a_table_is_read_as_spreadsheets_write_it(content: bytes) -> None:
    file = read(decoded(content, EN), EN)
    assert file.columns == ("serial", "project")
    assert [cells for _, cells in file.lines] == [{"serial": "04a1c7", "project": "Zürich"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name the columns"),
        ("serial,project", "no line below"),
        ("serial,Serial\na,b", "«serial» is there twice"),
        ("serial\na,b", "Line 2 has more cells"),
        ('serial\n"a', "Line 2 is no line of CSV"),
        ("PK\0\3", "not as a workbook"),
        ("serial\n" + "a\n" * (MAX_LINES + 1), "at most 500 lines"),
        ("serial\n" + "a" * MAX_BYTES, "128 kB"),
    ],
)
def test_a_file_that_can_not_be_used_says_why(text: str, said: str) -> None:
    with pytest.raises(FileWrong, match=said):
        read(text, EN)


def test_a_file_that_is_too_big_is_not_even_decoded() -> None:
    with pytest.raises(FileWrong):
        decoded(b"a" * (MAX_BYTES + 1), EN)


def test_lines_are_numbered_as_in_the_spreadsheet() -> None:
    assert [number for number, _ in read("sep=;\na;b\n1;\n\n2;3\n", EN).lines] == [3, 5]


@settings(max_examples=50)
@given(
    st.lists(st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)] * 2), max_size=4),
    st.sampled_from(",;\t"),
)
def test_what_is_written_is_read_again_and_no_cell_is_a_formula(cells: list[tuple[str, str]], separator: str) -> None:
    lines = [{"a": one.strip().lstrip("'"), "b": other.strip().lstrip("'")} for one, other in cells]
    text = written(("a", "b"), lines, separator)
    said = [line for line in lines if line["a"] or line["b"]]

    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    assert not any(cell.startswith(FORMULA) for row in rows for cell in row if cell.strip())
    if said:
        assert [line for _, line in read(MARK + text, EN).lines] == said


def test_a_command_has_one_key_in_a_batch_and_another_in_another() -> None:
    command = {"name": "move-device", "serial": "00903304a1c7", "project": "p"}
    assert key_of("Monday", command) == key_of("Monday", dict(reversed(command.items())))
    assert (
        len({key_of("Monday", command), key_of("Tuesday", command), key_of("Monday", {**command, "project": "q"})}) == 3
    )
    assert len(key_of("Monday", command)) <= 80
