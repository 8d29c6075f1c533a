"""What pages of staff calculate."""

from typing import Literal

import pytest

from licensing_client.api import CorrectionView, LicenseTypeView
from portal.entrypoints.web.correction_places import Place, line_by_line, moved, sides
from portal.entrypoints.web.license_types import grouped
from portal.entrypoints.web.old_license_lines import LineWrong, listed_keys, lots
from portal.entrypoints.web.routes.staff.blocks import Blocked, named
from portal.entrypoints.web.routes.staff.deliveries import scanned
from portal.entrypoints.web.serials import only_serial
from portal.entrypoints.web.words import Words

BOX = Place("device/009033010203", "device", "009033010203", "c", {"Port11": 20})
SITE = Place("project/p", "project", "Klinik", "c", {"Port11": 5})
NOWHERE = Place("issuance", "nowhere")


def license_type(
    name: str, license_class: Literal["pbx", "gateway", "warranty"], version: int | None
) -> LicenseTypeView:
    return {
        "license_type": name,
        "license_class": license_class,
        "family": name,
        "version": version,
        "weight": 1,
        "device_limit": None,
        "sole_device": False,
        "months": None,
        "sequence": 1,
    }


def correction(*lines: tuple[str, str, int]) -> CorrectionView:
    """A correction of ports, which moves so many in each line."""
    return {
        "correction": "x",
        "company": "c",
        "lines": [
            {
                "source": source,
                "target": target,
                "licenses": [{"license_type": "Port11", "license_class": "pbx", "count": count}],
            }
            for source, target, count in lines
        ],
        "source": None,
        "target": None,
        "licenses": [],
        "delivery": None,
        "reason": "r",
        "reference": "CASE-1",
        "proposed_by": "a",
        "sequence": 1,
        "proposed": "2026-11-28T20:15:00Z",
        "state": "proposed",
        "decided_by": None,
        "decision_reason": None,
        "decided_sequence": None,
        "decided": None,
    }


def test_a_correction_takes_no_more_than_there_is_and_makes_as_much_as_is_asked_for() -> None:
    (few,), (many,), (made,) = (
        moved([("Port11", count)], source, SITE) for count, source in ((20, BOX), (21, BOX), (9999, NOWHERE))
    )

    assert (few.is_too_much, many.is_too_much, made.is_too_much) == (False, True, False)
    assert (few.source, few.target, made.source) == (20, 5, None)


def test_a_type_that_a_side_does_not_have_counts_as_none_there() -> None:
    (line,) = moved([("Channel", 1)], BOX, SITE)
    assert (line.source, line.target, line.is_too_much) == (0, 0, True)


def test_a_correction_of_a_delivery_moves_nothing() -> None:
    assert (sides(correction()), line_by_line(correction()["lines"], {})) == (set(), [])


def test_a_line_has_what_the_lines_above_it_leave() -> None:
    known = {one.account: one for one in (BOX, SITE, NOWHERE)}
    linked = correction((BOX.account, SITE.account, 15), (BOX.account, SITE.account, 6), ("issuance", SITE.account, 1))
    (_, _, [first]), (_, _, [second]), (_, _, [third]) = line_by_line(linked["lines"], known)

    assert sides(linked) == set(known)
    assert [(one.source, one.target) for one in (first, second, third)] == [(20, 5), (5, 20), (None, 26)]
    assert [one.is_too_much for one in (first, second, third)] == [False, True, False]


def test_a_place_has_the_address_of_its_page_and_nowhere_has_none() -> None:
    assert [one.address for one in (BOX, SITE, NOWHERE)] == ["/devices/009033010203", "/projects/p", ""]


def test_types_stand_together_by_class_and_older_pbx_versions_last() -> None:
    groups = grouped(
        [
            license_type("Channel", "gateway", None),
            license_type("Gatekeeper8", "gateway", 8),
            license_type("Port10", "pbx", 10),
            license_type("Port11", "pbx", 11),
            license_type("WE-12", "warranty", None),
        ]
    )
    assert [(one.names, one.is_older) for one in groups] == [
        (("Port11",), False),
        (("Channel", "Gatekeeper8"), False),
        (("WE-12",), False),
        (("Port10",), True),
    ]


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("00:90:33:04:A1:C7", "00903304a1c7"),
        ("04 a1 c7", "00903304a1c7"),
        ("0ABC-DEF0-1234-567G", None),
        ("0ABC-DEF0-1234-5678", None),
        ("Klinik 04a1c7", None),
        ("04a1", None),
        ("", None),
    ],
)
def test_what_acts_on_a_device_takes_a_serial_and_makes_none_out_of_anything_else(
    typed: str, serial: str | None
) -> None:
    assert only_serial(typed) == serial


@pytest.mark.parametrize(
    ("subject", "typed", "blocked"),
    [
        ("companies/c", "04a1c7", {"company": "c"}),
        ("devices/00903304a1c7", "", {"serial": "00903304a1c7"}),
        ("", "04:a1:c7", {"serial": "00903304a1c7"}),
        ("", "QHYN-ABJY-0K3J-F0RH", {"activation_key": "QHYN-ABJY-0K3J-F0RH"}),
        ("elsewhere/x", "nonsense", {"activation_key": "nonsense"}),
    ],
)
def test_exactly_one_thing_is_blocked(subject: str, typed: str, blocked: Blocked) -> None:
    assert named(subject, typed) == blocked


def test_serials_are_scanned_each_once() -> None:
    assert scanned("0f0001\n0f0002;0f0001\r\n\n") == ["0f0001", "0f0002"]


def test_a_line_of_the_old_list_is_a_key_with_what_it_stands_for_and_who_redeemed_it() -> None:
    company = "3F1C8E0A-52D7-4B7E-9C55-0D2A6A1B7E42"
    first, second = listed_keys(f"V7 1; 30 Registrations;1 PBX7#250@100\n\nV7 2\t2 Operators\t{company}", Words("en"))

    assert first == {
        "legacy_key": "V7 1",
        "licenses": [{"license_name": "Registrations", "count": 30}, {"license_name": "PBX7#250@100", "count": 1}],
    }
    assert (second["licenses"], second.get("company")) == ([{"license_name": "Operators", "count": 2}], company.lower())


@pytest.mark.parametrize(
    "text", ["", "V7 1", "V7 1; Registrations", "V7 1; 0 Registrations", "V7 1; 1 A B", "k; 1 A\n" * 41]
)
def test_a_list_that_can_not_be_read_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(LineWrong):
        listed_keys(text, Words("en"))


def test_licenses_without_a_key_are_counts_with_names() -> None:
    assert lots("30 Registrations\n1 PBX7#100; 2 Operators", Words("en")) == [
        {"license_name": "Registrations", "count": 30},
        {"license_name": "PBX7#100", "count": 1},
        {"license_name": "Operators", "count": 2},
    ]
    with pytest.raises(LineWrong):
        lots("\n ; \n", Words("en"))
