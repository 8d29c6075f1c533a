"""What a page says while an API is away, and what it keeps: the pages at their own door, with nobody behind them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from portal.adapters import apis
from portal.adapters.issuer import TokenIssuer
from portal.application.accounts import Account, Session, Sessions
from portal.entrypoints.web.app import build
from portal.entrypoints.web.dependencies import Services
from portal.entrypoints.web.forms import FORM_TOKEN
from portal.entrypoints.web.pages import Pages
from portal.entrypoints.web.static_files import StaticFiles

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
NOBODY = "http://127.0.0.1:1"
"""An address where nobody answers."""


@dataclass
class OneSession:
    """Somebody of the vendor is signed in, and just gave the password."""

    async def find(self, _cookie: str, _now: datetime) -> Session:
        return Session(
            session="s",
            account=Account("a", "staff@example.net", "Sabine Vogt", "en"),
            company="v",
            company_name="Vendor",
            company_kind="vendor",
            reached=None,
            opened=NOW,
            confirmed=NOW,
            used=NOW,
            browser="",
        )


class SomeIssuer:
    """Tokens that nobody reads."""

    def token(self, account: str, company: str) -> str:
        return f"{account} {company}"


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.setattr(apis, "PATIENCE_SECONDS", -1.0)
    script = tmp_path / "htmx.js"
    script.write_bytes(b"")
    files = StaticFiles(script)
    nobody: Any = None
    services = Services(
        accounts=nobody,
        sessions=cast("Sessions", OneSession()),
        signing_in=nobody,
        second_factors=nobody,
        letters=nobody,
        post=None,
        issuer=nobody,
        apis=apis.Apis(ledger=NOBODY, cases=NOBODY, audio=NOBODY, issuer=cast("TokenIssuer", SomeIssuer())),
        pages=Pages(files, brand="Licensing"),
        files=files,
        clock=lambda: NOW,
        address=NOBODY,
        is_secure=False,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(build(services)), base_url=NOBODY)


async def sent(portal: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = await portal.get("/staff/corrections/new")
    shown = await portal.get("/staff/catalog/types/new")
    assert page.status_code == 200
    token = re.search(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"', shown.text)
    assert token is not None
    return await portal.post(path, data={FORM_TOKEN: token[1], **fields})


def hidden(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


async def test_a_form_that_nobody_answered_can_be_sent_again_under_the_same_key(portal: httpx.AsyncClient) -> None:
    typed = {"request": "0123456789abcdef", "reason": 'Wrong "box"', "reference": "CASE-1"}
    page = await sent(portal, "/staff/corrections/c/approval", **typed)

    assert page.status_code == 503
    assert "Send it again" in page.text
    assert hidden(page).items() >= {"request": "0123456789abcdef", "reason": "Wrong &#34;box&#34;"}.items()


async def test_no_password_stands_in_a_page(portal: httpx.AsyncClient) -> None:
    secret = {"request": "0123456789abcdef", "confirming_password": "four people"}
    page = await sent(portal, "/staff/devices/009033010203/steps/replace", **secret)

    assert page.status_code == 503
    assert "four people" not in page.text


async def test_a_form_without_a_key_is_not_offered_again(portal: httpx.AsyncClient) -> None:
    page = await sent(portal, "/staff/corrections/c/approval")
    assert (page.status_code, "Send it again" in page.text) == (503, False)
