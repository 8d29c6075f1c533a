"""A list is read from either end, and a cursor belongs to the order of the page that gave it."""

import pytest

from runtime.pages import Page, Start
from runtime.postgres.walks import walked
from runtime.web.pagination import MAX_NUMBER, EntryOrder, entry_walk, paged
from runtime.web.problems import Refused


@pytest.mark.parametrize(
    ("order", "first", "following"),
    [
        ("oldest_first", Start(0), Start(7)),
        ("newest_first", Start(MAX_NUMBER, newest_first=True), Start(7, newest_first=True)),
    ],
)
def test_a_page_begins_at_its_end_and_goes_on_behind_its_last_row(
    order: EntryOrder, first: Start, following: Start
) -> None:
    walk = entry_walk(order, None)
    assert walk.start == first
    page = walk.paged(Page((3, 7), more=True), lambda row: row)
    assert entry_walk(order, page.next).start == following
    assert walk.paged(Page((3,), more=False), lambda row: row).next is None


@pytest.mark.parametrize("cursor", ["Nw", "newest_first", "newest_first.", "newest_first.eA", "oldest_first.Nw", ".Nw"])
def test_a_cursor_of_another_order_or_of_none_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        entry_walk("newest_first", cursor)
    assert refused.value.code == "request_invalid"


def test_a_list_with_one_order_names_none() -> None:
    assert paged(Page(("a",), more=True), str).next == "YQ"


def test_a_query_walks_up_or_down() -> None:
    query = "WHERE sequence {behind} $2{state} ORDER BY sequence {direction}"
    assert walked(query, Start(), state="") == "WHERE sequence > $2 ORDER BY sequence ASC"
    down = walked(query, Start(9, newest_first=True), state=" AND open")
    assert down == "WHERE sequence < $2 AND open ORDER BY sequence DESC"
