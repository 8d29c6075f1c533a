"""Secrets of second factors as they lie in the real database."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from portal.adapters.factor_keys import FactorKeys
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.database import TABLES
from portal.adapters.postgres.second_factors import PostgresFactors
from portal.application.accounts import Account
from runtime.settings import SettingsWrong
from tests.support.databases import as_role

SECRET, OTHER = b"twenty bytes of noise", b"twenty other bytes..."


def key_file(path: Path, *keys: str) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write("\n".join(keys))
    return path


@pytest.fixture
async def pool(fresh_database_url: str) -> AsyncIterator[Any]:
    """The portal's tables with two accounts in them."""
    async with TABLES.pool(as_role(fresh_database_url, "portal"), most=1) as pool:
        async with pool.acquire() as connection:
            await TABLES.migrate(connection)
        for account in ("ada", "bob"):
            await PostgresAccounts(pool).add(Account(account, f"{account}@example.net", account, "en"), "hash")
        yield pool


async def kept(pool: Any) -> dict[str, tuple[str | None, bytes]]:
    async with pool.acquire() as connection:
        rows = await connection.fetch("SELECT account, key_id, secret FROM second_factors")
    return {row["account"]: (row["key_id"], row["secret"]) for row in rows}


async def test_no_secret_lies_readable_and_one_from_before_is_kept_and_sealed(pool: Any, tmp_path: Path) -> None:
    factors = PostgresFactors(pool, FactorKeys(key_file(tmp_path / "keys", secrets.token_hex(32))))
    async with pool.acquire() as connection:
        await connection.execute("INSERT INTO second_factors (account, secret, is_on) VALUES ('ada', $1, true)", SECRET)
    await factors.begin("bob", OTHER)
    before = await factors.find("ada")
    assert await factors.seal_all() == 1
    after, new = await factors.find("ada"), await factors.find("bob")

    assert after is not None
    assert before == after
    assert new is not None
    assert (after.secret, after.is_on, new.secret) == (SECRET, True, OTHER)
    for key_id, sealed in (await kept(pool)).values():
        assert key_id is not None
        assert SECRET not in sealed
        assert OTHER not in sealed


async def test_a_key_is_rotated_and_the_old_one_is_not_needed_then(pool: Any, tmp_path: Path) -> None:
    old, new = secrets.token_hex(32), secrets.token_hex(32)
    await PostgresFactors(pool, FactorKeys(key_file(tmp_path / "old", old))).begin("ada", SECRET)
    both = PostgresFactors(pool, FactorKeys(key_file(tmp_path / "both", new, old)))
    assert (await both.seal_all(), await both.seal_all()) == (1, 0)

    alone = await PostgresFactors(pool, FactorKeys(key_file(tmp_path / "new", new))).find("ada")
    assert alone is not None
    assert alone.secret == SECRET
    with pytest.raises(SettingsWrong, match="which the file of keys lacks"):
        await PostgresFactors(pool, FactorKeys(key_file(tmp_path / "old", old))).find("ada")


async def test_a_secret_does_not_open_in_the_row_of_another_account(pool: Any, tmp_path: Path) -> None:
    factors = PostgresFactors(pool, FactorKeys(key_file(tmp_path / "keys", secrets.token_hex(32))))
    for account in ("ada", "bob"):
        await factors.begin(account, account.encode() * 7)
    async with pool.acquire() as connection:
        await connection.execute(
            "UPDATE second_factors SET secret = (SELECT secret FROM second_factors WHERE account = 'ada')"
        )
    with pytest.raises(SettingsWrong, match="does not open"):
        await factors.find("bob")


@pytest.mark.parametrize("said", ["", "no hex", "00" * 31, f"{'00' * 32}\n{'00' * 16}"])
def test_a_file_without_whole_keys_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsWrong):
        FactorKeys(key_file(tmp_path / "keys", said))
