"""What a follower applies the records of a ledger to: its rows."""

from contracts.events import Event
from contracts.log.entries import LEDGER_ENTRIES, source_of
from contracts.log.set_aside import named
from contracts.log.stopped_reading import StoppedReading
from ledger.application.projection.store import ProjectionStore
from runtime.projection.log_rows import LogRows, ProjectedLog, SettingAsideByRows
from runtime.projection.poison import PoisonBox

_SETTING_ASIDE: SettingAsideByRows[Event] = SettingAsideByRows(named=named, behind=StoppedReading)


def ledger_rows(store: ProjectionStore, ledger: int, poison: PoisonBox) -> LogRows[Event]:
    """The rows of one ledger."""
    log = ProjectedLog(number=ledger, source=source_of(ledger), entries=LEDGER_ENTRIES, set_aside=_SETTING_ASIDE)
    return LogRows(store, log, poison)
