"""Test licenses."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.catalog import Version
from contracts.identifiers import Serial
from contracts.models import WireModel
from contracts.texts import Reason, Reference


class IssueTestLicenses(WireModel):
    """Put a device's one test on it: licenses of a version for three months, beside what it has.

    A slave takes no count. The same request again, while the test runs, is answered with the same test.
    """

    name: Literal["issue-test-licenses"] = "issue-test-licenses"
    serial: Serial
    version: Version
    slave: bool = False
    count: Annotated[int, Field(ge=0, le=9_999)] | None = None


class ReleaseTest(WireModel):
    """Let a device have a test again: staff has looked, and somebody else had used its one test up."""

    name: Literal["release-test"] = "release-test"
    serial: Serial
    reason: Reason
    reference: Reference


TestLicenseCommand = IssueTestLicenses | ReleaseTest
