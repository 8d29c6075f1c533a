"""Settings of a process that writes logs (LICENSING_* variables), and how it knows its senders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import Field

from runtime.eventlog.snapshot_file import key_from
from runtime.eventlog.snapshots import SnapshotFolder
from runtime.private_keys import read_private_keys
from runtime.settings import Settings, SettingsWrong
from runtime.tokens import KeyFile, Tokens
from runtime.tracing import WithTraces


class WriterSettings(WithTraces, Settings):
    """`ledgers` is how many there are, 0 to ledgers - 1; a process follows all, so that it can take over any.

    `writer_private_key_file` (PEM, X25519) opens what senders seal; while keys are changed it has the new one and then
    the old one. Tokens are verified as the API does, by the same settings. Snapshots lie in `snapshot_folder`, one for
    every `snapshot_entries` entries; without a folder each start reads the logs from their first entries.
    """

    ledgers: Annotated[int, Field(ge=1, le=1000)] = 1
    group_session_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    writer_private_key_file: Path
    token_keys_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret

    snapshot_folder: Path | None = None
    snapshot_entries: Annotated[int, Field(ge=1, le=10_000_000)] = 50_000

    def snapshots(self) -> SnapshotFolder | None:
        """Where snapshots lie, made if it is not there; raises SettingsWrong or OSError."""
        if self.snapshot_folder is None:
            return None
        try:
            self.snapshot_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsWrong(f"LICENSING_SNAPSHOT_FOLDER: {error}") from None
        return SnapshotFolder(self.snapshot_folder, [key_from(key) for key in self.keys()], self.snapshot_entries)

    def keys(self) -> Sequence[X25519PrivateKey]:
        """What senders seal for, the newest first; raises SettingsWrong or OSError."""
        kind = X25519PrivateKey
        return read_private_keys(self.writer_private_key_file, kind)  # type: ignore[type-abstract]  # nobody makes one

    def tokens(self) -> Tokens:
        """By what the tokens of accounts are verified; raises SettingsWrong or OSError."""
        keys = KeyFile(self.token_keys_file)
        return Tokens(keys.key, issuer=self.token_issuer, audience=self.token_audience)
