"""If-None-Match as RFC 9110, section 13.1.2, reads it."""

import pytest

from runtime.web.conditional_requests import matches_etag


@pytest.mark.parametrize(
    "known", ['"a1"', 'W/"a1"', '"b", "a1"', '"b","a1"', ' "b" , W/"a1" ', '"x,y", "a1"', "*", " * "]
)
def test_a_tag_that_the_client_has_is_found(known: str) -> None:
    assert matches_etag(known, "a1")


@pytest.mark.parametrize(
    "known", ["", "a1", '"A1"', '"*"', "W/*", '*, "b"', '"a1', '"a1 "', '"b, a1"', 'w/"a1"', 'X"a1"']
)
def test_what_names_no_such_tag_is_no_match(known: str) -> None:
    assert not matches_etag(known, "a1")
