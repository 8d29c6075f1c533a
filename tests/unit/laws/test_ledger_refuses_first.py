"""Each law from both sides: the ledger refuses the command, and the signer stops at the entry that would come of it."""

from collections.abc import Iterable

import pytest

from contracts.events import Event
from ledger.domain.decisions import AlreadyDone, Rejection
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from tests.support.forgeries import FORGERIES, Forgery
from tests.support.ledger.ledger_log import Log
from tests.support.signer.story import TRUSTED


class NothingWanted:
    """Every document was made, so that only the laws of the books are asked."""

    def lacks_file(self, *_: object, **__: object) -> bool:
        return False

    lacks_receipt = lacks_file


def read(events: Iterable[Event]) -> None:
    """What the signer does with a log of these events; raises LawBrokenError."""
    reading = Reading(0, trusted=TRUSTED, wanted=NothingWanted(), anchor=None)
    for value in Log().add(*events).values:
        reading.take(value)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.law)
def test_the_ledger_makes_no_entry_that_breaks_the_law(forgery: Forgery) -> None:
    ledger, events = forgery.history()
    (actor, command), forged = forgery.entry()
    answer = ledger.when(actor, command).answer
    if isinstance(answer, Rejection):
        assert answer.code == forgery.code
        read(events)
    else:
        assert forgery.code is None
        assert answer is not None
        assert not isinstance(answer, AlreadyDone)
        read([*events, answer])
    with pytest.raises(LawBrokenError) as broken:
        read([*events, forged])
    assert broken.value.law == forgery.law
