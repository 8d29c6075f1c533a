"""API tokens: how a program exchanges one for a short-lived token, what it is refused, and the pages that make them."""

import asyncio
import base64
import html
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from prometheus_client import REGISTRY

from contracts.scopes import SCOPES
from portal.adapters.issuer import LIFE_SECONDS, TokenIssuer
from portal.application.accounts import Session
from portal.application.api_tokens import KEPT, ApiTokens, Made
from portal.application.patience import Patience
from portal.domain.api_tokens import MOST_TOKENS, ApiToken, granted
from portal.domain.patience import MOST_FOR_ACCOUNT
from portal.entrypoints.web.forms import FORM_TOKEN, form_token
from runtime.trouble import Trouble
from tests.support.portal_failures import Remembered
from tests.support.portal_pages import NOBODY, NOW, OneSession, away, pages

ENDPOINT, PAGE = "/oauth/token", "/settings/api-tokens"
HOLDS = frozenset({"licenses:read", "licenses:write", "repairs:read"})
GRANT = {"grant_type": "client_credentials"}
COOKIE = {"session": "the cookie of a browser"}
WANTED = {"name": "Report", "scope-licenses": "read", "days": "30"}


@dataclass
class Kept:
    """API tokens in memory; those of an account that is locked are not found."""

    tokens: dict[str, tuple[ApiToken, str]] = field(default_factory=dict[str, tuple[ApiToken, str]])
    locked: set[str] = field(default_factory=set[str])
    is_away: bool = False

    async def add(self, token: ApiToken, secret_digest: str) -> bool:
        if len(self.tokens) >= MOST_TOKENS:
            return False
        self.tokens[token.client_id] = token, secret_digest
        return True

    async def find(self, client_id: str) -> tuple[ApiToken, str] | None:
        if self.is_away:
            raise Trouble("the database is away")
        found = self.tokens.get(client_id)
        return None if found is None or found[0].account in self.locked else found

    async def of_account(self, account: str, now: datetime) -> list[ApiToken]:
        mine = [one for one, _ in self.tokens.values() if one.account == account]
        return [one for one in mine if (one.ended or one.expires) >= now - KEPT]

    async def note_use(self, client_id: str, now: datetime) -> None:
        self._change(client_id, used=now)

    async def end(self, account: str, client_id: str, now: datetime) -> bool:
        found = self.tokens.get(client_id)
        if found is None or found[0].account != account:
            return False
        self._change(client_id, ended=now)
        return True

    def _change(self, client_id: str, **more: Any) -> None:
        token, digest = self.tokens[client_id]
        self.tokens[client_id] = replace(token, **more), digest


@dataclass
class World:
    """The portal with API tokens, its clock, and a browser that is signed in."""

    kept: Kept
    tokens: ApiTokens
    browser: httpx.AsyncClient
    now: datetime = NOW

    async def made(self) -> Made:
        return await self.tokens.make("a", "v", name="Report", scopes=HOLDS, days=30)

    async def asked(self, made: Made, **more: str) -> httpx.Response:
        return await self.browser.post(ENDPOINT, data=GRANT | more, auth=(made.token.client_id, made.secret))

    async def sent(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        self.browser.cookies.update(COOKIE)
        return await self.browser.post(path, data={FORM_TOKEN: form_token(COOKIE["session"]), **fields})


class OfNoCompany(OneSession):
    """Somebody who has not chosen one yet."""

    async def find(self, cookie: str, now: datetime) -> Session | None:
        session = await super().find(cookie, now)
        assert session is not None
        return replace(session, company=None, company_name=None, company_kind=None)


@pytest.fixture
def world(tmp_path: Path) -> World:
    kept = Kept()
    world = World(kept, cast("Any", None), cast("Any", None))
    world.tokens = ApiTokens(kept, Patience(Remembered(), lambda: world.now), lambda: world.now)
    key = tmp_path / "key.pem"
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        out.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    issuer = TokenIssuer(key, issuer="urn:p", audience="apis", clock=lambda: world.now)
    world.browser = pages(
        tmp_path, away(), OneSession(), {"v": "Vendor"}, api_tokens=world.tokens, issuer=issuer, clock=lambda: world.now
    )
    return world


def claims(answer: httpx.Response) -> dict[str, Any]:
    return jwt.decode(answer.json()["access_token"], options={"verify_signature": False})


async def test_a_program_gets_a_token_of_a_minute_that_says_whose_it_is_and_what_it_may_do(world: World) -> None:
    made = await world.made()
    answer = await world.asked(made)

    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert "set-cookie" not in answer.headers
    said = answer.json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", LIFE_SECONDS)
    assert said["scope"] == "licenses:read licenses:write repairs:read"
    found = claims(answer)
    assert (found["sub"], found["company"], found["client_id"]) == ("a", "v", made.token.client_id)
    assert (found["scope"], found["exp"] - found["iat"]) == (said["scope"], LIFE_SECONDS)


async def test_a_program_may_show_its_secret_in_the_form_and_ask_for_fewer_scopes(world: World) -> None:
    made = await world.made()
    shown = {"client_id": made.token.client_id, "client_secret": made.secret}
    answer = await world.browser.post(ENDPOINT, data=GRANT | shown | {"scope": "repairs:read licenses:read"})

    assert (answer.status_code, answer.json()["scope"]) == (200, "licenses:read repairs:read")
    assert claims(answer)["scope"] == "licenses:read repairs:read"


@pytest.mark.parametrize("wanted", ["audio:read", "repairs:read repairs:write", "openid", "\N{SNOWMAN}"])
async def test_no_program_gets_more_than_its_api_token_has(world: World, wanted: str) -> None:
    answer = await world.asked(await world.made(), scope=wanted)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_an_api_token_whose_scopes_nobody_knows_any_more_gets_nothing() -> None:
    assert granted({"telephones:read"}, None) == frozenset()
    assert granted(SCOPES, None) == SCOPES


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MALFORMED: dict[str, tuple[dict[str, str], bytes, str]] = {
    "no grant_type": (FORM, b"scope=", "invalid_request"),
    "another grant": (FORM, b"grant_type=password&username=a&password=b", "unsupported_grant_type"),
    "a field twice": (FORM, b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
    "the secret in two ways": (FORM, b"grant_type=client_credentials&client_secret=a", "invalid_request"),
    "two ids": (FORM, b"grant_type=client_credentials&client_id=another", "invalid_request"),
    "JSON": ({"Content-Type": "application/json"}, b'{"grant_type": "client_credentials"}', "invalid_request"),
    "a form with a file": ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b--", "invalid_request"),
    "too long a form": (FORM, b"grant_type=client_credentials&scope=" + b"a" * 4096, "invalid_request"),
    "too many fields": (FORM, b"&".join(b"a%d=1" % number for number in range(30)), "invalid_request"),
    "no text": (FORM, b"grant_type=\xff", "invalid_request"),
}


@pytest.mark.parametrize("wrong", MALFORMED)
async def test_a_request_that_is_malformed_is_told_how(world: World, wrong: str) -> None:
    made, (head, body, error) = await world.made(), MALFORMED[wrong]
    auth = made.token.client_id, made.secret
    answer = await world.browser.post(ENDPOINT, content=body, headers=head, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


def basic(said: str) -> str:
    return f"Basic {base64.b64encode(said.encode()).decode()}"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        "Basic",
        "Basic ???",
        basic("no colon"),
        basic(":"),
        basic("tok_0123456789abcdef:lic_a"),
        basic("\0:\0"),
    ],
)
async def test_who_shows_no_secret_of_an_api_token_is_no_client(world: World, authorization: str) -> None:
    head = {"Authorization": authorization} if authorization else {}
    answer = await world.browser.post(ENDPOINT, data=GRANT, headers=head)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


async def test_an_api_token_that_has_ended_or_expired_or_whose_account_is_locked_is_worth_nothing(world: World) -> None:
    ended, expired, locked = [await world.made() for _ in range(3)]
    await world.tokens.end("a", ended.token.client_id)
    assert (await world.asked(ended)).status_code == 401

    world.kept.locked.add("a")
    assert (await world.asked(locked)).status_code == 401
    world.kept.locked.clear()
    assert (await world.asked(expired)).status_code == 200
    world.now += timedelta(days=30)
    answer = await world.asked(expired)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_nobody_ends_an_api_token_of_another_account(world: World) -> None:
    made = await world.made()
    await world.tokens.end("eve", made.token.client_id)
    assert (await world.asked(made)).status_code == 200


async def test_guesses_are_slowed_down_and_those_of_another_network_keep_no_program_out(world: World) -> None:
    made = await world.made()
    guessed = [await world.asked(replace(made, secret="lic_guess")) for _ in range(MOST_FOR_ACCOUNT + 1)]

    assert [one.status_code for one in guessed] == [401] * MOST_FOR_ACCOUNT + [429]
    assert int(guessed[-1].headers["retry-after"]) > 0
    assert (await world.asked(made)).status_code == 429
    token, _ = await world.tokens.exchange(made.token.client_id, made.secret, None, address="198.51.100.7")
    assert token.client_id == made.token.client_id


async def test_a_program_that_is_right_is_not_slowed_down_by_itself_however_many_it_is(world: World) -> None:
    made = await world.made()
    answers = await asyncio.gather(*(world.asked(made) for _ in range(MOST_FOR_ACCOUNT * 2)))
    assert {one.status_code for one in answers} == {200}


async def test_while_the_database_is_away_a_program_tries_again(world: World) -> None:
    made = await world.made()
    world.kept.is_away = True
    answer = await world.asked(made)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_no_log_and_no_table_has_the_secret(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    made = await world.made()
    await world.asked(made)
    swapped = replace(made, secret=made.token.client_id, token=replace(made.token, client_id=made.secret))
    assert (await world.asked(swapped)).status_code == 401
    said = capsys.readouterr()

    assert made.secret not in said.out + said.err + repr(world.kept) + repr(made)
    assert len(made.secret) >= 43
    assert made.secret.startswith("lic_")


async def test_what_becomes_of_api_tokens_is_counted(world: World) -> None:
    def counts() -> list[float]:
        names = "made", "used", "refused", "ended"
        return [REGISTRY.get_sample_value("licensing_portal_api_tokens_total", {"result": one}) or 0.0 for one in names]

    before = counts()
    made = await world.made()
    await world.asked(made)
    await world.asked(made, scope="audio:write")
    await world.tokens.end("a", made.token.client_id)
    assert [after - was for after, was in zip(counts(), before, strict=True)] == [1, 1, 1, 1]


async def test_programs_find_the_endpoint_by_its_metadata(world: World) -> None:
    said = (await world.browser.get("/.well-known/oauth-authorization-server")).json()
    assert (said["issuer"], said["token_endpoint"]) == (NOBODY, f"{NOBODY}{ENDPOINT}")
    assert said["jwks_uri"] == f"{NOBODY}/.well-known/jwks.json"
    assert said["grant_types_supported"] == ["client_credentials"]
    assert set(said["scopes_supported"]) == SCOPES


async def test_a_person_makes_an_api_token_sees_its_secret_once_and_ends_it(world: World) -> None:
    page = await world.sent(PAGE, WANTED | {"scope-repairs": "write"})
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    secret = re.search(r'id="secret">(lic_[\w-]+)<', page.text)
    assert secret is not None
    assert f"{NOBODY}{ENDPOINT}" in page.text

    ((token, _),) = world.kept.tokens.values()
    assert (token.account, token.company, token.expires - token.made) == ("a", "v", timedelta(days=30))
    assert token.scopes == {"licenses:read", "repairs:read", "repairs:write"}
    assert (await world.asked(Made(token, secret[1]))).status_code == 200

    listed = html.unescape((await world.browser.get(PAGE)).text)
    assert token.client_id in listed
    assert "Repairs: read and write" in listed
    assert secret[1] not in listed
    assert (await world.sent(f"{PAGE}/ends", {"client_id": token.client_id})).status_code == 303
    assert (await world.asked(Made(token, secret[1]))).status_code == 401


WRONG: dict[str, dict[str, str]] = {
    "no name": {"name": ""},
    "too long a name": {"name": "a" * 41},
    "a name that reads otherwise": {"name": "Report\u202e"},
    "no scope": {"scope-licenses": ""},
    "a scope that is none": {"scope-licenses": "all"},
    "no end": {"days": ""},
    "an end that is too late": {"days": "3650"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_form_that_lacks_something_makes_nothing(world: World, wrong: str) -> None:
    page = await world.sent(PAGE, WANTED | WRONG[wrong])
    assert (page.status_code, world.kept.tokens) == (422, {})


async def test_an_account_has_only_so_many(world: World) -> None:
    for _ in range(MOST_TOKENS):
        await world.made()
    page = await world.sent(PAGE, WANTED)
    assert (page.status_code, len(world.kept.tokens)) == (409, MOST_TOKENS)


async def test_the_password_is_asked_for_again_first(world: World) -> None:
    world.now += timedelta(minutes=16)
    page = await world.sent(PAGE, WANTED)
    assert (page.status_code, world.kept.tokens) == (403, {})
    assert 'name="confirming_password"' in page.text
    assert 'name="scope-licenses" value="read"' in page.text


async def test_who_has_no_company_yet_chooses_one_first(world: World, tmp_path: Path) -> None:
    world.browser = pages(tmp_path, away(), OfNoCompany(), api_tokens=world.tokens)
    page = await world.browser.get(PAGE)
    assert 'href="/company"' in page.text
    assert 'name="days"' not in page.text
    answer = await world.sent(PAGE, WANTED)
    assert (answer.headers["location"], world.kept.tokens) == ("/company", {})
