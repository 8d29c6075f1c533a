"""Each law, broken once: the signer says which one, and takes nothing of the entry."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.documents.device_certificate import factory_certificate, generation_certificate, make_authority
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.licenses import DEFAULT_CATALOG, LicenseClass, LicenseTypeDefinition, Lot
from contracts.log.postings import Posting
from signer.application.own_records import Published
from signer.domain.changes import Change
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from signer.domain.verification.accounts import require_balanced
from tests.support.signer.story import (
    ACCOUNT,
    FACTORY_CA,
    FACTORY_DAY,
    FACTORY_KEY,
    KEYS,
    PARTNER,
    PROJECT,
    SERIAL,
    START,
    TRUSTED,
    VENDOR,
    Box,
    Story,
    lots,
)

OTHER_PROJECT = "00000000-0000-4000-8000-00000000000a"
OTHER = "009033aaaaaa"


def _reading() -> Reading:
    return Reading(0, trusted=TRUSTED, wanted=Published(), anchor=None)


def _broken_by(story: Story) -> str:
    """The law that the last entry breaks; the ones before it keep all of them."""
    return _breach(story).law


def _sentence_about(story: Story) -> str:
    return _breach(story).sentence


def _breach(story: Story) -> LawBrokenError:
    reading = _reading()
    for value in story.values[:-1]:
        reading.take(value)
    with pytest.raises(LawBrokenError) as caught:
        reading.take(story.values[-1])
    assert reading.sequence == len(story.values) - 1
    return caught.value


def _story() -> Story:
    return Story().begin({"Port11": 50, "PRI": 4}).add_device().allocate({"Port11": 20, "PRI": 4})


def _allocated(**changes: object) -> Event:
    device = Box(issue=3, holdings={"Port11": 21, "PRI": 4}).licenses().model_copy(update=changes)
    return LicensesAllocated(company=PARTNER, lots=lots({"Port11": 1}), device=device)


def _returned(**changes: object) -> Callable[[Story], Event]:
    return lambda story: story.a_return().model_copy(update=changes)


def _returned_device(**changes: object) -> Callable[[Story], Event]:
    def make(story: Story) -> Event:
        event = story.a_return()
        return event.model_copy(update={"device": event.device.model_copy(update=changes)})

    return make


def _wrong_class(license_type: str, license_class: LicenseClass) -> tuple[Lot, ...]:
    return (Lot.model_construct(license_type=license_type, license_class=license_class, count=1),)


EVENTS: list[tuple[str, Callable[[Story], Event]]] = [
    (
        "ledger_founded_once",
        lambda _: LedgerFounded(
            vendor=VENDOR, administrator=ACCOUNT, default_project=OTHER_PROJECT, catalog=DEFAULT_CATALOG
        ),
    ),
    ("project_opened_once", lambda _: ProjectCreated(company=VENDOR, project=PROJECT, project_name="Mine now")),
    (
        "project_opened_once",
        lambda _: CompanyRegistered(company=VENDOR, kind="reseller", administrator=ACCOUNT, default_project=PROJECT),
    ),
    (
        "key_redeemed_once",
        lambda _: ActivationKeyRedeemed(
            key_digest="f" * 64, company=PARTNER, project=PROJECT, lots=lots({"Port11": 1})
        ),
    ),
    ("device_added_once", lambda _: DeviceAdded(company=PARTNER, device=Box().licenses())),
    ("device_unknown", lambda _: _allocated(serial=OTHER)),
    ("device_issue_wrong", lambda _: _allocated(issue=2)),
    ("device_issue_wrong", lambda _: _allocated(issue=4)),
    ("device_generation_wrong", lambda _: _allocated(generation=2)),
    ("project_unknown", lambda _: _allocated(project=OTHER_PROJECT)),
    ("company_wrong", lambda _: _allocated().model_copy(update={"company": VENDOR})),
    ("device_licenses_wrong", lambda _: _allocated(licenses=lots({"Port11": 22, "PRI": 4}))),
    ("device_licenses_wrong", lambda _: _allocated(licenses=lots({"Port11": 21}))),
    ("device_licenses_wrong", lambda _: _allocated(licenses=lots({"Port11": 21, "PRI": 4, "BRI": 1}))),
    ("lots_repeated", lambda _: _allocated(licenses=lots({"Port11": 21}) * 2)),
    ("license_class_wrong", lambda _: _allocated(licenses=_wrong_class("Port11", "gateway"))),
    ("license_type_unknown", lambda _: _allocated(licenses=_wrong_class("Fancy11", "pbx"))),
    (
        "account_negative",
        lambda _: LicensesAllocated(
            company=PARTNER,
            lots=lots({"Port11": 31}),
            device=Box(issue=3, holdings={"Port11": 51, "PRI": 4}).licenses(),
        ),
    ),
    ("return_not_total", _returned(lots=lots({"Port11": 19}))),
    ("return_not_total", _returned(lots=lots({"Port11": 20, "PRI": 4}))),
    ("return_not_total", _returned(lots=())),
    ("device_generation_wrong", _returned(spent_generation=2)),
    ("device_generation_wrong", _returned_device(generation=1)),
    ("device_generation_wrong", _returned_device(generation=3)),
    ("device_issue_wrong", _returned_device(issue=2)),
    ("device_licenses_wrong", _returned_device(licenses=())),
    ("return_document_wrong", _returned(document_digest="0" * 64)),
    ("return_document_wrong", _returned(certificate_sha256="0" * 64)),
    ("return_document_wrong", _returned(document=b64encode(b"<license-return/>").decode())),
]


@pytest.mark.parametrize(("law", "event"), EVENTS)
def test_an_event_that_breaks_a_law_is_not_taken(law: str, event: Callable[[Story], Event]) -> None:
    story = _story()
    assert _broken_by(story.add(event(story))) == law


def test_a_device_does_not_change_its_project_by_an_allocation() -> None:
    story = _story().add(ProjectCreated(company=PARTNER, project=OTHER_PROJECT, project_name="Other"))
    assert _broken_by(story.add(_allocated(project=OTHER_PROJECT))) == "device_project_wrong"


def test_a_key_is_issued_once() -> None:
    story = _story()
    issued = ActivationKeyIssued(key_digest="e" * 64, key_hint="ABCD", lots=lots({"PRI": 1}), order_number="PO-2")
    assert _broken_by(story.add(issued).add(issued)) == "key_issued_once"


def test_a_key_is_redeemed_for_what_it_was_issued_for_and_once() -> None:
    issued = ActivationKeyIssued(key_digest="e" * 64, key_hint="ABCD", lots=lots({"PRI": 1}), order_number="PO-2")
    redeemed = ActivationKeyRedeemed(key_digest="e" * 64, company=PARTNER, project=PROJECT, lots=lots({"PRI": 1}))
    more = redeemed.model_copy(update={"lots": lots({"PRI": 2})})
    assert _broken_by(_story().add(issued).add(more)) == "key_lots_wrong"
    assert _broken_by(_story().add(issued).add(redeemed).add(redeemed)) == "key_redeemed_once"


def test_a_catalog_names_each_type_once() -> None:
    twice = (LicenseTypeDefinition(license_type="PRI", license_class="gateway"),) * 2
    founded = LedgerFounded(vendor=VENDOR, administrator=ACCOUNT, default_project=OTHER_PROJECT, catalog=twice)
    assert _broken_by(Story().add(founded)) == "lots_repeated"


def test_a_generation_is_spent_once() -> None:
    story = _story()
    event = story.a_return()
    assert _broken_by(story.add(event).add(event)) == "device_generation_wrong"


def test_a_generation_that_was_spent_is_not_given_back_again_under_the_next_one() -> None:
    story = _story()
    event = story.a_return()
    again = event.model_copy(update={"device": event.device.model_copy(update={"generation": 3})})
    assert _sentence_about(story.add(event).add(again)) == "generation 1 was given back, but generation 2 is current"


def test_postings_that_make_licenses_out_of_nothing_are_refused() -> None:
    with pytest.raises(LawBrokenError, match="makes or loses"):
        require_balanced([Posting("a", "Port11", -1), Posting("b", "Port11", 2)])


def test_a_return_under_a_self_made_certificate_proves_nothing() -> None:
    story = _story()
    thief = Box(key=ec.derive_private_key(99, ec.SECP256R1()))
    thief.certificate = _self_made(thief)
    story.boxes[SERIAL].holdings = {"Port11": 20, "PRI": 4}
    raw = thief.return_document()
    event = story.a_return().model_copy(update={"document": b64encode(raw).decode()})
    assert _broken_by(story.add(event)) == "return_document_wrong"


def test_a_return_under_a_generation_1_of_our_own_authority_proves_nothing() -> None:
    story = _story()
    box = story.boxes[SERIAL]
    box.certificate = factory_certificate(
        KEYS.generation_ca_certificate,
        KEYS.generation_ca,
        serial=SERIAL,
        public_key=box.key.public_key(),
        not_before=START,
    )
    raw = box.return_document()
    box.certificate = None
    event = story.a_return().model_copy(update={"document": b64encode(raw).decode()})
    assert "issues no generation 1" in _sentence_about(story.add(event))


def test_a_return_under_a_later_generation_of_the_factory_proves_nothing() -> None:
    story = _story().give_back()
    box = story.boxes[SERIAL]
    box.certificate = generation_certificate(
        FACTORY_CA, FACTORY_KEY, serial=SERIAL, generation=2, public_key=box.key.public_key(), not_before=START
    )
    raw = box.return_document()
    box.certificate = generation_certificate(
        KEYS.generation_ca_certificate,
        KEYS.generation_ca,
        serial=SERIAL,
        generation=2,
        public_key=box.key.public_key(),
        not_before=START,
    )
    event = story.a_return().model_copy(update={"document": b64encode(raw).decode()})
    assert "issues no generation 2" in _sentence_about(story.add(event))


def test_a_return_document_of_another_device_proves_nothing() -> None:
    story = _story().add_device(OTHER)
    foreign = story.a_return(OTHER)
    event = story.a_return().model_copy(
        update={
            "document": foreign.document,
            "document_digest": foreign.document_digest,
            "certificate_sha256": foreign.certificate_sha256,
        }
    )
    assert _broken_by(story.add(event)) == "return_document_wrong"


def test_a_changed_byte_in_the_return_document_is_noticed() -> None:
    story = _story()
    event = story.a_return()
    document = event.document[:200] + ("A" if event.document[200] != "A" else "B") + event.document[201:]
    assert _broken_by(story.add(event.model_copy(update={"document": document}))) == "return_document_wrong"


def test_a_return_right_after_the_certificate_was_made_holds_whatever_the_clocks_say() -> None:
    story = Story().begin().add_device()
    box = story.boxes[SERIAL]
    box.certificate = _future_factory_certificate(box)
    reading = _reading()
    for value in story.give_back().values:
        reading.take(value)
    assert reading.sequence == 6


def test_the_root_is_that_of_exactly_the_accepted_entries() -> None:
    story, reading = _story(), _reading()
    for value in story.values:
        reading.take(b"noise")
        change = reading.take(value)
        assert not isinstance(change, Change) or reading.root() == change.root
    assert reading.sequence == len(story.values)


def _self_made(box: Box) -> x509.Certificate:
    fake = make_authority(box.key, "Device CA", not_before=FACTORY_DAY)
    return factory_certificate(fake, box.key, serial=SERIAL, public_key=box.key.public_key(), not_before=FACTORY_DAY)


def _future_factory_certificate(box: Box) -> x509.Certificate:
    later = START + timedelta(hours=1)
    return factory_certificate(
        FACTORY_CA, FACTORY_KEY, serial=SERIAL, public_key=box.key.public_key(), not_before=later
    )
