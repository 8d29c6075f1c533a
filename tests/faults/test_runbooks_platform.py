"""Runbooks of what lies under the processes, walked: certificates, backups and disks, the real ones of the stack."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dev.stack import secret_files
from dev.stack.keys import Keys
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from dev.stack.service import SCRIPTS
from dev.stack.settings import kafka
from simulator.pki import Pki, read_certificate, read_key, server_certificate, write_certificate
from tests.support import small_disk
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, until, working
from tests.support.platform_exporter import BROKERS, DATA, DATABASES, Platform
from tests.support.readiness import readiness, until_ready
from tests.support.running import a_stocked_story
from tests.support.server_authority import LASTING, ServerAuthority, show_to_clients
from tests.support.small_disk import SmallDisk
from tests.support.walks import Walk, Walking

pytestmark = pytest.mark.campaign
# Where a platform gives nobody a namespace of mounts there is no disk to fill; the reason is what it answered.
NEEDS_DISKS = pytest.mark.skipif(small_disk.refusal() is not None, reason=str(small_disk.refusal()))
SOON = timedelta(days=2)
SHOWN = "tls_certificate_file"
"""The setting of device-sync."""
EIGHTH = 0.125
BACKUP = "log-backup"
AS_BACKUP = "backup"
NO_ROOM = "No space left on device"


@pytest.fixture
def backup_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path, name="backup-disk", data=tmp_path / "backup")
    disk.mount()
    yield disk
    disk.unmount()


def ends_on(when: datetime) -> str:
    """The day, as openssl says it."""
    return f"notAfter={when:%b} {when.day:2d} "


def test_a_certificate_of_device_sync_that_ends_soon_is_renewed(kit: Kit, walk: Walking) -> None:
    pki, ends, address = Keys(kit.state).pki, datetime.now(UTC) + SOON, f"{HOST}:{kit.ports.port('device-sync')}"
    before = pki.server_certificate.read_bytes()
    with walk("LicensingCertificateEnds") as walking:
        try:
            _certify(pki, ends)
            until_said(kit, f"{SHOWN} ends on")
            walking.until_true(lambda labels: labels["setting"] == SHOWN)
            until_shown(walking, address, ends)
        finally:
            pki.server_certificate.write_bytes(before)
        assert readiness(kit, "device-sync")[0] == 200
        walking.until_well()


def test_a_certificate_of_the_broker_that_was_not_renewed_is_renewed(kit: Kit, walk: Walking) -> None:
    ends, address = datetime.now(UTC) + SOON, f"{HOST}:{kit.ports.port('kafka')}"
    with walk("LicensingCertificateNotRenewed") as walking:
        _show(kit, SOON)
        walking.until_true(lambda labels: labels["name"] == "kafka-listener")
        until_shown(walking, address, ends)
        _show(kit, LASTING)
        walking.until_well()


@NEEDS_DISKS
def test_a_backup_without_room_fails_until_there_is_some(
    kit: Kit, walk: Walking, platform: Platform, backup_disk: SmallDisk, tmp_path: Path
) -> None:
    place = {"PLACE": tmp_path / "backup" / "logs"}
    with walk("LicensingBackupJobFailed") as failed:
        assert job(kit, place["PLACE"])[0] == 0
        backup_disk.fill()
        with a_stocked_story(kit.state):
            pass  # something to add
        exit_code, said = job(kit, place["PLACE"])
        assert (exit_code != 0, NO_ROOM in said) == (True, True)
        platform.job_ended(f"{BACKUP}-1", exit_code)
        failed.until_true(lambda labels: labels["job_name"] == f"{BACKUP}-1")
        backup_disk.widen()
        failed.run("licensingctl backup PLACE\n", of=AS_BACKUP, fill=place)
        failed.run("licensingctl verify PLACE", of=AS_BACKUP, fill=place)
        platform.job_removed(f"{BACKUP}-1")
        failed.until_well()


def test_a_backup_that_is_late_is_made_by_hand(kit: Kit, walk: Walking, platform: Platform, tmp_path: Path) -> None:
    place = {"PLACE": tmp_path / "backup"}
    with walk("LicensingBackupLate") as late:
        exit_code, _ = job(kit, place["PLACE"])
        platform.job_ended(BACKUP, exit_code)
        late.until_true()
        late.run("licensingctl backup PLACE --dry-run", of=AS_BACKUP, fill=place)
        late.run("licensingctl backup PLACE\n", of=AS_BACKUP, fill=place)
        late.run("licensingctl verify PLACE", of=AS_BACKUP, fill=place)
        platform.job_ended(BACKUP, 0)
        late.until_well()
        platform.last_backup = None


def test_a_backup_that_nobody_makes_is_missed_until_there_is_one(
    kit: Kit, walk: Walking, platform: Platform, tmp_path: Path
) -> None:
    place = {"PLACE": tmp_path / "backup"}
    platform.job_ended(BACKUP, job(kit, place["PLACE"])[0])
    with walk("LicensingBackupMissing") as missing:
        platform.last_backup = None  # the CronJob is gone, and what was known of it
        missing.until_true(lambda labels: labels["namespace"] == DATA)
        missing.run("licensingctl backup PLACE\n", of=AS_BACKUP, fill=place)
        missing.run("licensingctl verify PLACE", of=AS_BACKUP, fill=place)
        platform.job_ended(BACKUP, 0)
        missing.until_well()
        platform.last_backup = None


@NEEDS_DISKS
def test_a_disk_of_the_database_with_little_room_is_widened(kit: Kit, walk: Walking) -> None:
    disk = small_disk.for_the_database(kit.state)
    with walk("LicensingVolumeFills") as fills:
        disk.narrow(EIGHTH)
        try:
            fills.until_true(lambda labels: labels["persistentvolumeclaim"] == DATABASES)
        finally:
            disk.widen()
        fills.run("make up PARTS=postgres")
        fills.until_well()


@NEEDS_DISKS
async def test_a_broker_that_ended_at_a_full_disk_is_started_when_there_is_room(kit: Kit, walk: Walking) -> None:
    broker, disk = kit.broker(), small_disk.for_the_broker(kit.state)
    with a_story_with_many_ports(kit) as story, walk("LicensingVolumeFull") as full:
        partners, free = Partners(kit, story), story.balance()["Port11"]
        async with working(partners):
            disk.fill()
            try:
                await asyncio.to_thread(full.until_true, lambda labels: labels["persistentvolumeclaim"] == BROKERS)
                await until(lambda: not broker.process.is_alive())
            finally:
                await asyncio.to_thread(disk.widen)
            await asyncio.to_thread(full.run, "make up PARTS=kafka")
        await asyncio.to_thread(until_ready, kit)
        await check_partners(kit, story, partners, free)


def job(kit: Kit, place: Path) -> tuple[int, str]:
    """What the CronJob runs: its exit code, and its log."""
    environment = os.environ | kafka(AS_BACKUP, kit.stack())
    argv = (SCRIPTS / "licensingctl", "backup", place)
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def until_shown(walk: Walk, address: str, ends: datetime) -> None:
    """Return when the listener shows the certificate that ends then, as the page's line says."""
    deadline = time.monotonic() + 90
    while ends_on(ends) not in (said := walk.run("openssl s_client", fill={"ADDRESS": address})):
        assert time.monotonic() < deadline, said
        time.sleep(1)


def until_said(kit: Kit, words: str) -> None:
    """Return when device-sync says so; it looks at its files at each probe."""
    deadline = time.monotonic() + 30
    while words not in (said := readiness(kit, "device-sync"))[1]:
        assert time.monotonic() < deadline, said
        time.sleep(0.2)


def _certify(pki: Pki, ends: datetime) -> None:
    issuer, issuer_key, key = read_certificate(pki.server_ca), read_key(pki.server_ca_key), read_key(pki.server_key)
    certificate = server_certificate("device-sync", key, issuer, issuer_key, ends=ends)
    write_certificate(pki.server_certificate, certificate)


def _show(kit: Kit, lasts: timedelta) -> None:
    file = kit.state / "short-certificates" / f"walk-{lasts.days}.pem"
    secret_files.write(file, "".join(ServerAuthority(kit.state).issue(lasts)))
    asyncio.run(show_to_clients(kit.broker(), file))
