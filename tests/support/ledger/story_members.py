"""More of the story: commands and persons for members, rights, moves and claim codes."""

from contracts.actors import Account
from contracts.commands.claims import ClaimDevice, CreateClaimCode, WithdrawClaimCode
from contracts.commands.device_moves import (
    AcceptDevice,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, RenameProject
from contracts.fields import Right
from contracts.identifiers import default_project_of, derived_id
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    SERIAL,
    Story,
    a_project,
    a_stocked_project,
    anna,
    ben,
)
from tests.support.ledger.story import licenses as licenses_of

MIA, GUS = derived_id("mia", "account"), derived_id("gus", "account")
NOBODY = derived_id("nobody", "account")
BORAS = default_project_of(BORA)
CODE = "e5" * 32

mia = Account(account=MIA, company=ADRIA)
"""A member of Anna's company."""
gus = Account(account=GUS, company=BORA)
"""A member of Ben's company, who is a guest in Anna's project."""


def member(account: str = MIA, company: str = ADRIA, *, administrator: bool = False) -> AddMember:
    return AddMember(company=company, account=account, administrator=administrator)


def dismiss(account: str = MIA, company: str = ADRIA) -> RemoveMember:
    return RemoveMember(company=company, account=account)


def grant(account: str, acting_for: str, *rights: Right, project: str = HOTEL) -> GrantRights:
    return GrantRights(project=project, account=account, acting_for=acting_for, rights=rights)


def revoke(account: str, acting_for: str, *rights: Right, project: str = HOTEL) -> RevokeRights:
    return RevokeRights(project=project, account=account, acting_for=acting_for, rights=rights)


def rename(name: str, project: str = HOTEL) -> RenameProject:
    return RenameProject(project=project, project_name=name)


def archive(project: str = HOTEL) -> ArchiveProject:
    return ArchiveProject(project=project)


def transfer(source: str = HOTEL, target: str = DEFAULT, *, held: bool = False, **counts: int) -> MoveLicenses:
    return MoveLicenses(source=source, target=target, licenses=licenses_of(**counts), held=held)


def deallocate(serial: str = SERIAL, project: str = HOTEL, **counts: int) -> DeallocateLicenses:
    return DeallocateLicenses(project=project, serial=serial, licenses=licenses_of(**counts))


def move(project: str = DEFAULT, serial: str = SERIAL) -> MoveDevice:
    return MoveDevice(serial=serial, project=project)


def release(serial: str = SERIAL) -> ReleaseDevice:
    return ReleaseDevice(serial=serial)


def offer(company: str = BORA, serial: str = SERIAL) -> OfferDevice:
    return OfferDevice(serial=serial, company=company)


def withdraw(serial: str = SERIAL) -> WithdrawDeviceOffer:
    return WithdrawDeviceOffer(serial=serial)


def accept(project: str = BORAS, serial: str = SERIAL) -> AcceptDevice:
    return AcceptDevice(serial=serial, project=project)


def staff_moves(project: str = BORAS, serial: str = SERIAL) -> TransferDevice:
    return TransferDevice(serial=serial, project=project, reason="The hotel was sold.", reference="CASE-1174")


def code(project: str = HOTEL, digest: str = CODE) -> CreateClaimCode:
    return CreateClaimCode(project=project, code_digest=digest, code_hint="K3YZ")


def withdraw_code(project: str = HOTEL, digest: str = CODE) -> WithdrawClaimCode:
    return WithdrawClaimCode(project=project, code_digest=digest)


def claim(serial: str = SERIAL, digest: str = CODE) -> ClaimDevice:
    return ClaimDevice(serial=serial, code_digest=digest)


def a_project_with_people() -> Story:
    """Mia and Gus belong to a company each, and have no rights yet."""
    return a_project().given((anna, member()), (ben, member(GUS, BORA)))


def a_stocked_project_with_people() -> Story:
    """The same with licenses, and one empty device."""
    return a_stocked_project().given((anna, member()), (ben, member(GUS, BORA)))


def a_member_with(*rights: Right) -> Story:
    return a_stocked_project_with_people().given((anna, grant(MIA, ADRIA, *rights)))


def a_guest_with(*rights: Right) -> Story:
    return a_stocked_project_with_people().given((anna, grant(GUS, BORA, *rights)))
