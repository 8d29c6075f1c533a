"""The signer's documents: the newest license file of each device, and the receipt of each return."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from contracts.documents.published import RemovedLicenseFile, RemovedReturnReceipt
from ledger.application.projection.documents import Document, LicenseFileRow, ReceiptRow

_UPSERT_FILE = """
INSERT INTO license_files (serial, generation, issue, sequence, sha256, document) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (serial) DO UPDATE
   SET generation = excluded.generation, issue = excluded.issue, sequence = excluded.sequence,
       sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > license_files.sequence"""
_UPSERT_RECEIPT = """
INSERT INTO return_receipts (serial, generation, sequence, sha256, document) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (serial, generation) DO UPDATE
   SET sequence = excluded.sequence, sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > return_receipts.sequence"""


_REMOVE_FILE = "DELETE FROM license_files WHERE serial = $1"
_REMOVE_RECEIPT = "DELETE FROM return_receipts WHERE serial = $1 AND generation = $2"


async def write_documents(connection: Any, documents: Sequence[Document]) -> None:
    """Apply the records in their order, as the topic is compacted: the newest document of each key stays."""
    for query, run in groupby(map(_statement, documents), itemgetter(0)):
        await connection.executemany(query, [arguments for _, arguments in run])


def _statement(document: Document) -> tuple[str, tuple[str | int | bytes, ...]]:
    match document:
        case LicenseFileRow():
            return _UPSERT_FILE, document
        case ReceiptRow():
            return _UPSERT_RECEIPT, document
        case RemovedLicenseFile():
            return _REMOVE_FILE, (document.serial,)
        case RemovedReturnReceipt():
            return _REMOVE_RECEIPT, (document.serial, document.generation)
