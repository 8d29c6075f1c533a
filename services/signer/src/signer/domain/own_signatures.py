"""What this signer signed, told from what others put on its topics: by its own keys, and by nothing else."""

from contracts.documents.license_file import LicenseFile
from contracts.documents.published import (
    Headers,
    NotAPublishedDocument,
    PublishedLicenseFile,
    PublishedReturnReceipt,
    decode_return_receipt,
    decode_whole_license_file,
)
from contracts.documents.xmldsig import key_id
from contracts.log.checkpoint import Checkpoint, LogVerifier, NoteWrongError
from signer.domain.signing_keys import SigningKeys


class OwnSignatures:
    """Verifies records of the signer's topics with the public parts of its own keys."""

    def __init__(self, keys: SigningKeys) -> None:
        license_key = keys.license.public_key()
        self._trusted = {key_id(license_key): license_key}
        self._keys = keys
        self._logs: dict[int, LogVerifier] = {}

    def license_file(
        self, key: bytes | None, value: bytes | None, headers: Headers
    ) -> tuple[PublishedLicenseFile, LicenseFile]:
        """A file that our license key signed; raises NotAPublishedDocument."""
        return decode_whole_license_file(key, value, headers, trusted=self._trusted)

    def tree_of(self, file: LicenseFile) -> Checkpoint:
        """The tree that ends with the file's entry, by our log key; raises NotAPublishedDocument if none is proven."""
        try:
            tree = self._log_of(file.ledger).verify_proof(file.proof.tlog_proof, file.proof.entry)
        except NoteWrongError as error:
            raise NotAPublishedDocument(f"its proof is not by our log key: {error}") from None
        if tree.size != file.sequence:
            raise NotAPublishedDocument("its proof is not of the tree that ends with its entry")
        return tree

    def return_receipt(self, key: bytes | None, value: bytes | None, headers: Headers) -> PublishedReturnReceipt:
        """A receipt; raises NotAPublishedDocument."""
        return decode_return_receipt(key, value, headers, trusted=self._trusted)

    def checkpoint(self, ledger: int, note: bytes | None) -> Checkpoint:
        """The tree of a note under this ledger's key; raises NotAPublishedDocument."""
        try:
            return self._log_of(ledger).open_checkpoint((note or b"").decode())
        except (NoteWrongError, UnicodeDecodeError) as error:
            raise NotAPublishedDocument(f"it is no checkpoint by our log key: {error}") from None

    def _log_of(self, ledger: int) -> LogVerifier:
        if ledger not in self._logs:
            self._logs[ledger] = self._keys.log_of(ledger).verifier
        return self._logs[ledger]
