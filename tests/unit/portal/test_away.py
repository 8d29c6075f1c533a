"""What a page says while an API is away, and what it keeps."""

import re
from pathlib import Path

import httpx
import pytest

from portal.adapters import apis
from tests.support.portal_pages import away, pages, send


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
