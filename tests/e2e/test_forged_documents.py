"""Somebody writes to the signer's topics: boxes and partners get the right documents, the ledger records nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.documents import license_file, return_receipt
from contracts.documents.published import PublishedRecord, open_license_file, open_return_receipt
from contracts.documents.xmldsig import key_id, signer
from contracts.log.checkpoint import DEFAULT_LOG_NAME, LogSigner, origin_of
from contracts.topics import CHECKPOINTS, LICENSE_FILES, RETURN_RECEIPTS, Topic
from dev.demo.story import Story, wanted, xmlsec1
from dev.stack.parts import PARTS, Kit
from tests.support.running import a_stocked_story
from tests.support.signers_topics import SignersTopics, metrics
from tests.support.waiting import until

AHEAD = 2_147_483_647
STRANGER_KEY = ec.derive_private_key(15, ec.SECP256R1())
STRANGER_KEY_ID = key_id(STRANGER_KEY.public_key())
STRANGERS = {STRANGER_KEY_ID: STRANGER_KEY.public_key()}


@dataclass(frozen=True)
class Scene:
    """Three devices: one whose file is attacked, one that gave back, whose receipt is, and one that nobody touches.

    The records are those that the signer wrote.
    """

    topics: SignersTopics
    attacked: Story
    returned: Story
    untouched: Story
    files: list[PublishedRecord]
    receipt: PublishedRecord
    file_of_another: PublishedRecord

    @property
    def file_key(self) -> str:
        return self.files[-1].key.decode()

    @property
    def receipt_key(self) -> str:
        return self.receipt.key.decode()

    def last(self, topic: Topic, key: str) -> PublishedRecord:
        return self.topics.records(topic, key)[-1]


@pytest.fixture(scope="module")
def scene(kit: Kit) -> Iterator[Scene]:
    with (
        a_stocked_story(kit.state) as attacked,
        a_stocked_story(kit.state) as returned,
        a_stocked_story(kit.state) as untouched,
    ):
        attacked.firmware().sync()
        untouched.firmware().sync()
        attacked.firmware().sync_to(_allocate_one_more(attacked))
        returned.firmware().ask("PUT", "return", body=returned.box().invalidate())
        topics = SignersTopics(kit)
        files = topics.records(LICENSE_FILES, f"0/{attacked.serial}")
        (receipt,) = topics.records(RETURN_RECEIPTS, f"0/{returned.serial}/1")
        (*_, file_of_another) = topics.records(LICENSE_FILES, f"0/{untouched.serial}")
        until(lambda: all(_is_delivered(story) for story in (attacked, untouched)))
        yield Scene(topics, attacked, returned, untouched, files, receipt, file_of_another)


def _allocate_one_more(story: Story) -> int:
    body = {"serial": story.serial, "licenses": wanted({"Port11": 1})}
    return int(story.partner.post(f"/v1/projects/{story.project}/allocations", body)["sequence"])


def _saying(record: PublishedRecord, **said: Any) -> tuple[tuple[str, bytes], ...]:
    return tuple((dict(record.headers) | {name: str(value).encode() for name, value in said.items()}).items())


def _junk_file(scene: Scene) -> None:
    headers = _saying(scene.files[-1], sequence=AHEAD)
    scene.topics.lay(LICENSE_FILES, scene.file_key, b"<evil></evil>", headers)


def _forged_file(scene: Scene) -> None:
    real = license_file.verify(scene.files[-1].value, public_keys=scene.attacked.box().license_keys())
    forged = real.model_copy(update={"sequence": AHEAD, "issue": AHEAD})
    document = license_file.build(forged, key_id=STRANGER_KEY_ID, sign=signer(STRANGER_KEY))
    record = open_license_file(document, trusted=STRANGERS).record()
    scene.topics.lay(LICENSE_FILES, scene.file_key, document, record.headers)


def _file_of_another_device(scene: Scene) -> None:
    record = scene.file_of_another
    scene.topics.lay(LICENSE_FILES, scene.file_key, record.value, record.headers)


def _older_file(scene: Scene) -> None:
    record = scene.files[0]
    scene.topics.lay(LICENSE_FILES, scene.file_key, record.value, record.headers)


def _tombstone_of_the_file(scene: Scene) -> None:
    scene.topics.lay(LICENSE_FILES, scene.file_key, None)


def _mark_of_replacement(scene: Scene) -> None:
    record = scene.files[-1]
    headers = (*record.headers, ("replaced-by", scene.untouched.serial.encode()))
    scene.topics.lay(LICENSE_FILES, scene.file_key, record.value, headers)


def _header_twice(scene: Scene) -> None:
    record = scene.files[-1]
    headers = (*record.headers, ("sequence", str(AHEAD).encode()))
    scene.topics.lay(LICENSE_FILES, scene.file_key, record.value, headers)


def _junk_under_the_bare_serial(scene: Scene) -> None:
    record = scene.files[-1]
    scene.topics.lay(LICENSE_FILES, scene.attacked.serial, record.value, record.headers, at=scene.file_key)


def _junk_receipt(scene: Scene) -> None:
    headers = _saying(scene.receipt, sequence=AHEAD)
    scene.topics.lay(RETURN_RECEIPTS, scene.receipt_key, b"<evil></evil>", headers)


def _forged_receipt(scene: Scene) -> None:
    real = return_receipt.verify(scene.receipt.value, public_keys=scene.returned.box().license_keys())
    document = return_receipt.build(
        real.model_copy(update={"sequence": AHEAD}), key_id=STRANGER_KEY_ID, sign=signer(STRANGER_KEY)
    )
    record = open_return_receipt(document, trusted=STRANGERS).record()
    scene.topics.lay(RETURN_RECEIPTS, scene.receipt_key, document, record.headers)


def _file_as_a_receipt(scene: Scene) -> None:
    record = scene.file_of_another
    scene.topics.lay(RETURN_RECEIPTS, scene.receipt_key, record.value, record.headers)


def _receipt_under_another_device(scene: Scene) -> None:
    """With its certificate of generation 2 it would spend the generation that the attacked device is in."""
    record = scene.receipt
    scene.topics.lay(RETURN_RECEIPTS, f"{scene.file_key}/1", record.value, record.headers)


def _tombstone_of_the_receipt(scene: Scene) -> None:
    scene.topics.lay(RETURN_RECEIPTS, scene.receipt_key, None)


def _receipt_with_a_header_twice(scene: Scene) -> None:
    record = scene.receipt
    headers = (*record.headers, ("generation", b"1"))
    scene.topics.lay(RETURN_RECEIPTS, scene.receipt_key, record.value, headers)


ATTACKS: dict[str, Callable[[Scene], None]] = {
    "a junk file ahead of all": _junk_file,
    "a file signed by another key": _forged_file,
    "the file of another device": _file_of_another_device,
    "an older file again": _older_file,
    "a tombstone of the file": _tombstone_of_the_file,
    "a mark of replacement": _mark_of_replacement,
    "a file with a header twice": _header_twice,
    "a file under the bare serial": _junk_under_the_bare_serial,
    "a junk receipt ahead of all": _junk_receipt,
    "a receipt signed by another key": _forged_receipt,
    "a file as a receipt": _file_as_a_receipt,
    "a receipt under another device": _receipt_under_another_device,
    "a tombstone of the receipt": _tombstone_of_the_receipt,
    "a receipt with a header twice": _receipt_with_a_header_twice,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_false_is_handed_out_or_recorded(scene: Scene, attack: Callable[[Scene], None]) -> None:
    before, read = _recorded(scene), scene.topics.read()
    attack(scene)
    scene.topics.wait_until_read(read)
    _assert_all_is_right(scene)
    assert _recorded(scene) == before


def test_after_all_that_fresh_readers_and_a_restarted_signer_have_it_right_again(scene: Scene, kit: Kit) -> None:
    stranger = LogSigner(origin_of(DEFAULT_LOG_NAME, 0), Ed25519PrivateKey.generate())
    for key, note in (("0", b"junk"), ("0", stranger.sign(AHEAD, bytes(32)).encode()), ("no ledger", b"junk")):
        scene.topics.lay(CHECKPOINTS, key, note)
    for attack in ATTACKS.values():
        attack(scene)

    parts = {part.name: kit.make(part) for part in PARTS}
    parts["signer"].stop()
    parts["device-sync"].stop()
    (kit.state / "device-sync.sqlite").unlink()
    for name in ("signer", "device-sync"):
        parts[name].launch()
    for name in ("signer", "device-sync"):
        parts[name].wait(lambda _line: None)

    until(lambda: scene.last(LICENSE_FILES, scene.file_key) == scene.files[-1])
    _assert_all_is_right(scene)
    until(lambda: scene.last(RETURN_RECEIPTS, scene.receipt_key) == scene.receipt)
    assert xmlsec1(scene.attacked.box().license_file_path, scene.attacked.keys.license_certificate)
    assert 'licensing_signer_foreign_records_total{topic="licensing.signer.license-files"}' in metrics(kit, "signer")
    next_one = _allocate_one_more(scene.attacked)
    assert scene.attacked.firmware().sync_to(next_one).sequence == next_one


def _assert_all_is_right(scene: Scene) -> None:
    """Box and partner get the same bytes as ever: of the attacked device, and of one that nobody touched."""
    for story in (scene.attacked, scene.untouched):
        right = story.box().license_file_path.read_bytes()
        assert story.firmware().ask("GET", "license-file").body == right
        by_hand = story.partner.send("GET", f"/v1/devices/{story.serial}/license-file")
        assert (by_hand.status_code, by_hand.content) == (200, right)
    receipt = scene.receipt.value
    assert scene.returned.firmware().receipt() == receipt
    assert scene.returned.partner.send("GET", f"/v1/devices/{scene.returned.serial}/return-receipt").content == receipt


def _is_delivered(story: Story) -> bool:
    """Whether the partner is told that the device has its newest file."""
    device = story.partner.get_device(story.serial)
    return device["delivered_issue"] == device["issue"]


def _recorded(scene: Scene) -> list[Any]:
    """What the ledger knows of the three devices, deliveries included; when they were seen is no knowledge of its."""
    stories = (scene.attacked, scene.returned, scene.untouched)
    shown = [story.partner.get(f"/v1/devices/{story.serial}") for story in stories]
    return [{name: value for name, value in one.items() if name != "last_seen"} for one in shown]
