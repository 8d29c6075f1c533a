"""The help desk's webhook: believed for its signature, once, and only while it is fresh."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.stack.keys import make_webhook_key
from ledger.entrypoints.api.http.webhook_signature import read_keys, signature
from runtime.settings import SettingsWrong
from simulator.help_desk import HelpDesk
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.support_cases import notice

PATH = "/webhooks/support-cases"


class Desk:
    """A help desk whose key an API in memory knows."""

    def __init__(self, folder: Path) -> None:
        self.api = Api()
        self.desk = self.with_new_key(folder / "first")

    def with_new_key(self, file: Path) -> HelpDesk:
        make_webhook_key(file)
        self.api.webhook_keys += read_keys(file)
        return HelpDesk("http://test", file)

    async def send(self, said: dict[str, Any], *, seconds: float = 0, desk: HelpDesk | None = None) -> httpx.Response:
        body = json.dumps(said).encode()
        at = self.api.now.timestamp() + seconds
        return await self.post(body, (desk or self.desk).headers(said, body, at=at))

    async def post(self, body: bytes, head: dict[str, str]) -> httpx.Response:
        return await self.api.client.post(PATH, content=body, headers=head)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_signature_is_the_one_that_the_specification_shows() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    said = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_case_is_taken_with_its_texts(desk: Desk) -> None:
    taken = await desk.send(notice(revision=3))
    assert taken.json() == {"number": "CAS-104211", "revision": 3, "outcome": "taken"}
    assert desk.api.support_cases.texts["CAS-104211"].title == "No dial tone after the update"


async def test_a_signature_covers_id_time_and_every_byte(desk: Desk) -> None:
    body = json.dumps(notice()).encode()
    head = desk.desk.headers(notice(), body, at=desk.api.now.timestamp())
    later = str(int(head["webhook-timestamp"]) + 1)
    changes = [
        (body.replace(b"dial", b"deal"), head),
        (body + b" ", head),
        (body, head | {"webhook-id": "another"}),
        (body, head | {"webhook-timestamp": later}),
        (body, head | {"webhook-signature": head["webhook-signature"].replace("v1,", "v2,")}),
        *((body, {name: value for name, value in head.items() if name != left_out}) for left_out in WEBHOOK_HEADERS),
    ]
    for changed, other in changes:
        assert problem(await desk.post(changed, other)) == (403, "webhook_signature_invalid")
    assert not desk.api.support_cases.facts
    assert (await desk.post(body, head)).status_code == 200


WEBHOOK_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


async def test_a_key_of_somebody_else_signs_nothing(desk: Desk, tmp_path: Path) -> None:
    make_webhook_key(tmp_path / "other")
    other = HelpDesk("http://test", tmp_path / "other")
    assert problem(await desk.send(notice(), desk=other)) == (403, "webhook_signature_invalid")


async def test_without_a_key_nothing_is_believed(desk: Desk) -> None:
    desk.api.webhook_keys.clear()
    assert problem(await desk.send(notice())) == (403, "webhook_signature_invalid")


async def test_a_key_is_rotated_without_a_gap(desk: Desk, tmp_path: Path) -> None:
    newer = desk.with_new_key(tmp_path / "second")
    assert (await desk.send(notice(revision=1))).status_code == 200
    assert (await desk.send(notice(revision=2), desk=newer)).status_code == 200
    both = tmp_path / "both"
    both.write_text((tmp_path / "first").read_text() + (tmp_path / "second").read_text())
    desk.api.webhook_keys[:] = desk.api.webhook_keys[1:]
    assert (await desk.send(notice(revision=3), desk=HelpDesk("http://test", both))).status_code == 200
    assert problem(await desk.send(notice(revision=4))) == (403, "webhook_signature_invalid")


@pytest.mark.parametrize("seconds", [-302, 302])
async def test_a_webhook_of_another_time_is_refused(desk: Desk, seconds: float) -> None:
    assert problem(await desk.send(notice(), seconds=seconds)) == (403, "webhook_out_of_time")
    assert (await desk.send(notice(), seconds=seconds * 0.99)).status_code == 200


@pytest.mark.parametrize("seconds", ["", "-1", "1e9", "9" * 12, "٣٣", "99999999999"])
async def test_a_time_that_is_none_is_refused(desk: Desk, seconds: str) -> None:
    body = json.dumps(notice()).encode()
    head = desk.desk.headers(notice(), body) | {"webhook-timestamp": seconds}
    if seconds.isascii():
        head["webhook-signature"] = signature(desk.api.webhook_keys[0], head["webhook-id"], seconds, body)
    refused = await desk.api.client.post(
        PATH, content=body, headers={name.encode(): value.encode() for name, value in head.items()}
    )
    assert problem(refused)[0] == 403


async def test_the_same_webhook_is_refused_the_second_time_and_a_new_one_repeats_it(desk: Desk) -> None:
    assert (await desk.send(notice())).json()["outcome"] == "taken"
    assert problem(await desk.send(notice())) == (409, "webhook_replayed")
    assert (await desk.send(notice(), seconds=1)).json()["outcome"] == "repeated"


async def test_a_replay_is_refused_until_its_time_is(desk: Desk) -> None:
    body = json.dumps(notice()).encode()
    head = desk.desk.headers(notice(), body, at=desk.api.now.timestamp())
    await desk.post(body, head)
    for minutes in (1, 2, 3):
        desk.api.now += timedelta(minutes=1)
        assert problem(await desk.post(body, head)) == (409, "webhook_replayed"), minutes
    desk.api.now += timedelta(minutes=3)
    assert problem(await desk.post(body, head)) == (403, "webhook_out_of_time")


async def test_an_older_revision_changes_nothing(desk: Desk) -> None:
    await desk.send(notice(revision=5))
    stale = await desk.send(notice(revision=4, title="Out of date"))
    assert (stale.status_code, stale.json()["outcome"]) == (200, "stale_revision")
    assert desk.api.support_cases.texts["CAS-104211"].title == "No dial tone after the update"


@pytest.mark.parametrize(
    "change",
    [
        {"messages": [{"time": "2026-11-24T08:12:00Z", "side": "internal", "text": "He is wrong."}]},
        {"internal_notes": "He is wrong."},
        {"title": ""},
        {"title": "a\u202eb"},
        {"messages": [{"time": "2026-11-24T08:12:00Z", "side": "vendor", "text": "x"}] * 201},
    ],
)
async def test_what_is_no_public_case_is_refused_without_being_repeated(desk: Desk, change: dict[str, Any]) -> None:
    refused = await desk.send(notice() | change)
    assert problem(refused) == (422, "request_invalid")
    assert "wrong." not in refused.text


async def test_an_ambiguous_body_is_refused(desk: Desk) -> None:
    body = json.dumps(notice()).encode().replace(b'"number"', b'"state": "closed", "number"')
    head = desk.desk.headers(notice(), body, at=desk.api.now.timestamp())
    assert problem(await desk.post(body, head)) == (422, "request_invalid")


async def test_a_body_is_bounded_before_it_is_verified(desk: Desk) -> None:
    assert problem(await desk.post(b" " * (64 * 1024 + 1), {})) == (413, "body_too_big")


async def test_nothing_but_a_post_comes_in_there(desk: Desk) -> None:
    assert (await desk.api.client.get(PATH)).status_code == 405
    assert (await desk.api.client.get(PATH + "/")).status_code == 404


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "whsec_!!!!", "whsec_" + "A" * 44 + "\n" + "B" * 7])
def test_a_file_without_good_keys_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys"
    file.touch(mode=0o600)
    file.write_text(text)
    with pytest.raises(SettingsWrong):
        read_keys(file)


def key_of(line: str) -> bytes:
    return base64.b64decode(line.removeprefix("whsec_"))


@pytest.mark.parametrize("place", ["", "now/CAS-1", "2026-11-24T08:12:00/CAS-1", "0001-01-01T00:00:00+14:00/CAS-1"])
async def test_a_cursor_that_no_page_gave_is_refused(place: str) -> None:
    cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    refused = await Api().get(f"/v1/support-cases?cursor={cursor or '~'}")
    assert problem(refused) == (422, "request_invalid")
