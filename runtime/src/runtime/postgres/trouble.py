"""Which failures of PostgreSQL are only trouble."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from runtime.trouble import Trouble

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    # Between the drop and the migrations of a rebuild there are no tables, and afterwards they are others.
    asyncpg.UndefinedTableError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InvalidCachedStatementError,
)


@asynccontextmanager
async def database_trouble(what: str) -> AsyncGenerator[None]:
    """Turn "the database is away, full or being rebuilt" into Trouble; a broken constraint stays a defect."""
    try:
        yield
    except asyncpg.DataError:  # a kind of InterfaceError, but a wrong value does not get better by waiting
        raise
    except asyncpg.DiskFullError as error:
        raise Trouble(f"{what}: the disk of the database is full") from error
    except ssl.SSLCertVerificationError as error:
        raise Trouble(f"{what}: the certificate of the database is refused: {error.verify_message}") from error
    except asyncpg.InvalidPasswordError as error:  # a new one is on its way to the file that it is read from
        raise Trouble(f"{what}: the database refuses the password") from error
    except _AWAY as error:
        raise Trouble(f"{what}: the database is away or being rebuilt ({type(error).__name__})") from error


@asynccontextmanager
async def transaction(pool: Any, what: str) -> AsyncGenerator[Any]:
    """A connection of the pool in a transaction; what fails because the database is away is Trouble."""
    async with database_trouble(what), pool.acquire() as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def statement(pool: Any, what: str) -> AsyncGenerator[Any]:
    """A connection of the pool for one statement, which is a transaction by itself and needs no more round trips.

    It names the schema of its tables: which generation of a read side is live is asked at the beginning of a
    transaction (runtime.postgres.read_side).
    """
    async with database_trouble(what), pool.acquire() as connection:
        yield connection
