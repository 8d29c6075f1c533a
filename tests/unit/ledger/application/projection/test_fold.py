"""What entries do to the rows, without a database."""

import pytest

from contracts.accounts import device_account, project_account
from contracts.events import Event
from contracts.licenses import Lot
from contracts.log.entries import Entry, decode_entry
from contracts.log.stop import UnlawfulEntryError
from ledger.application.projection.activation_keys import RedemptionRow
from ledger.application.projection.devices import DeviceRow
from ledger.application.projection.fold import MovementRow, effects_of, touched
from ledger.application.projection.license_files import LicenseFileDeliveryRow
from ledger.application.projection.members import MemberRow
from ledger.application.projection.projects import ProjectRow
from tests.support.ledger import ledger_log as log
from tests.support.ledger.projected import projected


def entries(made: log.Log) -> list[Entry[Event]]:
    return [decode_entry(value) for value in made.values]


def test_the_main_job_leaves_what_the_events_say() -> None:
    changes = projected(entries(log.story()))

    assert changes.held[project_account(log.HOTEL)] == {"Port11": 50, "BRI": 0}
    assert changes.of(DeviceRow)[-1].licenses == (log.bri(4),)
    assert [row.name for row in changes.of(ProjectRow)] == ["DEFAULT", "DEFAULT", "Hotel Adria"]
    assert [row.account for row in changes.of(MemberRow)] == [log.STAFF, log.ANNA]
    assert [(row.key_digest, row.project) for row in changes.of(RedemptionRow)] == [(log.digest("k"), log.HOTEL)]
    assert [(row.serial, row.issue) for row in changes.of(LicenseFileDeliveryRow)] == [(log.SERIAL, 2)]


def test_movements_are_one_row_a_posting_and_sum_to_zero() -> None:
    movements = projected(entries(log.story())).of(MovementRow)

    assert [(row.sequence, row.line) for row in movements if row.sequence == 5] == [(5, 0), (5, 1), (5, 2), (5, 3)]
    assert sum(row.units for row in movements) == 0


def test_only_accounts_that_may_not_go_below_zero_are_asked_for() -> None:
    assert touched(effects_of(entries(log.story()))) == {project_account(log.HOTEL), device_account(log.SERIAL)}


def test_splitting_a_history_anywhere_changes_nothing() -> None:
    history = entries(log.story())
    whole = projected(history).held
    for cut in range(len(history) + 1):
        first = projected(history[:cut]).held

        assert first | projected(history[cut:], first).held == whole


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (log.allocated(log.device(log.port(51), issue=2), log.port(51)), "would hold -1 Port11"),
        (log.allocated(log.device(log.port(30), issue=2), log.port(20)), "but its account holds"),
        (log.allocated(log.device(issue=2), log.port(20)), "but its account holds"),
        (log.added(log.device(log.port(1), issue=1)), "but its account holds"),
        (log.returned(log.device(issue=2, generation=2), log.port(1)), "would hold -1 Port11"),
    ],
)
def test_an_entry_that_breaks_a_law_is_refused(event: Event, reason: str) -> None:
    history = log.Log().add(log.founded(), log.registered(), log.project(), log.redeemed("k", log.port(50)), event)

    with pytest.raises(UnlawfulEntryError, match=reason):
        projected(entries(history))


def test_a_law_that_is_broken_only_for_a_moment_is_broken() -> None:
    lot: Lot = log.port(10)
    history = log.Log().add(log.allocated(log.device(lot, issue=2), lot), log.redeemed("k", log.port(50)))

    with pytest.raises(UnlawfulEntryError):
        projected(entries(history))
