"""The settings that say where PostgreSQL is."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, model_validator

from runtime.password_file import password_in
from runtime.postgres.pool import Database
from runtime.settings import ProcessSettings, Settings


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise ValueError("it should look like postgresql://user@host:5432/database")
    if parts.password is not None:
        raise ValueError("the password belongs into the file that DATABASE_PASSWORD_FILE names")
    return url


class WithDatabase(ProcessSettings):
    """Settings of a process that uses PostgreSQL."""

    database_url: Annotated[str, AfterValidator(_without_password)]
    database_password_file: Path | None = None

    def certificates(self) -> dict[str, Path]:
        """With the authority that the URL names."""
        named = super().certificates()
        for path in parse_qs(urlsplit(self.database_url).query).get("sslrootcert", ()):
            named["database_ca_file"] = Path(path)
        return named

    def database(self) -> Database:
        """Where it is, with the password of the moment; raises SettingsWrong or OSError for an unusable file."""
        return self._with_password(self.database_url)

    def _with_password(self, url: str) -> Database:
        file = self.database_password_file
        return Database(url, None if file is None else password_in(file, name="database_password"))


class WithReplica(WithDatabase):
    """`database_replica_url` names a replica for long reads: the same database, for the same user and password."""

    database_replica_url: Annotated[str, AfterValidator(_without_password)] | None = None

    @model_validator(mode="after")
    def _is_of_the_same_database(self) -> Self:
        if self.database_replica_url is not None:
            primary, replica = urlsplit(self.database_url), urlsplit(self.database_replica_url)
            if (primary.username, primary.path) != (replica.username, replica.path):
                raise ValueError("DATABASE_REPLICA_URL should have the user and the database of DATABASE_URL")
        return self

    def certificates(self) -> dict[str, Path]:
        """With the authority that the URL of the replica names."""
        named = super().certificates()
        for path in parse_qs(urlsplit(self.database_replica_url or "").query).get("sslrootcert", ()):
            named["database_replica_ca_file"] = Path(path)
        return named

    def database_replica(self) -> Database | None:
        """Where the replica is; raises as `database` does."""
        return None if self.database_replica_url is None else self._with_password(self.database_replica_url)


class DatabaseSettings(WithDatabase, Settings):
    """Settings of a process that uses PostgreSQL and Kafka."""
