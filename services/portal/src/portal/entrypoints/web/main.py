"""`portal`: serves the pages on its port and the probes on its admin port."""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NoReturn

import httpx

from contracts.refusals import REFUSALS
from portal.adapters.apis import MOST_CONNECTIONS, Apis
from portal.adapters.entry_stream import EntryStreams
from portal.adapters.factor_keys import FactorKeys
from portal.adapters.issuer import TokenIssuer
from portal.adapters.openid import OpenIdProvider
from portal.adapters.passkeys import WebAuthn
from portal.adapters.passwords import Argon2Passwords
from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.api_tokens import PostgresApiTokens
from portal.adapters.postgres.database import TABLES
from portal.adapters.postgres.letters import PostgresTokens
from portal.adapters.postgres.openid import PostgresIdentities
from portal.adapters.postgres.outbox import PostgresOutbox
from portal.adapters.postgres.passkeys import PostgresPasskeys
from portal.adapters.postgres.second_factors import PostgresFactors
from portal.adapters.postgres.sessions import PostgresFailures, PostgresSessions
from portal.adapters.smtp import SmtpPost
from portal.application.api_tokens import ApiTokens
from portal.application.letters import Letters
from portal.application.openid import OpenId
from portal.application.outbox import Postman
from portal.application.passkeys import Passkeys
from portal.application.patience import Patience
from portal.application.second_factors import SecondFactors
from portal.application.signing_in import SigningIn
from portal.entrypoints.web.app import build
from portal.entrypoints.web.dependencies import Services
from portal.entrypoints.web.pages import Pages
from portal.entrypoints.web.settings import PortalSettings
from portal.entrypoints.web.static_files import StaticFiles
from runtime import tracing
from runtime.admin import Admin
from runtime.logs import configure, get_logger
from runtime.process import run, supervise
from runtime.settings import load
from runtime.web.problems import Problems
from runtime.web.server import STOP_SECONDS, WebServer, bound_to

SERVICE = "portal"
CONNECTIONS = 10
"""Concurrent statements; each takes a millisecond."""

_log = get_logger("portal")


def main() -> NoReturn:
    """Run until SIGTERM; requests in flight are finished."""
    settings = load(PortalSettings)
    configure(SERVICE, settings.log_level)
    tracing.begin(SERVICE, settings)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address with its serials
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


async def serve(settings: PortalSettings, stop: asyncio.Event) -> None:
    """Serve the pages until `stop` is set."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_CONNECTIONS, "api"))
    with bound_to(settings.portal_host, settings.portal_port, setting="LICENSING_PORTAL_PORT") as listener:
        async with _services(settings, stop) as services:
            server = WebServer(build(services), Problems(REFUSALS), trusted_proxies=settings.trusted_proxies)
            async with Admin.of(settings, lambda: _ready(server, services.post)):
                tasks = {"serve": server.serve_until(stop, listener)}
                tasks |= {"letters": services.post.work(stop)} if services.post else {}
                await supervise(stop, tasks, drain_seconds=STOP_SECONDS + 2)


@asynccontextmanager
async def _services(settings: PortalSettings, stop: asyncio.Event) -> AsyncGenerator[Services]:
    async with TABLES.pool(settings.database(), most=CONNECTIONS) as pool, _provider(settings) as provider:
        async with pool.acquire() as connection:
            await TABLES.migrate(connection)
        issuer = _issuer(settings)
        streams = EntryStreams(settings.ledger_url, issuer)
        apis = Apis(ledger=settings.ledger_url, cases=settings.rma_url, audio=settings.audio_url, issuer=issuer)
        accounts, sessions = PostgresAccounts(pool), PostgresSessions(pool)
        passwords, patience = Argon2Passwords(), Patience(PostgresFailures(pool), _now)
        kept = PostgresPasskeys(pool)
        keys = FactorKeys(settings.second_factor_key_file)
        factors = PostgresFactors(pool, keys)
        _log.info("second_factors_sealed", count=await factors.seal_all())
        second_factors = SecondFactors(factors, kept, _now)
        passkeys = Passkeys(kept, _web_authn(settings), _now)
        signing_in = SigningIn(accounts, sessions, patience, passwords, second_factors, passkeys, _now)
        files = StaticFiles(settings.htmx_file)
        yield Services(
            accounts=accounts,
            sessions=sessions,
            signing_in=signing_in,
            second_factors=second_factors,
            passkeys=passkeys,
            api_tokens=ApiTokens(PostgresApiTokens(pool), patience, _now),
            openid=OpenId(provider, PostgresIdentities(pool), accounts, signing_in, _now) if provider else None,
            letters=Letters(accounts, sessions, patience, PostgresTokens(pool, keys), passwords, _now),
            post=_postman(settings, PostgresOutbox(pool, keys)),
            issuer=issuer,
            apis=apis,
            streams=streams,
            pages=Pages(files, brand=settings.brand),
            files=files,
            clock=_now,
            address=settings.portal_url,
            is_secure=settings.is_secure,
            stopping=stop,
        )
        apis.close()
        await streams.close()


def _web_authn(settings: PortalSettings) -> WebAuthn:
    host = httpx.URL(settings.portal_url).host
    return WebAuthn(host=host, origin=settings.portal_url, name=settings.brand)


def _issuer(settings: PortalSettings) -> TokenIssuer:
    return TokenIssuer(
        settings.token_key_file,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        clock=_now,
    )


@asynccontextmanager
async def _provider(settings: PortalSettings) -> AsyncGenerator[OpenIdProvider | None]:
    issuer, client_id, secret_file = (
        settings.openid_issuer,
        settings.openid_client_id,
        settings.openid_client_secret_file,
    )
    if issuer is None or client_id is None or secret_file is None:
        yield None
        return
    authorities = ssl.create_default_context(cafile=settings.openid_ca_file)
    async with httpx.AsyncClient(verify=authorities) as client:
        yield OpenIdProvider(
            client,
            issuer=issuer,
            client_id=client_id,
            secret_file=secret_file,
            scopes=settings.openid_scopes,
            name=settings.openid_name,
            address=settings.portal_url,
        )


def _postman(settings: PortalSettings, outbox: PostgresOutbox) -> Postman | None:
    if settings.smtp_server is None:
        return None
    host, _, port = settings.smtp_server.partition(":")
    post = SmtpPost(
        host=host,
        port=int(port),
        sender=settings.smtp_sender,
        user=settings.smtp_user,
        password_file=settings.smtp_password_file,
    )
    return Postman(outbox, post, _now)


def _now() -> datetime:
    return datetime.now(UTC)


def _ready(server: WebServer, post: Postman | None) -> tuple[bool, str]:
    """Pages are served while letters wait: a mail server that is away takes no portal away."""
    if not server.is_listening:
        return False, "not listening"
    return True, f"ready, {post.waiting} letters wait" if post and post.waiting else "ready"
