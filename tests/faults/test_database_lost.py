"""The database is lost: what follows from the logs is made from them, and the rest comes back from a backup."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

import pytest

from contracts.identifiers import derived_id
from dev.demo.people import add_accounts
from dev.demo.story import Story
from dev.stack.parts import PARTS, Kit
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.database import TABLES
from portal.application.accounts import Account
from simulator.partner import Refused
from tests.support.announcing import is_spoken, speak
from tests.support.database_backup import DatabaseBackup
from tests.support.partners_at_work import Partners, a_story_with_many_ports, check_partners, until, working
from tests.support.readiness import nobody_ended, until_ready
from tests.support.recovery import entries_of, measured
from tests.support.running import a_stocked_story

pytestmark = pytest.mark.campaign
ON_THE_DATABASE = (
    *("ledger-projector", "rma-projector", "audio-projector"),
    *("ledger-api", "rma-api", "audio-api", "audio-worker", "portal"),
)
"""Projectors and portal make their tables when they start; the others write what follows from no log."""
FILE = b"The lamp is dark since noon.\n"


@dataclass(frozen=True)
class Kept:
    """What only the database has of one story: words of partners and clerks, a file, an account, a conversion."""

    kit: Kit
    story: Story
    rma: str
    attachment: str
    email: str
    announcement: str

    @classmethod
    def of(cls, kit: Kit, story: Story) -> Self:
        name = secrets.token_hex(6)
        story.partner.label_device(story.serial, own_name=name, place="Cellar", reference="R-1")
        case = story.cases.file(story.serial)
        story.cases.partner.write_message(case["rma"], text=f"It is broken, {name}.")
        attached = story.cases.partner.attach_file(case["rma"], FILE, file_name=f"{name}.txt")
        account = Account(derived_id(name, "account"), f"{name}@example.net", "Ada Example", "en")
        asyncio.run(add_accounts(kit, [account]))
        assert speak(kit, name).status_code == 202
        asyncio.run(is_spoken(kit, name))
        return cls(kit, story, case["rma"], str(attached["number"]), account.email, name)

    async def is_there(self) -> None:
        assert await self.account() is not None
        await asyncio.to_thread(self._is_answered)
        await is_spoken(self.kit, self.announcement)

    async def account(self) -> tuple[Account, str] | None:
        async with TABLES.pool(self.kit.cluster().url(role="portal"), most=1) as pool:
            return await PostgresAccounts(pool).by_email(self.email)

    def case_is_known(self) -> bool:
        """Its entries are on a log on which nothing new comes, and which its projector looks at now and then."""
        try:
            return self.story.cases.partner.get_case(self.rma)["state"] == "authorised"
        except Refused:
            return False

    def label(self) -> str | None:
        """What the partner calls the device."""
        return self.story.partner.get_device_label(self.story.serial, at_least=self.story.sequence)["own_name"]

    def _is_answered(self) -> None:
        partner = self.story.cases.partner
        assert self.label() == self.announcement
        assert [one["text"] for one in partner.list_messages(self.rma)["items"]] == [
            f"It is broken, {self.announcement}."
        ]
        assert partner.get_attachment(self.rma, self.attachment) == FILE
        said = partner.get_case(self.rma)["request"]
        assert said is not None
        assert said.get("defect") == "No light, no sound."


@pytest.fixture
def busy(kit: Kit) -> Iterator[Story]:
    with a_story_with_many_ports(kit) as story:
        yield story


@pytest.fixture
def quiet(kit: Kit) -> Iterator[Kept]:
    with a_stocked_story(kit.state) as story:
        yield Kept.of(kit, story)


@pytest.fixture
def backup(kit: Kit) -> Iterator[DatabaseBackup]:
    backup = DatabaseBackup(kit, f"database-backup-{secrets.token_hex(2)}")
    yield backup
    backup.remove()


def test_a_database_that_was_lost_comes_back_from_its_backup_and_catches_up_with_the_logs(
    kit: Kit, busy: Story, quiet: Kept, backup: DatabaseBackup
) -> None:
    backup.take()
    with a_stocked_story(kit.state) as later:
        lost = Kept.of(kit, later)
        asyncio.run(_is_lost_and_comes_back(kit, busy, backup, lost))
        asyncio.run(quiet.is_there())
        assert (asyncio.run(lost.account()), lost.label()) == (None, None), "written after the backup"
        assert later.balance() == {"Port11": 30, "Voicemail11": 2}, "entries of then are on the log"
        busy.a_replay_gives_the_same_balances()


async def _is_lost_and_comes_back(kit: Kit, story: Story, backup: DatabaseBackup, lost: Kept) -> None:
    free, partners = story.balance()["Port11"], Partners(kit, story)
    async with AsyncExitStack() as work:
        await work.enter_async_context(working(partners))
        await asyncio.to_thread(backup.lose)
        await until(lambda: partners.unavailable > 0)
        nobody_ended(kit)
        backup.put_back()
        size = await entries_of(kit)
        with measured(
            "the database lost: from the start of its backup to all rows, those of quiet logs too", size=size
        ):
            await asyncio.to_thread(kit.cluster().start, lambda _: None)
            await until(lost.case_is_known)
            await asyncio.to_thread(until_ready, kit)
        await work.aclose()
    await check_partners(kit, story, partners, free)


def test_read_sides_that_were_lost_are_made_from_the_logs_beside_what_was_restored(
    kit: Kit, busy: Story, quiet: Kept, backup: DatabaseBackup
) -> None:
    backup.take_private()
    asyncio.run(_is_made_anew(kit, busy, backup))
    asyncio.run(quiet.is_there())
    assert quiet.story.firmware().ask("GET", "license-file").status == 200
    busy.a_replay_gives_the_same_balances()


async def _is_made_anew(kit: Kit, story: Story, backup: DatabaseBackup) -> None:
    free, partners, cluster = story.balance()["Port11"], Partners(kit, story), kit.cluster()
    users = [kit.make(part) for part in PARTS if part.name in ON_THE_DATABASE]
    async with working(partners):
        await until(lambda: len(partners.sequences) > 0)
    size = await entries_of(kit)
    for process in users:
        process.stop()
    cluster.drop("licensing")
    with measured("the database dropped: from an empty one to all ready, read sides from the logs", size=size):
        await asyncio.to_thread(cluster.wait, lambda _: None)
        backup.put_private_back()
        for process in users:
            process.launch()
        for process in users:
            await asyncio.to_thread(process.wait, lambda _: None)
        await asyncio.to_thread(until_ready, kit)
    await check_partners(kit, story, partners, free)
