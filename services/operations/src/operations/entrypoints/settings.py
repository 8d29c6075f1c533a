"""Settings of licensingctl (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.log.checkpoint import LogVerifier, NoteWrongError
from runtime.blobs.s3_settings import WithS3
from runtime.settings import Port, Settings, SettingsWrong


class OperationsSettings(WithS3, Settings):
    """As whom licensingctl reaches the brokers, and what it compares with.

    `log_keys_file` has the verifier key of each ledger's log, one a line, as the signer's `public/log-<n>.vkey` has it.
    The store at `s3_endpoint` is where backups in buckets lie. The names of the users of a further region begin with
    `kafka_user_prefix`. It listens nowhere.
    """

    admin_port: Port = 0
    ledgers: Annotated[int, Field(ge=1, le=1000)] = 1
    kafka_user_prefix: str = ""
    log_keys_file: Path | None = None

    def log_keys(self) -> tuple[LogVerifier, ...]:
        """Raises SettingsWrong or OSError."""
        if self.log_keys_file is None:
            return ()
        lines = self.log_keys_file.read_text(encoding="utf-8").split()
        try:
            return tuple(LogVerifier.parse(line) for line in lines)
        except NoteWrongError as error:
            raise SettingsWrong(f"{self.log_keys_file}: {error}") from None
