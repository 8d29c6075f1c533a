"""`portal-admin`: what who runs the platform does with accounts; most people register themselves."""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from portal.adapters.issuer import read_signing_keys
from portal.adapters.passwords import Argon2Passwords
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.database import TABLES
from portal.application.accounts import Account
from portal.domain.names import flaw
from portal.domain.passwords import weakness
from portal.entrypoints.admin_settings import AdminSettings
from portal.entrypoints.web.settings import PortalSettings
from runtime.logs import configure
from runtime.settings import load


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.what == "jwks":
        keys = [key.jwk(arguments.issuer) for key in read_signing_keys(arguments.file)]
        print(json.dumps({"keys": keys}, indent=1))  # noqa: T201 - the answer
        return 0
    configure("portal-admin", "error")
    return asyncio.run(_run(arguments, load(AdminSettings, beside=PortalSettings)))


async def _run(arguments: argparse.Namespace, settings: AdminSettings) -> int:
    async with TABLES.pool(settings.database(), most=1) as pool:
        async with pool.acquire() as connection:
            await TABLES.migrate(connection)
        accounts = PostgresAccounts(pool)
        if arguments.what == "company":
            if (sentence := flaw(arguments.name)) is not None:
                print(sentence, file=sys.stderr)  # noqa: T201 - the answer to a person
                return 1
            await accounts.name_company(arguments.company, arguments.name)
            return 0
        if arguments.what == "erase":
            return await _erase(accounts, arguments.email)
        if arguments.what in ("lock", "unlock"):
            return await _set_active(accounts, arguments.email, active=arguments.what == "unlock")
        return await _add(accounts, arguments, sys.stdin.readline().rstrip("\n"))


async def _add(accounts: PostgresAccounts, arguments: argparse.Namespace, password: str) -> int:
    email = arguments.email.strip().lower()
    if (sentence := weakness(password, email) or flaw(arguments.name)) is not None:
        print(sentence, file=sys.stderr)  # noqa: T201 - the answer to a person
        return 1
    account = Account(arguments.account, email, arguments.name, arguments.language)
    hashed = await Argon2Passwords().hash(password)
    if not await accounts.add(account, hashed):
        print(f"{email}, or this account, is there already.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _set_active(accounts: PostgresAccounts, email: str, *, active: bool) -> int:
    email = email.strip().lower()
    if not await accounts.set_active(email, active=active):
        print(f"There is no account {email}.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _erase(accounts: PostgresAccounts, email: str) -> int:
    email = email.strip().lower()
    if (account := await accounts.erase(email, datetime.now(UTC))) is None:
        print(f"There is no account {email}.", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{account} names nobody any more. Companies that it belongs to keep it until they remove it.")  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal-admin", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    account = what.add_parser("account", help="add an account; its password is the first line of the input")
    account.add_argument("account", help="the id that the ledger knows")
    account.add_argument("email")
    account.add_argument("name")
    account.add_argument("--language", choices=("en", "de"), default="en")
    company = what.add_parser("company", help="say how a company is called")
    company.add_argument("company", help="the id that the ledger knows")
    company.add_argument("name")
    jwks = what.add_parser("jwks", help="print the public keys of a file of token keys, as the portal publishes them")
    jwks.add_argument("file", type=Path)
    jwks.add_argument("--issuer", required=True, help="whose tokens they sign")
    lock = what.add_parser(
        "lock", help="end all sessions and API tokens of an account and let it not in; its tokens end in a minute"
    )
    unlock = what.add_parser("unlock", help="let an account in again")
    erase = what.add_parser("erase", help="forget whose account it was, for good; the ledger keeps its id alone")
    for command in (lock, unlock, erase):
        command.add_argument("email")
    return parser
