"""The accounts between which licenses move: `issuance`, `project/<id>`, `held/<project>`, `device/<serial>`, `retired`.

Only `issuance` may be negative.
"""

ISSUANCE = "issuance"
RETIRED = "retired"
UNHELD = frozenset({ISSUANCE, RETIRED})
"""Accounts that nobody holds: where licenses come from, and where what is used up goes."""


def project_account(project: str) -> str:
    """The account that is a project's free balance."""
    return f"project/{project}"


def held_account(project: str) -> str:
    """The account of licenses that came to a project and wait until its software service is paid for them."""
    return f"held/{project}"


def device_account(serial: str) -> str:
    """The account that is what stands on a device."""
    return f"device/{serial}"
