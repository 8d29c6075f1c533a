"""The settings of a process with a database, and with a replica of it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.postgres.settings import WithReplica

PRIMARY = "postgresql://ledger-api@rw:5432/licensing"


def _settings(replica: str | None, password: Path | None = None) -> WithReplica:
    said = {"admin_port": 0, "database_url": PRIMARY, "database_replica_url": replica}
    return WithReplica.model_validate(said | {"database_password_file": password})


def test_a_replica_is_reached_with_the_password_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text("p/w", encoding="utf-8")

    settings = _settings("postgresql://ledger-api@ro:5433/licensing", file)

    primary, replica = settings.database(), settings.database_replica()
    assert (primary.url, primary.password and primary.password()) == (PRIMARY, "p/w")
    assert replica is not None
    assert (replica.url, replica.password and replica.password()) == (
        "postgresql://ledger-api@ro:5433/licensing",
        "p/w",
    )
    assert _settings(None).database_replica() is None


def test_the_authority_of_the_replica_is_watched_too() -> None:
    settings = _settings("postgresql://ledger-api@ro:5432/licensing?sslrootcert=/run/ca")

    assert settings.certificates()["database_replica_ca_file"] == Path("/run/ca")


@pytest.mark.parametrize(
    ("replica", "why"),
    [
        ("postgresql://portal@ro:5432/licensing", "the user and the database of DATABASE_URL"),
        ("postgresql://ledger-api@ro:5432/other", "the user and the database of DATABASE_URL"),
        ("postgresql://ledger-api:secret@ro:5432/licensing", "the password belongs into the file"),
        ("ro:5432", "it should look like postgresql://"),
    ],
)
def test_what_is_no_replica_of_this_database_is_refused(replica: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        _settings(replica)
