"""The signer's documents: the newest license file of each device, and the receipt of each return."""

from collections.abc import Sequence
from typing import Any

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


async def write_documents(connection: Any, documents: Sequence[Document]) -> None:
    """Keep the newest of each place."""
    files = [document for document in documents if isinstance(document, LicenseFileRow)]
    receipts = [document for document in documents if isinstance(document, ReceiptRow)]
    if files:
        await connection.executemany(_UPSERT_FILE, files)
    if receipts:
        await connection.executemany(_UPSERT_RECEIPT, receipts)
