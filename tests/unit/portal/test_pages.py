"""What pages calculate and how they write it."""

import pytest

from contracts.events import EVENT_TYPES
from licensing_client.api import BalanceView, TotalView
from portal.entrypoints.web.balances import sheet, summed, totals
from portal.entrypoints.web.formats import browser, serial, signed
from portal.entrypoints.web.forms import form_token
from portal.entrypoints.web.routes.allocations import offered, wished
from portal.entrypoints.web.routes.keys import pasted
from portal.entrypoints.web.sentences import PREFIX, TITLES
from portal.entrypoints.web.serials import beginning, whole

BALANCE: BalanceView = {
    "project": "p",
    "free": [
        {"license_type": "Port11", "license_class": "pbx", "count": 25},
        {"license_type": "SSC", "license_class": "service", "count": 2},
    ],
    "held": [{"license_type": "Port11", "license_class": "pbx", "count": 5}],
    "allocated": [
        {"license_type": "BRI", "license_class": "gateway", "count": 4, "delivered": 4},
        {"license_type": "Port11", "license_class": "pbx", "count": 70, "delivered": 60},
    ],
}


def test_a_balance_says_what_is_free_held_waiting_and_delivered() -> None:
    line = sheet(BALANCE)[0]

    assert (line.free, line.held, line.waiting, line.delivered, line.total) == (25, 5, 10, 60, 100)
    assert line.bar() == [("delivered", 0, 60), ("waiting", 60, 10), ("free", 70, 25), ("held", 95, 5)]


def test_a_project_says_of_a_type_what_its_company_says() -> None:
    of_company: list[TotalView] = [
        {"license_type": "BRI", "license_class": "gateway", "free": 0, "held": 0, "allocated": 4, "delivered": 4},
        {"license_type": "SSC", "license_class": "service", "free": 2, "held": 0, "allocated": 0, "delivered": 0},
        {"license_type": "Port11", "license_class": "pbx", "free": 25, "held": 5, "allocated": 70, "delivered": 60},
    ]
    assert sheet(BALANCE) == totals(of_company)


def test_what_stood_on_devices_and_is_not_known_is_not_counted_as_none() -> None:
    unknown, none = sheet({**BALANCE, "allocated": None})[0], sheet({**BALANCE, "allocated": []})[0]
    assert [(line.waiting, line.delivered) for line in (unknown, none)] == [(None, None), (0, 0)]
    assert summed([unknown, none], "Port11").delivered is None
    assert summed([none, none], "Port11").delivered == 0


def test_credits_are_not_offered_to_devices() -> None:
    assert [line["license_type"] for line in offered(BALANCE)] == ["Port11"]


def test_more_than_is_free_is_too_much() -> None:
    few, many, unknown = wished(BALANCE, {"Port11": 25, "SSC": 3, "Fax11": 1}, None)

    assert (few.is_too_much, many.is_too_much, unknown.is_too_much) == (False, True, True)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("00:90:33:04:A1:C7", "00903304a1c7"),
        ("04a1c7", "00903304a1c7"),
        ("04 a1", "00903304a1"),
        ("0090", "0090"),
        ("", ""),
    ],
)
def test_a_serial_is_found_by_its_beginning_with_or_without_the_makers_digits(typed: str, found: str) -> None:
    assert beginning(typed) == found


def test_a_part_of_a_serial_is_no_whole_one() -> None:
    assert (whole("04a1"), whole("04a1c7")) == (None, "00903304a1c7")


def test_pasted_keys_are_found_between_lines_and_commas_each_once() -> None:
    assert pasted("AAAA BBBB\n\n CCCC-DDDD , AAAA BBBB;") == ["AAAA BBBB", "CCCC-DDDD"]


def test_the_token_of_a_form_follows_from_the_cookie_and_does_not_tell_it() -> None:
    assert form_token("a") == form_token("a") != form_token("b")
    assert "secret" not in form_token("secret")


def test_a_serial_is_written_in_pairs_and_what_it_was_typed_with_is_no_markup() -> None:
    assert serial("00903304a1c7") == '<span class="serial">00 90 33 <b>04 a1 c7</b></span>'
    assert "<script>" not in serial("<script>alert(1)</script>")


def test_what_left_has_a_real_minus() -> None:
    assert (signed(20), signed(-4)) == ("+20", "\N{MINUS SIGN}4")


def test_every_event_of_the_ledger_has_a_title() -> None:
    assert {f"{PREFIX}{name}.v1" for name in TITLES} == set(EVENT_TYPES)


MOZILLA, LIKE = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "called"),
    [
        (f"{MOZILLA} (X11; Linux x86_64) {LIKE} Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {LIKE} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {LIKE} Version/18.5 Safari/605.1.15", "Safari, macOS"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {LIKE} CriOS/140.0 Mobile/15",
            "Chrome, iPhone",
        ),
        (f"{MOZILLA} (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox, Android"),
        ("curl/8 <b>", "curl/8 &lt;b&gt;"),
    ],
)
def test_a_browser_is_called_by_its_name_and_system(said: str, called: str) -> None:
    assert f">{called}<" in browser(said)
    assert "<b>" not in browser(said)
