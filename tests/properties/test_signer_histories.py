"""Laws over generated histories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts import ISSUANCE, device_account, project_account
from contracts.documents import license_file
from contracts.events.devices import LicensesAllocated
from contracts.log.entries import decode_entry
from signer.application.own_records import Published
from signer.domain.changes import Change
from signer.domain.documents import DocumentSigner, SignedLicenseFile
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.laws import Drawn
from tests.support.signer.story import KEYS, PARTNER, PROJECT, PUBLIC_KEYS, TRUSTED, Story, is_proven, lots

SERIALS = ["009033000001", "009033000002", "009033000003"]
STOCK = {"Port11": 1000, "Voicemail11": 1000, "PRI": 1000}

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "allocate", "allocate", "return", "redeem", "replace"]),
        st.sampled_from(SERIALS),
        st.dictionaries(st.sampled_from(list(STOCK)), st.integers(1, 20), min_size=1),
    ),
    max_size=25,
)

histories = Drawn(steps)


def _history(moves: list[tuple[str, str, dict[str, int]]]) -> Story:
    """What a lawful writer would make of these wishes; a box returns once, as its next certificate is not at hand.

    A broken box is replaced by the first one that nobody has added yet.
    """
    story = Story().begin(STOCK)
    for number, (wish, serial, units) in enumerate(moves):
        known = serial in story.boxes and serial not in story.replaced
        unused = [one for one in SERIALS if one not in story.boxes]
        if wish == "add" and serial in unused:
            story.add_device(serial)
        elif wish == "redeem":
            story.redeem(f"key {number}", units)
        elif wish == "allocate" and known:
            story.allocate(units, serial)
        elif wish == "return" and known and story.boxes[serial].generation == 1:
            story.give_back(serial)
        elif wish == "replace" and known and unused:
            story.replace(unused[0], serial)
    return story


def _read(values: list[bytes]) -> list[Change]:
    reading = Reading(0, trusted=TRUSTED, wanted=Published(), anchor=None)
    return [taken for value in values if isinstance(taken := reading.take(value), Change)]


@histories.law
def test_a_lawful_history_is_taken_whole_and_its_last_files_say_what_the_devices_have(
    moves: list[tuple[str, str, dict[str, int]]],
) -> None:
    story, last = _history(moves), dict[str, bytes]()
    document_signer = DocumentSigner(0, KEYS)
    for change in _read(story.values):
        for document in document_signer.documents(change):
            if isinstance(document, SignedLicenseFile):
                last[document.record.serial] = document.content
    assert last.keys() == story.boxes.keys()
    for serial, content in last.items():
        file = license_file.verify(content, public_keys=PUBLIC_KEYS)
        assert {line.license_type: line.count for line in file.licenses} == story.boxes[serial].holdings
        assert (file.generation, file.issue) == (story.boxes[serial].generation, story.boxes[serial].issue)
        assert is_proven(file)


@histories.law
def test_the_same_history_makes_the_same_bytes(moves: list[tuple[str, str, dict[str, int]]]) -> None:
    values = _history(moves).values
    first, second = (
        [document.content for change in _read(values) for document in DocumentSigner(0, KEYS).documents(change)]
        for _ in range(2)
    )
    assert first == second


@histories.law
def test_over_all_accounts_each_type_sums_to_zero_and_only_issuance_is_negative(
    moves: list[tuple[str, str, dict[str, int]]],
) -> None:
    story, books = _history(moves), VerifiedLedger()
    for value in story.values:
        post(books, decode_entry(value).data)
    accounts = [ISSUANCE, project_account(PROJECT), *(device_account(serial) for serial in SERIALS)]
    for name in STOCK:
        assert sum(books.balance(account).get(name, 0) for account in accounts) == 0
    assert all(units > 0 for account in accounts[1:] for units in books.balance(account).values())


@given(steps, st.sampled_from(sorted(STOCK)), st.integers(-5, 5).filter(bool))
def test_a_device_block_that_states_another_count_is_never_signed(
    moves: list[tuple[str, str, dict[str, int]]], name: str, difference: int
) -> None:
    story = _history(moves).add_device("009033ffffff")
    box = story.boxes["009033ffffff"]
    box.issue = 2
    box.holdings = {name: 10}
    stated = box.licenses().model_copy(update={"licenses": lots({name: 10 + difference})})
    story.add(LicensesAllocated(company=PARTNER, lots=lots({name: 10}), device=stated))
    with pytest.raises(LawBrokenError) as caught:
        _read(story.values)
    assert caught.value.law == "device_licenses_wrong"
