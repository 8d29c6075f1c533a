"""The signer's documents: the newest license file of each device of a ledger, and the receipt of each return."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from ledger.application.projection.documents import Document, LicenseFileRow, ReceiptRow

_UPSERT_FILE = """
INSERT INTO license_files (ledger, serial, generation, issue, sequence, sha256, document)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (ledger, serial) DO UPDATE
   SET generation = excluded.generation, issue = excluded.issue, sequence = excluded.sequence,
       sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > license_files.sequence"""
_UPSERT_RECEIPT = """
INSERT INTO return_receipts (ledger, serial, generation, sequence, sha256, document) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger, serial, generation) DO UPDATE
   SET sequence = excluded.sequence, sha256 = excluded.sha256, document = excluded.document
 WHERE excluded.sequence > return_receipts.sequence"""


async def write_documents(connection: Any, documents: Sequence[Document]) -> None:
    """Write the rows of documents, whatever their order: the newest sequence of each key stays."""
    for query, run in groupby(map(_statement, documents), itemgetter(0)):
        await connection.executemany(query, [arguments for _, arguments in run])


def _statement(document: Document) -> tuple[str, Document]:
    match document:
        case LicenseFileRow():
            return _UPSERT_FILE, document
        case ReceiptRow():
            return _UPSERT_RECEIPT, document
