"""What a viewer may see: the ledger's rules of rights (rules X1 to X7), applied to the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from contracts.fields import Right
from ledger.application.queries.visibility import Viewer
from runtime.accesses import read_by_staff
from runtime.denied import NoRight

_MEMBER = """
SELECT c.kind, m.administrator FROM members AS m JOIN companies AS c USING (ledger, company)
 WHERE m.ledger = $1 AND m.account = $2 AND m.company = $3"""
_PREDECESSORS = "SELECT predecessor FROM predecessors WHERE ledger = $1 AND company = ANY ($2) ORDER BY predecessor"
_GRANTS = "SELECT project, rights FROM grants WHERE ledger = $1 AND account = $2 AND acting_for = $3"

RIGHTS: tuple[Right, ...] = get_args(Right)
"""All of them, in the order in which answers name them."""

Reach = tuple[bool, str | None, list[str]]
"""Everything, what a company has, single projects; as of Scope.lists."""
_OF_COMPANY = "SELECT project FROM projects WHERE ledger = $1 AND company = $2 AND project = ANY($3) ORDER BY project"


@dataclass(frozen=True, slots=True)
class Scope:
    """A viewer's reach: `company` is the one it is a member of; its administrators see all of it, the staff all.

    `guarantee` says that it may know of warranties, which end customers never do (rule F4), `presales` of presales
    cases, which are for resellers (rule F9).
    """

    company: str | None = None
    administers: bool = False
    sees_all: bool = False
    guarantee: bool = False
    presales: bool = False
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def may(self, company: str, project: str, right: Right) -> bool:
        """Whether the viewer has this right in a project of a company."""
        whole = self.sees_all or (self.administers and company == self.company)
        return whole or right in self.grants.get(project, ())

    def rights_in(self, company: str, project: str) -> tuple[Right, ...]:
        """What the viewer may do in a project of a company: staff looks at it, and acts by commands of its own."""
        if self.administers and company == self.company:
            return RIGHTS
        granted = self.grants.get(project, frozenset())
        return tuple(one for one in RIGHTS if one in granted or (self.sees_all and one == "view"))

    def require(self, company: str, project: str, right: Right) -> bool:
        """As `may`; raises NoRight where a refusal is no secret: in its company or in a project it sees (rule X7)."""
        if self.may(company, project, right):
            return True
        if company == self.company or self.may(company, project, "view"):
            raise NoRight(right)
        return False

    def administers_or_staff(self, company: str) -> bool:
        """Whether it may know who belongs to a company; raises NoRight where a refusal is no secret."""
        if not self.sees_all and self.company != company:
            return False
        if not self.administers:
            raise NoRight("rights")
        return True

    def as_partner(self) -> "Scope":
        """It without what staff may: the reach of an administrator of its own company."""
        return replace(self, sees_all=False)

    def lists(self, right: Right = "view") -> Reach:
        """For lists of projects where it has this right: all of them, those of a company, and single ones."""
        granted = sorted(project for project, rights in self.grants.items() if right in rights)
        return self.sees_all, self.company if self.administers else None, granted


async def scope_of(connection: Any, ledger: int, viewer: Viewer) -> Scope:
    """The scope of an account that acts for a company; empty for one that does not belong to it."""
    member = await connection.fetchrow(_MEMBER, ledger, viewer.account, viewer.company)
    if member is None:
        return Scope()
    if is_staff := member["administrator"] and member["kind"] == "vendor":
        read_by_staff()
    grants = await connection.fetch(_GRANTS, ledger, viewer.account, viewer.company)
    return Scope(
        company=viewer.company,
        administers=member["administrator"],
        sees_all=is_staff,
        guarantee=member["kind"] != "end_customer",
        presales=member["kind"] == "reseller",
        grants={row["project"]: frozenset(row["rights"]) for row in grants},
    )


async def narrowed(connection: Any, ledger: int, reach: Reach, company: str | None) -> Reach:
    """A reach within one company, where one is named."""
    everything, own, projects = reach
    if company is None:
        return reach
    if everything:
        return False, company, []
    rows = await connection.fetch(_OF_COMPANY, ledger, company, projects) if projects else ()
    return False, own if own == company else None, [row[0] for row in rows]


async def predecessors_of(connection: Any, ledger: int, companies: Sequence[str]) -> list[str]:
    """The companies that some companies took over, those among them that these had taken over before.

    What they did is the history of the company that has their projects and devices now.
    """
    return [row[0] for row in await connection.fetch(_PREDECESSORS, ledger, list(companies))]
