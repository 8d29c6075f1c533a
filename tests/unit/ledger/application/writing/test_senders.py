"""What the writer takes as proven, over time: keys that change, tokens that end, and senders that it forgets."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contracts.actors import Account
from contracts.commands import CommandRecord
from contracts.commands.replacements import RecommissionDevice
from contracts.commands.returns import ReturnLicenses
from contracts.documents.return_document import verify_return
from contracts.topics import COMMANDS
from ledger.application.writing.received_command import ReceivedCommand
from ledger.application.writing.senders import Senders
from runtime import senders
from runtime.commands import Prover
from runtime.eventlog import UndecodableCommandError
from runtime.kafka import Record
from runtime.senders import KEPT_SECONDS, LATE_SECONDS
from runtime.tokens import TokenKey, Tokens, read_jwks
from tests.support.issuer import AUDIENCE, ISSUER, KID, Issuer
from tests.support.ledger import story
from tests.support.vendor import Box, Vendor

ANNA = Account(account=story.ANNA, company=story.ADRIA)
VENDOR = Vendor()
SHARED = ReturnLicenses.model_fields.keys() & RecommissionDevice.model_fields.keys() - {"name"}


class Desk:
    """The writer's side, with a clock and keys that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.issuer = Issuer()
        self.keys = [X25519PrivateKey.generate()]
        self.issuers_keys = dict(read_jwks(self.issuer.jwks()))
        self.verified = 0
        self.senders = Senders(
            topic_prefix="test.",
            keys=self.keys,
            tokens=Tokens(self._key_of, issuer=ISSUER, audience=AUDIENCE),
            trusted=VENDOR.trusted,
            clock=self._seconds,
        )

    def _key_of(self, kid: str) -> TokenKey | None:
        self.verified += 1
        return self.issuers_keys.get(kid)

    def _seconds(self) -> float:
        return self.now.timestamp()

    def token(self, seconds: int = 600, scope: str | None = None) -> str:
        issued = int(self.now.timestamp())
        return self.issuer.token(story.ANNA, story.ADRIA, iat=issued, exp=issued + seconds, scope=scope)

    def prover(self, key: int = 0) -> Prover:
        return Prover(self.keys[key].public_key())

    def check(self, command: ReturnLicenses | RecommissionDevice) -> str | None:
        """The code by which the writer refuses what carries a device's document."""
        refused = self.senders.refused(command)
        return refused.code if refused else None

    def receive(self, prover: Prover, token: str, project: str = "Hotel") -> ReceivedCommand:
        record = CommandRecord(
            command_id=f"{abs(hash(project)):064x}",
            actor=ANNA,
            reply_to="test",
            correlation_id="test",
            command=story.project(project),
        )
        value = record.json_bytes()
        proof = prover.key_for(token).prove(3, value)
        return self.senders.received(Record(f"test.{COMMANDS.name}", 3, 0, b"3", value, proof, 0))


def code(received: ReceivedCommand) -> str | None:
    return received.refusal.code if received.refusal else None


def test_a_token_is_verified_once_however_many_commands_come_under_it() -> None:
    desk = Desk()
    prover, token = desk.prover(), desk.token()
    received = [desk.receive(prover, token, f"Hotel {number}") for number in range(20)]
    assert desk.verified == 1
    assert {(one.token_key_id, code(one)) for one in received} == {(KID, None)}
    assert len({one.token_id for one in received}) == 1
    assert len({one.fingerprint() for one in received}) == 20


def test_a_command_may_be_decided_a_bounded_time_after_its_token_has_expired() -> None:
    desk = Desk()
    prover, token = desk.prover(), desk.token(seconds=600)
    desk.now += timedelta(seconds=600 + LATE_SECONDS - 10)
    assert code(desk.receive(prover, token)) is None
    desk.now += timedelta(seconds=10 + KEPT_SECONDS)
    assert code(desk.receive(prover, token)) == "bad_credentials"


@pytest.mark.parametrize(
    ("scope", "refusal"),
    [
        (None, None),
        ("openid profile", None),
        ("licenses:write", None),
        ("audio:read licenses:write openid", None),
        ("licenses:read", "scope_missing"),
        ("repairs:write audio:write licenses:read", "scope_missing"),
        ("licenses:read\tlicenses:write", "bad_credentials"),
    ],
)
def test_a_token_with_scopes_needs_the_one_to_write_licenses(scope: str | None, refusal: str | None) -> None:
    desk = Desk()
    assert code(desk.receive(desk.prover(), desk.token(scope=scope))) == refusal


def test_a_key_that_the_issuer_revokes_proves_nothing_a_minute_later() -> None:
    desk = Desk()
    prover, token = desk.prover(), desk.token()
    assert code(desk.receive(prover, token)) is None
    desk.issuers_keys.clear()
    desk.now += timedelta(seconds=KEPT_SECONDS)
    assert code(desk.receive(prover, token)) == "bad_credentials"


def test_while_the_writers_key_changes_both_open_and_afterwards_only_the_new_one() -> None:
    desk = Desk()
    desk.keys.append(X25519PrivateKey.generate())
    old, new = desk.prover(0), desk.prover(1)
    assert code(desk.receive(old, desk.token())) is None
    assert code(desk.receive(new, desk.token())) is None
    retired = desk.keys.pop(0).public_key()
    with pytest.raises(UndecodableCommandError, match="its proof cannot be read"):
        desk.receive(Prover(retired), desk.token())


def test_only_so_many_senders_are_kept_and_one_that_was_forgotten_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(senders, "KEPT_SENDERS", 2)
    desk = Desk()
    prover, tokens = desk.prover(), [desk.token(600 + number) for number in range(3)]
    for token in (*tokens, tokens[0]):
        assert code(desk.receive(prover, token)) is None
    assert desk.verified == 4


@pytest.mark.parametrize("value", [b"", b"{}", b"x" * 100_000])
def test_what_is_no_command_is_set_aside_with_a_reason(value: bytes) -> None:
    desk = Desk()
    proof = desk.prover().key_for(desk.token()).prove(0, value)
    with pytest.raises(UndecodableCommandError, match=r"Invalid JSON|Field required|a command has at most"):
        desk.senders.received(Record(f"test.{COMMANDS.name}", 0, 0, b"0", value, proof, 0))


def a_return(box: Box) -> ReturnLicenses:
    raw = box.return_document()
    return verify_return(raw, trusted=VENDOR.trusted, now=datetime.now(UTC), serial=box.serial).command()


def a_recommissioning(box: Box, **changes: Any) -> RecommissionDevice:
    said = a_return(box)
    shared = {name: getattr(said, name) for name in SHARED}
    return RecommissionDevice.model_validate(shared | {"reason": "Repaired after all"} | changes)


def test_a_recommissioning_that_says_what_its_document_says_is_taken() -> None:
    assert Desk().check(a_recommissioning(VENDOR.box(story.SERIAL))) is None


@pytest.mark.parametrize(
    ("member", "value"),
    [("generation", 2), ("document_digest", "0" * 64), ("certificate_sha256", "0" * 64), ("firmware", "12.00")],
)
def test_one_that_says_something_else_is_refused(member: str, value: object) -> None:
    box = VENDOR.box(story.SERIAL)
    changed = {member: value}
    assert Desk().check(a_recommissioning(box, **changed)) == "signature_invalid"
    assert Desk().check(a_return(box).model_copy(update=changed)) == "signature_invalid"


def test_the_document_of_another_box_recommissions_nothing() -> None:
    document = a_return(VENDOR.box(story.OTHER_SERIAL)).document
    box = VENDOR.box(story.SERIAL)
    assert Desk().check(a_recommissioning(box, document=document)) == "signature_invalid"


def test_nor_does_one_that_another_authority_certified() -> None:
    box = VENDOR.box(story.SERIAL)
    document = b64encode(Vendor().box(story.SERIAL).return_document()).decode()
    assert Desk().check(a_recommissioning(box, document=document)) == "certificate_not_vendor_signed"


@pytest.mark.parametrize("document", ["PHg+", "!"])
def test_nor_does_what_is_no_document(document: str) -> None:
    command = a_recommissioning(VENDOR.box(story.SERIAL)).model_copy(update={"document": document})
    assert Desk().check(command) == "document_malformed"
