"""Passwords, patience with wrong ones, and addresses that may be followed."""

from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.addresses import on_the_way, own_address
from portal.domain.mail_addresses import is_mail_address
from portal.domain.names import flaw
from portal.domain.passwords import weakness
from portal.domain.patience import MOST_FOR_ACCOUNT, MOST_OF_NETWORK, may_try, network_of


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaaa", "abababababababab", "jana.krueger 2026", "x" * 201], ids=len
)
def test_a_password_that_is_easy_to_guess_or_endless_is_refused(password: str) -> None:
    assert weakness(password, "jana.krueger@example.net")


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\u00ad", "\ufeff", "\u3164", "\ue000", "\ud800", "\n"])
def test_a_name_reads_as_it_is_written(sign: str) -> None:
    assert flaw(f"Mia{sign}Marin")
    assert flaw("Zoë O\N{RIGHT SINGLE QUOTATION MARK}Brien-Łukasz <b> {{7*7}} =1 \N{HEBREW LETTER ALEF}") is None


def test_a_sentence_is_a_good_password() -> None:
    assert weakness("four people, one stack", "jana@example.net") is None


def test_a_stranger_elsewhere_can_not_keep_the_owner_out() -> None:
    assert not may_try(with_account=MOST_FOR_ACCOUNT, of_network=MOST_FOR_ACCOUNT)
    assert may_try(with_account=0, of_network=0)


def test_one_network_can_not_try_one_password_on_many_accounts() -> None:
    assert not may_try(with_account=1, of_network=MOST_OF_NETWORK)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_customer_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("wanted", ["/", "/projects", "/devices?serial=0090", "/e/0/12"])
def test_an_address_of_ours_is_followed(wanted: str) -> None:
    assert own_address(wanted) == wanted


@pytest.mark.parametrize("wanted", ["/projects", "/search?q=a%26b+c&x=1"])
def test_the_way_to_a_page_names_it_with_its_query(wanted: str) -> None:
    assert parse_qs(urlsplit(on_the_way("/sign-in", wanted)).query) == {"next": [wanted]}
    assert on_the_way("/sign-in", "/") == "/sign-in"


@pytest.mark.parametrize(
    "wanted",
    [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nX: y", "/ü"],
)
def test_any_other_address_leads_home(wanted: str | None) -> None:
    assert own_address(wanted) == "/"


_PIECES = [
    "a",
    "b",
    "@",
    ".",
    '"',
    "\\",
    " ",
    ",",
    ";",
    "<",
    ">",
    "(",
    "[",
    "]",
    "=?utf-8?q?=0a?=",
    "\n",
    "é",
    "\u202e",
    "\0",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_whatever_is_typed_is_an_address_that_a_letter_can_have_or_is_none(text: str) -> None:
    if is_mail_address(text):
        letter = EmailMessage()
        letter["To"] = text
        assert letter["To"].addresses[0].addr_spec == text


@pytest.mark.parametrize("text", ["jana@example.net", "jana.krueger+portal@mail.example.net", "o'neill@example.net"])
def test_one_address_gets_a_letter(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jana",
        "jana@",
        "jana@[",
        "@example.net",
        "jana@example.net, mallory@example.org",
        "jana@example.net;mallory@example.org",
        "jana@example.net <mallory@example.org>",
        "jana@example.net (Jana)",
        "jana@example.net\nBcc: mallory@example.org",
        "jana krueger@example.net",
        "jana@example.net@example.org",
        f"{'j' * 250}@example.net",
    ],
)
def test_a_list_a_name_or_another_line_gets_none(text: str) -> None:
    assert not is_mail_address(text)
