"""Rights in a project in the words of a page."""

from collections.abc import Mapping

RIGHTS: Mapping[str, str] = {
    "view": "see the project",
    "licenses": "redeem, allocate and move licenses",
    "return": "return licenses",
    "test": "test licenses",
    "service": "service and warranty",
    "rma": "repairs",
    "rights": "give rights on",
}
