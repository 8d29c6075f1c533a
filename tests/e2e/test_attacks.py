"""The attack table of the domain, end to end through HTTP, by the device's own path and by hand."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.documents import return_document
from contracts.documents.device_certificate import factory_certificate, fingerprint, make_authority
from contracts.documents.return_document import ReturnStatement
from contracts.documents.xmldsig import signer
from dev.demo.story import Story, counted
from dev.stack.parts import Kit
from simulator.cast import STRANGER, STRANGERS_ACCOUNT
from simulator.device import RefusedByServiceError
from simulator.partner import Refused
from tests.support.handing_in import ALL_BACK, FREE, HandIn, by_hand, direct, forged, refused, spent_and_seen
from tests.support.running import a_stocked_story


@pytest.mark.parametrize("second", [direct, by_hand], ids=["then-direct", "then-manual"])
def test_t1_the_same_document_twice_gets_the_stored_receipt_and_moves_once(
    story: Story, hand_in: HandIn, second: HandIn
) -> None:
    document = story.box().invalidate()
    first, again = hand_in(story, document), second(story, document)
    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body
    assert story.settled_balance() == ALL_BACK


def test_t2_a_second_document_of_the_same_generation_is_spent(story: Story, hand_in: HandIn) -> None:
    assert hand_in(story, story.box().invalidate()).status == 200
    refused(hand_in(story, forged(story.box(), Port11=3)), 409, "generation_spent")
    assert story.settled_balance() == ALL_BACK


def test_t3_edited_counts_break_the_signature(story: Story, hand_in: HandIn) -> None:
    document = story.box().invalidate()
    refused(hand_in(story, document.replace(b'count="20"', b'count="29"')), 422, "signature_invalid")
    assert story.settled_balance() == FREE


def test_t3_signed_lies_credit_what_the_ledger_knows(story: Story, hand_in: HandIn) -> None:
    assert hand_in(story, forged(story.box(), Port11=5000)).status == 200
    assert story.settled_balance() == ALL_BACK


def test_t4_a_document_of_another_box_is_refused(story: Story, kit: Kit, hand_in: HandIn) -> None:
    with a_stocked_story(kit.state) as other:
        document = other.box().invalidate()
        refused(hand_in(story, document), 422, "signature_invalid")
        assert other.settled_balance() == FREE
    assert story.settled_balance() == FREE


def test_t5_a_saved_license_file_is_worth_nothing_after_the_return(story: Story, hand_in: HandIn) -> None:
    box = story.box()
    saved = box.license_file_path.read_bytes()
    receipt = hand_in(story, box.invalidate())
    answer = story.firmware().file_answer(409, "certificate_invalidated")
    assert (answer.status, answer.code) == (409, "certificate_invalidated")
    box.take_receipt(receipt.body)
    with pytest.raises(ValueError, match="generation 1"):
        box.take_license_file(saved)


def test_t5_the_invalid_certificate_still_fetches_the_receipt_and_nothing_else(story: Story) -> None:
    receipt = direct(story, story.box().invalidate())
    assert story.firmware().receipt() == receipt.body
    with pytest.raises(RefusedByServiceError, match="certificate_invalidated"):
        story.firmware().sync()


def test_t6_a_box_restored_from_a_backup_gets_nothing_and_staff_hears_of_it(story: Story, hand_in: HandIn) -> None:
    assert hand_in(story, story.box().invalidate()).status == 200
    answer = story.firmware().file_answer(409, "certificate_invalidated")
    assert (answer.status, answer.code) == (409, "certificate_invalidated")
    refused(hand_in(story, forged(story.box(), Port11=20)), 409, "generation_spent")
    assert story.settled_balance() == ALL_BACK
    assert 1 in spent_and_seen(story, story.serial)


def test_t7_a_stolen_document_credits_nothing(story: Story) -> None:
    document = story.box().invalidate()
    partner, story.partner = story.partner, story.acting_for(STRANGERS_ACCOUNT, STRANGER)
    try:
        refused(by_hand(story, document), 404, "device_unknown")
    finally:
        story.partner.close()
        story.partner = partner
    assert story.settled_balance() == FREE


def test_t8_what_was_allocated_after_the_document_was_made_comes_back_too(story: Story, hand_in: HandIn) -> None:
    document = story.box().invalidate()
    body = {"serial": story.serial, "licenses": [{"license_type": "Port11", "count": 7}]}
    story.partner.post(f"/v1/projects/{story.project}/allocations", body)
    assert hand_in(story, document).status == 200
    assert story.settled_balance() == ALL_BACK


def test_t10_a_self_made_certificate_is_not_the_vendors(story: Story) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    own_ca = make_authority(key, "Own", not_before=now)
    certificate = factory_certificate(own_ca, key, serial=story.serial, public_key=key.public_key(), not_before=now)
    statement = ReturnStatement(
        serial=story.serial,
        generation=1,
        certificate_sha256=fingerprint(certificate),
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        nonce=secrets.token_hex(16),
        firmware="13.00",
        licenses=(),
    )
    document = return_document.build(statement, certificate=certificate, sign=signer(key))
    refused(by_hand(story, document), 403, "certificate_not_vendor_signed")
    refused(direct(story, document), 403, "certificate_not_vendor_signed")
    assert story.settled_balance() == FREE


ENTITY_BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<license-return xmlns="urn:licensing:license-return:1" v="1">&b;</license-return>"""
XXE = b"""<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<license-return xmlns="urn:licensing:license-return:1" v="1">&f;</license-return>"""


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (lambda _: b"", 422, "document_malformed"),
        (lambda _: b"no xml", 422, "document_malformed"),
        (lambda _: XXE, 422, "document_malformed"),
        (lambda _: ENTITY_BOMB, 422, "document_malformed"),
        (lambda raw: raw[: len(raw) // 2], 422, "document_malformed"),
        (lambda raw: raw + raw, 422, "document_malformed"),
        (lambda raw: b"\xef\xbb\xbf" + raw, 422, "document_malformed"),
        (lambda raw: raw.decode().encode("utf-16"), 422, "document_malformed"),
        (lambda raw: raw + b" " * 40_000, 413, "document_too_big"),
        (lambda _: b"<a>" * 10_000, 422, "document_malformed"),
        (lambda _: b"x" * 10_000_000, 413, "document_too_big"),
    ],
    ids=["empty", "text", "xxe", "bomb", "truncated", "two roots", "bom", "utf-16", "big", "deep", "10 MB"],
)
def test_t11_tricks_with_xml_are_refused_and_leave_no_trace(
    story: Story, hand_in: HandIn, make: Callable[[bytes], bytes], status: int, code: str
) -> None:
    answer = hand_in(story, make(story.box().invalidate()))
    assert answer.status == status
    assert answer.code in (code, "body_too_big")
    assert story.settled_balance() == FREE


def test_t12_test_licenses_never_become_real_by_a_return(story: Story, hand_in: HandIn) -> None:
    asked = {"version": 11, "slave": False, "count": 10}
    tests = f"/v1/devices/{story.serial}/test-licenses"
    with_tests = story.firmware().sync_to(story.partner.post(tests, asked)["sequence"])
    assert sum(line.count for line in with_tests.licenses if line.license_class == "test") > 0
    accepted = hand_in(story, story.box().invalidate())
    assert accepted.status == 200
    receipt = story.box().take_receipt(accepted.body)
    assert counted(receipt.credited) == {"Port11": 20}
    assert story.settled_balance() == ALL_BACK
    next_file = story.firmware().sync_to(receipt.sequence)
    assert counted(next_file.licenses) == {"Channel": 4}
    with pytest.raises(Refused, match="test_used_up"):
        story.partner.post(tests, asked)


def test_t13_a_device_that_moved_credits_the_project_it_is_in(story: Story, hand_in: HandIn) -> None:
    document = story.box().invalidate()
    other = story.partner.create_project(project_name=f"Project B {story.serial} {secrets.token_hex(4)}")["project"]
    story.partner.post(f"/v1/devices/{story.serial}/moves", {"project": other})
    accepted = hand_in(story, document)
    assert accepted.status == 200
    assert counted(story.box().take_receipt(accepted.body).credited) == {"Port11": 20}
    assert story.settled_balance() == FREE
    story.project = other
    assert story.settled_balance() == {"Port11": 20}
