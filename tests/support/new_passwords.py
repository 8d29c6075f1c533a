"""New passwords for users of a broker and roles of a database while their processes run, and the old ones again."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from dev.stack import secret_files
from dev.stack.kafka import ADMINISTRATOR, Broker
from dev.stack.kafka.access_requests import PutUsers, send
from dev.stack.postgres import Cluster
from dev.stack.postgres.roles import password_of


class NewPasswords:
    """Of `users` and `roles`; `database_files` says where a role's process reads its own."""

    def __init__(
        self, broker: Broker, cluster: Cluster, users: tuple[str, ...], database_files: Mapping[str, Path]
    ) -> None:
        self._broker, self._cluster = broker, cluster
        self._files = {user: broker.credentials.password_file(user) for user in users}
        self._database_files = database_files
        self._old = {user: broker.credentials.password(user) for user in users}
        self._new = {name: secrets.token_hex(32) for name in (*users, *database_files)}

    async def reach_servers(self) -> None:
        """Whoever is connected has to connect again, by a password that no file has yet."""
        await self._put_users({user: self._new[user] for user in self._files})
        await asyncio.to_thread(self._broker.stop)
        await asyncio.to_thread(self._broker.start, lambda _: None)
        await self._alter_roles({role: self._new[role] for role in self._database_files})

    def reach_files(self) -> None:
        """As a Secret that has changed reaches a Pod."""
        for name, file in (*self._files.items(), *self._database_files.items()):
            secret_files.write(file, self._new[name])

    async def undo(self) -> None:
        await self._put_users(self._old)
        for user, file in self._files.items():
            secret_files.write(file, self._old[user])
        owner = urlsplit(self._cluster.url()).password or ""
        await self._alter_roles({role: password_of(role, owner) for role in self._database_files})

    async def _put_users(self, passwords: Mapping[str, str]) -> None:
        admin = AIOKafkaAdminClient(**self._broker.connection(ADMINISTRATOR).options())
        await admin.start()
        try:
            answer = await send(admin, PutUsers(passwords))
            assert [code for _, code, *_ in answer.results] == [0] * len(passwords)
        finally:
            await admin.close()

    async def _alter_roles(self, passwords: Mapping[str, str]) -> None:
        connection = await asyncpg.connect(self._cluster.url())
        try:
            for role, password in passwords.items():
                await connection.execute(f"ALTER ROLE \"{role}\" PASSWORD '{password}'")
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", role
                )
        finally:
            await connection.close()


@asynccontextmanager
async def new_passwords(
    broker: Broker, cluster: Cluster, users: tuple[str, ...], database_files: Mapping[str, Path]
) -> AsyncGenerator[NewPasswords]:
    """The old ones are good again when the block ends."""
    made = NewPasswords(broker, cluster, users, database_files)
    try:
        yield made
    finally:
        await made.undo()
