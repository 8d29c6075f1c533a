"""What a page says while an API is away, and what it keeps."""

import asyncio
import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import cast

import httpx
import pytest

from portal.adapters import apis, smtp
from portal.adapters.smtp import SmtpPost
from portal.application.accounts import Session
from portal.application.letters import Kind, Letter, Message, PostAway
from portal.application.outbox import Outbox, Postman
from portal.entrypoints.web import doorkeeper
from portal.entrypoints.web.forms import FORM_TOKEN, form_token
from runtime.trouble import Trouble
from tests.support.portal_pages import NOW, AnsweringApis, OneSession, away, pages, send

COOKIE = {"session": "the cookie of a browser"}
TOKEN = form_token(COOKIE["session"])
TYPED = {FORM_TOKEN: TOKEN, "request": "0123456789abcdef", "reason": "A long story", "confirming_password": "a secret"}


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.setattr(apis, "PATIENCE_SECONDS", -1.0)
    return pages(tmp_path, away())


def hidden(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


async def test_a_form_that_nobody_answered_can_be_sent_again_under_the_same_key(portal: httpx.AsyncClient) -> None:
    typed = {"request": "0123456789abcdef", "reason": 'Wrong "box"', "reference": "CASE-1"}
    page = await send(portal, "/staff/corrections/c/approval", **typed)

    assert page.status_code == 503
    assert "Send it again" in page.text
    assert hidden(page).items() >= {"request": "0123456789abcdef", "reason": "Wrong &#34;box&#34;"}.items()


async def test_no_password_stands_in_a_page(portal: httpx.AsyncClient) -> None:
    secret = {"request": "0123456789abcdef", "confirming_password": "four people"}
    page = await send(portal, "/staff/devices/009033010203/steps/replace", **secret)

    assert page.status_code == 503
    assert "four people" not in page.text


async def test_a_form_without_a_key_is_not_offered_again(portal: httpx.AsyncClient) -> None:
    page = await send(portal, "/staff/corrections/c/approval")
    assert (page.status_code, "Send it again" in page.text) == (503, False)


class NoDatabase(OneSession):
    """Nobody can be asked who visits."""

    async def find(self, _cookie: str, _now: datetime) -> Session | None:
        raise Trouble("the database is away")


async def test_while_the_database_is_away_a_form_is_kept_but_for_its_password(tmp_path: Path) -> None:
    async with pages(tmp_path, away(), NoDatabase()) as portal:
        portal.cookies.update(COOKIE)
        page = await portal.post("/staff/corrections/c/approval", data=TYPED)
        forged = await portal.post("/staff/corrections/c/approval", data=TYPED | {FORM_TOKEN: "0" * 64})

    assert (page.status_code, hidden(page)["reason"], "a secret" in page.text) == (503, "A long story", False)
    assert (forged.status_code, "A long story" in forged.text) == (503, False)


@pytest.mark.parametrize("path", ["/", "/projects", "/staff/corrections", "/settings"])
async def test_while_the_database_is_away_a_page_says_so(tmp_path: Path, path: str) -> None:
    async with pages(tmp_path, away(), NoDatabase()) as portal:
        page = await portal.get(path)
    assert (page.status_code, "Not available right now" in page.text, "Traceback" in page.text) == (503, True, False)


async def test_while_the_database_is_away_a_file_gets_a_page_too(tmp_path: Path) -> None:
    async with pages(tmp_path, away(), NoDatabase()) as portal:
        portal.cookies.update(COOKIE)
        page = await portal.post("/audio/recordings", data={FORM_TOKEN: TOKEN}, files={"file": ("a.wav", b"RIFF")})
    assert (page.status_code, "Not available right now" in page.text) == (503, True)
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_an_api_that_never_answers_gets_a_page_and_the_form_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper, "REQUEST_SECONDS", 0.2)
    silent = threading.Event()

    def answer(_: httpx.Request) -> httpx.Response:
        silent.wait(10)
        return httpx.Response(500)

    async with pages(tmp_path, AnsweringApis(answer)) as portal:
        portal.cookies.update(COOKIE)
        page = await portal.post("/staff/corrections/c/approval", data=TYPED)
        silent.set()

    assert (page.status_code, hidden(page)["reason"], "a secret" in page.text) == (503, "A long story", False)
    assert page.headers["cache-control"] == "no-store"


async def greets(text: bytes) -> tuple[asyncio.Server, SmtpPost, list[int]]:
    """A mail server that says this and no more, how the portal asks it, and how often it was asked."""
    asked = list[int]()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.write(text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, SmtpPost(host="127.0.0.1", port=server.sockets[0].getsockname()[1], sender="a@b.example"), asked


@pytest.mark.parametrize("greeting", [b"554 no\r\n", b"", b"x" * 10_000, b"\xff\xfe\r\n"])
async def test_a_server_that_does_not_greet_takes_no_letters(greeting: bytes) -> None:
    server, post, _ = await greets(greeting)
    async with server:
        with pytest.raises(PostAway):
            await post.check()


async def test_many_who_ask_for_letters_are_one_connection_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    server, post, asked = await greets(b"220 mail.example\r\n")
    async with server:
        await asyncio.gather(*(post.check() for _ in range(50)))
        assert len(asked) == 1
    await server.wait_closed()
    monkeypatch.setattr(smtp, "BELIEVED_SECONDS", 0.0)
    with pytest.raises(PostAway):
        await post.check()


@pytest.mark.parametrize("path", ["/register", "/password"])
async def test_while_no_server_takes_letters_a_page_says_so_for_every_address(tmp_path: Path, path: str) -> None:
    smtp_server = SmtpPost(host="127.0.0.1", port=1, sender="a@b.example")
    nobody = Postman(cast("Outbox", None), smtp_server, lambda: NOW)
    async with pages(tmp_path, away(), post=nobody) as portal:
        portal.cookies.update(COOKIE)
        page = await portal.post(path, data={FORM_TOKEN: TOKEN, "email": "ada@example.net"})
    assert (page.status_code, "Letters can&#39;t be sent" in page.text) == (503, True)
    assert 'value="ada@example.net"' in page.text


class Waits:
    """Letters whose messages wait in a list; somebody has an account, everybody else has none."""

    def __init__(self) -> None:
        self.messages = list[tuple[str, Message]]()

    async def ask(self, kind: Kind, email: str, write: Callable[[Letter], Message], *, address: str) -> Letter:
        assert address
        letter = Letter(kind, email, "token", is_known=email == "ada@example.net")
        self.messages += [(email, write(letter))] if letter.goes_out else []
        return letter


async def test_a_page_waits_for_no_letter_and_tells_nobody_whether_there_is_one(tmp_path: Path) -> None:
    """Nor does the next request of the same connection: letters are sent beside the requests, from the outbox."""
    server, smtp_server, _ = await greets(b"220 mail.example\r\n")
    letters, post = Waits(), Postman(cast("Outbox", None), smtp_server, lambda: NOW)
    async with server, pages(tmp_path, away(), post=post, letters=letters) as portal:
        portal.cookies.update(COOKIE)
        asked = [
            await portal.post("/password", data={FORM_TOKEN: TOKEN, "email": email})
            for email in ("ada@example.net", "nobody@example.net")
        ]
    assert [one.status_code for one in asked] == [200, 200]
    same = [re.sub("ada|nobody|[0-9a-f]{32}", "", one.text) for one in asked]
    assert same[0] == same[1]
    ((email, message),) = letters.messages
    assert (email, "/password/token" in message.text) == ("ada@example.net", True)
