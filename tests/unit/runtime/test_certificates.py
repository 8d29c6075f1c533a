"""A process says at /readyz when one of its certificates ends within a week."""

from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from runtime.certificates import Certificates
from runtime.postgres.settings import DatabaseSettings
from tests.support.own_certificates import NOW, write_pair


def _lasting(folder: Path, *days: float) -> Path:
    """A file of certificates that last so many days each."""
    file, content = folder / "certificates.pem", b""
    for each in days:
        write_pair(file, folder / "key.pem", days=each)
        content += file.read_bytes()
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("setting", "days", "says"),
    [
        ("tls_certificate_file", [6.5], ["tls_certificate_file ends on 2026-12-05 at 12:00 UTC: renew it"]),
        ("tls_certificate_file", [8], []),
        ("tls_certificate_file", [-1], ["tls_certificate_file ends on 2026-11-28 at 00:00 UTC: renew it"]),
        ("tls_certificate_file", [90, 3], ["tls_certificate_file ends on 2026-12-02 at 00:00 UTC: renew it"]),
        ("kafka_ca_file", [3, 3000], []),
        ("kafka_ca_file", [-9, 3], ["kafka_ca_file ends on 2026-12-02 at 00:00 UTC: renew it"]),
    ],
)
def test_what_ends_within_a_week_is_said(tmp_path: Path, setting: str, days: list[float], says: list[str]) -> None:
    certificates = Certificates({setting: _lasting(tmp_path, *days)}, lambda: NOW)

    assert list(certificates.warnings()) == says


def test_a_renewed_file_ends_the_warning_and_moves_the_metric(tmp_path: Path) -> None:
    certificates = Certificates({"tls_certificate_file": _lasting(tmp_path, 3)}, lambda: NOW)
    assert len(list(certificates.warnings())) == 1

    _lasting(tmp_path, 90)

    assert list(certificates.warnings()) == []
    ends = REGISTRY.get_sample_value("licensing_certificate_not_after_seconds", {"setting": "tls_certificate_file"})
    assert ends == NOW.timestamp() + 90 * 86400


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_that_is_gone_or_spoilt_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)

    (said,) = Certificates({"kafka_ca_file": file}, lambda: NOW).warnings()

    assert said.startswith("kafka_ca_file can't be read: ")


def test_all_files_of_certificates_that_settings_name_are_watched() -> None:
    settings = DatabaseSettings(
        admin_port=0,
        kafka_bootstrap="localhost:9092",
        kafka_ca_file=Path("kafka.pem"),
        database_url="postgresql://one@db:5432/licensing?sslmode=verify-full&sslrootcert=/run/db.pem",
    )

    assert settings.certificates() == {"kafka_ca_file": Path("kafka.pem"), "database_ca_file": Path("/run/db.pem")}
