"""Sessions, API tokens, and identities of a provider that wait for their owner, as they lie in the real database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from portal.adapters.postgres.accounts import PostgresAccounts
from portal.adapters.postgres.api_tokens import MOST_PAST, PostgresApiTokens
from portal.adapters.postgres.database import TABLES
from portal.adapters.postgres.openid import PostgresIdentities
from portal.adapters.postgres.sessions import PostgresFailures, PostgresSessions
from portal.application.accounts import Account, ProviderSession
from portal.application.api_tokens import KEPT
from portal.application.openid import LOGOUTS_KEPT, Ended, Held, Identity, NothingHeld, OpenId, Provider
from portal.application.passkeys import Passkeys
from portal.application.patience import Patience
from portal.application.second_factors import SecondFactors
from portal.application.signing_in import SigningIn
from portal.domain.api_tokens import MOST_TOKENS, ApiToken
from tests.support.databases import as_role

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
HERS, OTHERS = Identity("https://id", "1", "ada@example.net", "Ada"), Identity("https://id", "2", "", "Eve")


class AnyPassword:
    """Takes every password."""

    async def hash(self, password: str) -> str:
        return password

    async def fits(self, password: str, known: str | None) -> bool:
        return (password, known) == ("right", "hash")


class ACode:
    """A second factor that some accounts have."""

    def __init__(self, *accounts: str) -> None:
        self._accounts = accounts

    async def are_asked_for(self, account: str) -> bool:
        return account in self._accounts


@pytest.fixture
async def pool(fresh_database_url: str) -> AsyncIterator[Any]:
    """The portal's tables with two accounts in them."""
    async with TABLES.pool(as_role(fresh_database_url, "portal"), most=1) as pool:
        async with pool.acquire() as connection:
            await TABLES.migrate(connection)
        for account in ("ada", "bob"):
            await PostgresAccounts(pool).add(Account(account, f"{account}@example.net", account, "en"), "hash")
        yield pool


def openid_of(pool: Any, *with_code: str) -> OpenId:
    factors, passkeys = cast("SecondFactors", ACode(*with_code)), cast("Passkeys", None)
    accounts, sessions = PostgresAccounts(pool), PostgresSessions(pool)
    patience = Patience(PostgresFailures(pool), lambda: NOW)
    signing_in = SigningIn(accounts, sessions, patience, AnyPassword(), factors, passkeys, lambda: NOW)
    return OpenId(cast("Provider", None), PostgresIdentities(pool), accounts, signing_in, lambda: NOW)


async def linked(openid: OpenId) -> list[str]:
    return [one.subject for one in await openid.identities.of_account("ada")]


async def test_a_password_alone_links_nothing_where_there_is_a_second_factor(pool: Any) -> None:
    openid = openid_of(pool, "ada")
    await openid.identities.hold("browser", Held(HERS, "/devices"), NOW)
    opened = await openid.sign_in_and_link("browser", "right", address="::1", browser="")
    assert (opened.waits, await linked(openid)) == (True, [])

    await openid.link_behind(opened.cookie, "bob")
    assert await linked(openid) == []
    await openid.link_behind(opened.cookie, "ada")
    assert await linked(openid) == ["1"]
    assert await openid.identities.held(opened.cookie, NOW - timedelta(hours=1)) is None


async def test_what_came_into_the_browser_behind_the_password_is_not_linked(pool: Any) -> None:
    openid = openid_of(pool, "ada")
    await openid.identities.hold("browser", Held(HERS, "/"), NOW)
    opened = await openid.sign_in_and_link("browser", "right", address="::1", browser="")
    await openid.arrive(OTHERS, cookie=opened.cookie, wanted="/", browser="")

    await openid.link_behind(opened.cookie, "ada")
    assert await linked(openid) == []


async def test_without_a_second_factor_the_password_links(pool: Any) -> None:
    openid = openid_of(pool)
    await openid.identities.hold("browser", Held(HERS, "/"), NOW)
    opened = await openid.sign_in_and_link("browser", "right", address="::1", browser="")
    assert (opened.waits, await linked(openid)) == (False, ["1"])


async def test_who_only_looks_does_not_keep_a_session(pool: Any) -> None:
    sessions, later = PostgresSessions(pool), NOW + timedelta(hours=11)
    await sessions.open("ada", "cookie", "", NOW, waits=False, confirmed=NOW)
    assert await sessions.look("cookie", later) is not None
    assert await sessions.look("cookie", NOW + timedelta(hours=13)) is None
    assert await sessions.find("cookie", later) is not None
    assert await sessions.look("cookie", NOW + timedelta(hours=13)) is not None


def ended(subject: str, sid: str, jti: str = "1", issuer: str = "https://id") -> Ended:
    return Ended(ProviderSession(issuer, subject, sid), jti)


async def three_sessions(pool: Any) -> PostgresSessions:
    """Two that came from the provider, from two sessions there, and one that did not."""
    sessions = PostgresSessions(pool)
    for cookie, sid in (("desk", "a"), ("phone", "b"), ("nameless", "")):
        there = ProviderSession("https://id", "1", sid)
        await sessions.open("ada", cookie, "", NOW, waits=cookie == "phone", confirmed=NOW, provider=there)
    await sessions.open(
        "bob", "bobs", "", NOW, waits=False, confirmed=NOW, provider=ProviderSession("https://id", "2", "c")
    )
    await sessions.open("ada", "by password", "", NOW, waits=False, confirmed=NOW)
    return sessions


async def open_ones(pool: Any) -> set[str]:
    sessions = PostgresSessions(pool)
    every = ("desk", "phone", "nameless", "bobs", "by password")
    return {
        one
        for one in every
        if await sessions.look(one, NOW) is not None or await sessions.find_waiting(one, NOW) is not None
    }


@pytest.mark.parametrize(
    ("said", "stay"),
    [
        (ended("1", "a"), {"phone", "bobs", "by password"}),
        (ended("", "a"), {"phone", "nameless", "bobs", "by password"}),
        (ended("1", ""), {"bobs", "by password"}),
        (ended("2", "a"), {"desk", "phone", "nameless", "bobs", "by password"}),
        (ended("1", "a", issuer="https://another"), {"desk", "phone", "nameless", "bobs", "by password"}),
    ],
)
async def test_sessions_end_with_that_at_the_provider_which_they_came_from(
    pool: Any, said: Ended, stay: set[str]
) -> None:
    await three_sessions(pool)
    assert await PostgresIdentities(pool).end_sessions(said, NOW)

    assert await open_ones(pool) == stay


async def test_a_logout_counts_once_for_as_long_as_its_token_is_believed(pool: Any) -> None:
    identities, last = PostgresIdentities(pool), NOW + LOGOUTS_KEPT
    assert [await identities.end_sessions(ended("1", "a"), at) for at in (NOW, last)] == [True, False]
    await three_sessions(pool)
    assert not await identities.end_sessions(ended("1", "a"), last)

    assert "desk" in await open_ones(pool)


async def test_an_identity_that_waits_to_be_linked_goes_with_its_session_at_the_provider(pool: Any) -> None:
    openid = openid_of(pool)
    await openid.identities.hold("browser", Held(replace(HERS, sid="a"), "/"), NOW)
    assert await openid.identities.end_sessions(ended("1", "a"), NOW)

    with pytest.raises(NothingHeld):
        await openid.sign_in_and_link("browser", "right", address="::1", browser="")


async def test_a_session_that_was_opened_by_linking_ends_with_the_one_at_the_provider(pool: Any) -> None:
    openid = openid_of(pool)
    await openid.identities.hold("browser", Held(replace(HERS, sid="a"), "/"), NOW)
    opened = await openid.sign_in_and_link("browser", "right", address="::1", browser="")
    again = await openid.arrive(replace(HERS, sid="b"), cookie="another", wanted="/", browser="")
    assert again is not None
    assert await openid.identities.end_sessions(ended("1", "a"), NOW)

    sessions = PostgresSessions(pool)
    assert [await sessions.look(one.cookie, NOW) is not None for one in (opened, again)] == [False, True]


def api_token(number: int, account: str = "ada", made: datetime = NOW, days: int = 30) -> ApiToken:
    return ApiToken(
        client_id=f"tok_{number:016x}",
        account=account,
        company="hotel",
        name="Report",
        scopes=frozenset({"licenses:read", "repairs:read"}),
        made=made,
        expires=made + timedelta(days=days),
    )


async def test_an_api_token_is_kept_as_it_was_made_and_its_use_to_the_minute(pool: Any) -> None:
    tokens, made, later = PostgresApiTokens(pool), api_token(1), NOW + timedelta(seconds=90)
    assert await tokens.add(made, "digest")
    assert await tokens.find(made.client_id) == (made, "digest")

    for at in (NOW, NOW + timedelta(seconds=30), later, later + timedelta(seconds=59)):
        await tokens.note_use(made.client_id, at)
    assert await tokens.of_account("ada", NOW) == [replace(made, used=later)]
    assert await tokens.of_account("bob", NOW) == []


async def test_an_api_token_ends_once_by_its_owner_alone(pool: Any) -> None:
    tokens, made = PostgresApiTokens(pool), api_token(1)
    await tokens.add(made, "digest")
    assert [await tokens.end(account, made.client_id, NOW) for account in ("bob", "ada", "ada")] == [False, True, False]

    assert await tokens.find(made.client_id) == (replace(made, ended=NOW), "digest")


async def test_an_account_has_only_so_many_api_tokens_that_work_and_as_many_again_once_they_have_ended(
    pool: Any,
) -> None:
    tokens = PostgresApiTokens(pool)
    made = [await tokens.add(api_token(number), "digest") for number in range(MOST_TOKENS + 1)]
    assert made == [True] * MOST_TOKENS + [False]
    assert await tokens.add(api_token(100, "bob"), "digest"), "those of another account do not count"

    assert await tokens.end("ada", api_token(3).client_id, NOW)
    assert await tokens.add(api_token(101), "digest")
    assert not await tokens.add(api_token(102), "digest")


async def test_api_tokens_of_the_past_are_few_and_swept_after_their_time(pool: Any) -> None:
    tokens = PostgresApiTokens(pool)
    for number in range(MOST_PAST + 5):
        await tokens.add(api_token(number), "digest")
        await tokens.end("ada", api_token(number).client_id, NOW + timedelta(seconds=number))
    assert len(await tokens.of_account("ada", NOW)) == MOST_PAST + 1

    after = NOW + timedelta(minutes=5) + KEPT
    assert await tokens.of_account("ada", after) == []
    await tokens.add(api_token(1000, "bob", made=after), "digest")
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM api_tokens") == 1


async def test_api_tokens_end_with_the_lock_of_their_account_for_good_and_go_when_it_is_erased(pool: Any) -> None:
    tokens, accounts, made = PostgresApiTokens(pool), PostgresAccounts(pool), api_token(1, made=datetime.now(UTC))
    await tokens.add(made, "digest")
    await accounts.set_active("ada@example.net", active=False)
    assert await tokens.find(made.client_id) is None
    assert not await tokens.add(api_token(2, made=made.made), "digest")

    await accounts.set_active("ada@example.net", active=True)
    found = await tokens.find(made.client_id)
    assert found is not None
    assert found[0].ended is not None

    await accounts.erase("ada@example.net", NOW)
    assert await tokens.find(made.client_id) is None
