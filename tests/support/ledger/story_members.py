"""More of the story: members, guests and their rights."""

from contracts.actors import Account
from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.fields import Right
from contracts.identifiers import derived_id
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    HOTEL,
    Story,
    a_project,
    a_stocked_project,
    anna,
    ben,
)

MIA, GUS = derived_id("mia", "account"), derived_id("gus", "account")
NOBODY = derived_id("nobody", "account")

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
