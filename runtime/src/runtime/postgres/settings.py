"""The settings that say where PostgreSQL is."""

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from pydantic import AfterValidator

from runtime.settings import ProcessSettings, Settings, read_secret


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

    def database(self) -> str:
        """The URL with its password; raises SettingsWrong or OSError for an unusable file."""
        if self.database_password_file is None:
            return self.database_url
        parts = urlsplit(self.database_url)
        user, _, host = parts.netloc.rpartition("@")
        password = quote(read_secret(self.database_password_file).decode(), safe="")
        return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


class DatabaseSettings(WithDatabase, Settings):
    """Settings of a process that uses PostgreSQL and Kafka."""
