"""The portal's pages at their own door, with one person of the vendor signed in and whatever APIs a test gives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Self, cast

import httpx
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from starlette.types import ASGIApp

from licensing_client import AudioClient, CaseClient, Client
from portal.adapters.apis import Apis, Asking
from portal.adapters.entry_stream import EntryStreams
from portal.adapters.issuer import TokenIssuer
from portal.application.accounts import Account, Accounts, Session, Sessions
from portal.entrypoints.web.app import build
from portal.entrypoints.web.dependencies import Services
from portal.entrypoints.web.forms import FORM_TOKEN
from portal.entrypoints.web.pages import Pages
from portal.entrypoints.web.static_files import StaticFiles

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
NOBODY = "http://127.0.0.1:1"
"""An address where nobody answers."""


class CompiledOnce(BytecodeCache):
    """Templates as Python has compiled them, by their source: most of what the first page of a portal takes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (kept := self._kept.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


@dataclass
class OneSession:
    """Somebody is signed in, of the vendor unless a test says otherwise, and just gave the password."""

    company_kind: str = "vendor"
    language: str = "en"
    name: str = "Sabine Vogt"
    reached: list[int] = field(default_factory=list[int])
    looks: int = 0

    async def find(self, _cookie: str, _now: datetime) -> Session | None:
        return self._session()

    async def look(self, _cookie: str, _now: datetime) -> Session | None:
        """The session until the looks are used up: then it has ended."""
        self.looks -= 1
        return self._session() if self.looks >= 0 else None

    def _session(self) -> Session:
        return Session(
            session="s",
            account=Account("a", "staff@example.net", self.name, self.language),
            company="v",
            company_name="Vendor",
            company_kind=self.company_kind,
            reached=None,
            opened=NOW,
            confirmed=NOW,
            used=NOW,
            browser="",
        )

    async def reach(self, _session: str, sequence: int) -> None:
        self.reached.append(sequence)


class SomeNames:
    """Companies and people as the portal's database names them."""

    def __init__(self, companies: Mapping[str, str]) -> None:
        self._companies = companies

    async def companies_named(self, part: str, most: int, after: str = "") -> dict[str, str]:
        named = sorted(self._companies.items(), key=lambda one: (one[1].casefold(), one[0]))
        behind = [one for one, _ in named].index(after) + 1 if after else 0
        return dict([(one, name) for one, name in named[behind:] if part.casefold() in name.casefold()][:most])

    async def company_names(self, companies: list[str]) -> dict[str, str]:
        return {one: self._companies[one] for one in companies if one in self._companies}

    async def names(self, accounts: list[str]) -> dict[str, str]:
        return dict.fromkeys(accounts, "Sabine Vogt")


class NoPasskeys:
    """Nobody has one."""

    @property
    def kept(self) -> Self:
        return self

    async def of_account(self, _account: str) -> list[object]:
        return []


class NoApiTokens:
    """Nobody has one."""

    @property
    def kept(self) -> Self:
        return self

    async def of_account(self, _account: str, _now: datetime) -> list[object]:
        return []


class SomeIssuer:
    """Tokens that nobody reads."""

    def token(self, account: str, company: str) -> str:
        return f"{account} {company}"


@dataclass
class AnsweringApis:
    """APIs that answer what a test says."""

    answer: Callable[[httpx.Request], httpx.Response]

    def acting(self, _account: str, _company: str, at_least: int | None = None) -> Asking:
        transport = httpx.MockTransport(self.answer)
        ledger, cases, audio = (
            made(NOBODY, "t", patience_seconds=-1.0, transport=transport) for made in (Client, CaseClient, AudioClient)
        )
        return Asking(cast("Client", ledger), cast("CaseClient", cases), cast("AudioClient", audio), at_least)


@cache
def away() -> Apis:
    """APIs of which none answers. Made once, as making them reads all certificate authorities of the machine."""
    return Apis(ledger=NOBODY, cases=NOBODY, audio=NOBODY, issuer=cast("TokenIssuer", SomeIssuer()))


def pages(
    folder: Path,
    apis: Apis | AnsweringApis,
    sessions: OneSession | None = None,
    companies: Mapping[str, str] | None = None,
    streams: EntryStreams | None = None,
    **more: Any,
) -> httpx.AsyncClient:
    """A browser before the pages, which know these names of companies; `more` are other services of a test's own."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(application(folder, apis, sessions, companies, streams, **more)), base_url=NOBODY
    )


def application(
    folder: Path,
    apis: Apis | AnsweringApis,
    sessions: OneSession | None = None,
    companies: Mapping[str, str] | None = None,
    streams: EntryStreams | None = None,
    **more: Any,
) -> ASGIApp:
    """The pages themselves."""
    script = folder / "htmx.js"
    script.write_bytes(b"")
    files, nobody = StaticFiles(script), cast("Any", None)
    services = Services(
        accounts=cast("Accounts", SomeNames(companies or {})),
        sessions=cast("Sessions", sessions or OneSession()),
        signing_in=nobody,
        second_factors=nobody,
        passkeys=cast("Any", NoPasskeys()),
        api_tokens=cast("Any", NoApiTokens()),
        openid=None,
        letters=nobody,
        post=None,
        issuer=nobody,
        apis=cast("Apis", apis),
        streams=streams or nobody,
        pages=Pages(files, brand="Licensing", compiled=COMPILED),
        files=files,
        clock=lambda: NOW,
        address=NOBODY,
        is_secure=False,
    )
    return build(replace(services, **more))


async def send(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form as the visitor's own pages do."""
    page = await browser.get("/staff/catalog/types/new")
    token = re.search(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"', page.text)
    assert token is not None
    return await browser.post(path, data={FORM_TOKEN: token[1], **fields})
