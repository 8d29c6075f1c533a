"""What must hold of an entry of the ledger before the view believes it.

The ledger's writer and the signer hold entries against all laws. The view asks for those by which it would come to
think that somebody may do what he may not, or know a thing twice; an entry that names what is not there fails anyway.
"""

from contracts.actors import Account
from contracts.events import Event
from contracts.events.claims import DeviceClaimed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import DeviceAdded
from contracts.events.members import RightsGranted, RightsRevoked
from contracts.events.replacements import DeviceReplaced
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.set_aside import wrong
from contracts.log.stop import UnlawfulEntryError
from rma.domain.ledger_view import LedgerView


def require_lawful(view: LedgerView, event: Event) -> None:
    """Raises UnlawfulEntryError for an entry that the view can't follow without guessing."""
    match event:
        case LedgerFounded():
            _require(view.vendor is None, "ledger_founded_once", "the ledger was founded before")
        case CompanyRegistered():
            _require(event.company not in view.companies, "company_registered_once", f"{event.company} is known")
        case ProjectCreated():
            _require(event.company in view.companies, "company_unknown", f"there is no company {event.company}")
            _require(event.project not in view.projects, "project_opened_once", f"{event.project} is known")
        case RightsGranted() | RightsRevoked():
            _require(event.project in view.projects, "project_unknown", f"there is no project {event.project}")
        case DeviceAdded() | DeviceMoved() | DeviceClaimed():
            project = event.device.project
            _require(project in view.projects, "project_unknown", f"there is no project {project}")
        case DeviceReplaced():
            _require(event.former.serial in view.devices, "device_unknown", f"{event.former.serial} is in no project")
            _require(event.rma not in view.swaps, "rma_twice", f"{event.rma} has replaced a device before")
        case SettingAsideProposed() | EntriesSetAside():
            _require_by_staff(view, event)
        case _:
            pass


def _require_by_staff(view: LedgerView, event: SettingAsideProposed | EntriesSetAside) -> None:
    """A decision is two persons' of the staff, and what the first one has proposed."""
    for person in {event.proposed_by, getattr(event, "approved_by", event.proposed_by)}:
        is_staff = view.is_staff(Account(account=person, company=event.company))
        _require(is_staff, "set_aside_wrong", f"account {person} is none of the vendor's staff")
    if isinstance(event, EntriesSetAside):
        why = wrong(event, view.set_asides.get(event.decision))
        _require(not why, "set_aside_wrong", why)
    else:
        is_new = event.decision not in view.set_asides
        _require(is_new, "set_aside_wrong", f"decision {event.decision} was proposed before")


def _require(holds: bool, law: str, sentence: str) -> None:  # noqa: FBT001 - reads as what it says
    if not holds:
        raise UnlawfulEntryError(law, sentence)
