"""Bodies and responses of device moves."""

from contracts.identifiers import CompanyId, ProjectId
from contracts.texts import Reason, Reference
from ledger.entrypoints.api.models.base import Body


class IntoProjectBody(Body):
    project: ProjectId


class OfferDeviceBody(Body):
    company: CompanyId


class TransferDeviceBody(Body):
    project: ProjectId
    reason: Reason
    reference: Reference
