"""Where a backup lies, as an argument names it: a folder, or `s3://BUCKET/PREFIX`."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from operations.adapters.bucket import Bucket
from operations.adapters.folder import Folder, locked
from operations.application.ports import Store
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import WrongArgument
from runtime.settings import SettingsWrong

SCHEME = "s3://"


@contextmanager
def to_write(place: str, settings: OperationsSettings) -> Generator[Store]:
    """The place, made if it is a folder that is not there. Raises FolderBusy, OSError, WrongArgument, SettingsWrong."""
    if place.startswith(SCHEME):
        yield _bucket(place, settings)
    else:
        with locked(Path(place)) as folder:
            yield folder


def to_read(place: str, settings: OperationsSettings) -> Store:
    """The place as it is. Raises WrongArgument, SettingsWrong, OSError."""
    return _bucket(place, settings) if place.startswith(SCHEME) else Folder(Path(place))


def _bucket(place: str, settings: OperationsSettings) -> Bucket:
    bucket, _, prefix = place.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise WrongArgument(f"{place} names no bucket; write s3://BUCKET/PREFIX")
    client = settings.s3()
    if client is None:
        raise SettingsWrong(f"{place} needs LICENSING_S3_ENDPOINT and LICENSING_S3_SECRET_KEY_FILE")
    from runtime.blobs.s3 import S3Blobs  # noqa: PLC0415 - as in `runtime.blobs.s3_settings`

    return Bucket(S3Blobs(client, bucket), prefix.strip("/"))
