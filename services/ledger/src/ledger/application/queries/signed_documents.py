"""Documents of the read side, verified before they are handed out: a row is not true because it lies in PostgreSQL."""

from typing import Protocol

from prometheus_client import Counter

from contracts.documents.license_keys import LicenseKeys
from contracts.documents.published import (
    PublishedLicenseFile,
    PublishedReturnReceipt,
    open_license_file,
    open_return_receipt,
)
from contracts.documents.xml import DocumentMalformed, DocumentRefused
from ledger.application.queries.views import SignedDocument
from runtime.logs import get_logger

_NOT_GENUINE = Counter("licensing_api_documents_not_genuine", "Rows of documents that no trusted key signed")

_log = get_logger("ledger.queries.documents")


class SignedDocuments:
    """Lets through the documents of one ledger that a trusted license key signed, and whose rows say what they say."""

    def __init__(self, ledger: int, trusted: LicenseKeys) -> None:
        self._ledger = ledger
        self._trusted = trusted

    def license_file(self, row: SignedDocument | None) -> SignedDocument | None:
        """The license file of a row; None, as if it were not there, and an error in the log where it is not genuine."""
        return row and self._genuine(row, open_license_file)

    def return_receipt(self, row: SignedDocument | None) -> SignedDocument | None:
        """The return receipt of a row, in the same way."""
        return row and self._genuine(row, open_return_receipt)

    def _genuine(self, row: SignedDocument, opened: "_Open") -> SignedDocument | None:
        try:
            signed = opened(row.document, trusted=self._trusted)
            _require(_said(signed) == (self._ledger, row.serial, row.generation, row.issue, row.sequence, row.sha256))
        except DocumentRefused as reason:
            _NOT_GENUINE.inc()
            _log.error("document_not_genuine", serial=row.serial, generation=row.generation, reason=str(reason))
            return None
        return row


class _Open(Protocol):
    def __call__(self, document: bytes, *, trusted: LicenseKeys) -> PublishedLicenseFile | PublishedReturnReceipt: ...


def _require(holds: bool) -> None:  # noqa: FBT001
    if not holds:
        raise DocumentMalformed("Its row says something else than its signed bytes.")


def _said(signed: PublishedLicenseFile | PublishedReturnReceipt) -> tuple[object, ...]:
    issue = signed.issue if isinstance(signed, PublishedLicenseFile) else 0
    return signed.ledger, signed.serial, signed.generation, issue, signed.sequence, signed.sha256
