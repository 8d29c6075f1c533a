"""What a follower applies the records of a ledger to: its rows."""

from contracts.events import Event
from contracts.log.entries import LEDGER_ENTRIES, source_of
from contracts.log.set_aside import named
from contracts.log.stopped_reading import StoppedReading
from ledger.application.projection.store import ProjectionStore
from runtime.projection.log_rows import LogRows, ProjectedLog, SettingAsideByRows
from runtime.projection.poison import PoisonBox


def ledger_rows(store: ProjectionStore, ledger: int, poison: PoisonBox) -> LogRows[Event]:
    """The rows of one ledger."""
    set_aside: SettingAsideByRows[Event] = SettingAsideByRows(store=store, named=named, behind=StoppedReading)
    log = ProjectedLog(number=ledger, source=source_of(ledger), entries=LEDGER_ENTRIES, set_aside=set_aside)
    return LogRows(store, log, poison)
