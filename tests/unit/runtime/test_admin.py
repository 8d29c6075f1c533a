from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from runtime.admin import Admin
from runtime.certificates import Certificates
from runtime.settings import SettingsWrong
from tests.support.own_certificates import NOW, write_pair


async def test_a_process_that_waits_is_alive_but_not_ready_and_says_for_what() -> None:
    async with Admin("127.0.0.1", 0, lambda: (False, "waits for the broker")) as admin:
        assert await _get(admin, "/livez") == (200, "alive\n")
        assert await _get(admin, "/readyz") == (503, "waits for the broker\n")


async def test_a_ready_process_says_so() -> None:
    async with Admin("127.0.0.1", 0, lambda: (True, "ready")) as admin:
        assert await _get(admin, "/readyz") == (200, "ready\n")


async def test_a_certificate_that_ends_soon_is_said_and_takes_no_readiness(tmp_path: Path) -> None:
    write_pair(tmp_path / "tls.crt", tmp_path / "tls.key", days=3)
    certificates = Certificates({"tls_certificate_file": tmp_path / "tls.crt"}, lambda: NOW)

    async with Admin("127.0.0.1", 0, lambda: (True, "ready"), certificates=certificates) as admin:
        said = await _get(admin, "/readyz")

    assert said == (200, "ready\ntls_certificate_file ends on 2026-12-02 at 00:00 UTC: renew it\n")


async def test_metrics_are_in_the_prometheus_format() -> None:
    registry = CollectorRegistry()
    Counter("licensing_orphans", "Skipped records", registry=registry).inc(3)

    async with Admin("127.0.0.1", 0, lambda: (True, ""), registry=registry) as admin:
        _, text = await _get(admin, "/metrics")

    assert "licensing_orphans_total 3.0" in text


@pytest.mark.parametrize("ready", [True, False])
async def test_metrics_say_whether_the_process_is_ready(ready: bool) -> None:
    async with Admin("127.0.0.1", 0, lambda: (ready, "")) as admin:
        _, text = await _get(admin, "/metrics")

    assert f"licensing_ready {float(ready)}" in text


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    async with Admin("127.0.0.1", 0, lambda: (True, "")) as first:
        with pytest.raises(
            SettingsWrong,
            match=rf"can't listen on 127.0.0.1:{first.port} \(LICENSING_ADMIN_PORT\): Address already in use",
        ):
            async with Admin("127.0.0.1", first.port, lambda: (True, "")):
                pass


async def _get(admin: Admin, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{admin.port}{path}") as answer,
    ):
        return answer.status, await answer.text()
