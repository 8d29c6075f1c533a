"""Who asks: each answer holds only what the viewer may see (rule X7)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account that acts for a company.

    It sees the projects that it has rights in; an administrator all of the company's, the vendor's staff all.
    """

    account: str
    company: str
