"""Keys that a project redeemed: what each brought and which entry says so, and nothing of the key but its hint."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.portal_pages import AnsweringApis, OneSession, pages

PROJECT, DIGEST = "1f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42", "d89f" * 16
KEY = {
    "key_digest": DIGEST,
    "key_hint": "7QK2",
    "licenses": [{"license_type": "Port11", "license_class": "pbx", "count": 25}],
    "customer_reference": "PO-77",
    "redeemed": "2026-11-20T10:00:00Z",
    "redeemed_sequence": 1174,
    "blocked": None,
}


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/activation-keys"):
        items: list[dict[str, Any]] = [] if "cursor" in request.url.params else [KEY]
        return httpx.Response(200, json={"items": items, "next": "1174"})
    found = {"project": PROJECT, "project_name": "Klinik am See", "company": "c", "rights": ["view"], "archived": None}
    return httpx.Response(200, json=found)


@pytest.mark.parametrize(("kind", "is_linked"), [("reseller", False), ("vendor", True)])
async def test_a_key_stands_there_by_its_hint_and_leads_to_its_entry(
    tmp_path: Path, kind: str, *, is_linked: bool
) -> None:
    async with pages(tmp_path, AnsweringApis(answer), OneSession(company_kind=kind)) as browser:
        page = await browser.get(f"/projects/{PROJECT}/keys")
    said = " ".join(re.sub("<[^>]+>", " ", page.text).split())
    assert "…7QK2 25 Port11 PO-77" in said
    assert 'href="/e/1174">entry 1,174</a>' in page.text
    assert (f'href="/staff/keys/{DIGEST}"' in page.text) == is_linked
    assert f'href="/projects/{PROJECT}/keys?cursor=1174" rel="next"' in page.text


async def test_a_project_without_keys_says_so(tmp_path: Path) -> None:
    async with pages(tmp_path, AnsweringApis(answer), OneSession(company_kind="reseller")) as browser:
        page = await browser.get(f"/projects/{PROJECT}/keys?cursor=1174")
    assert "No key was redeemed into this project yet." in page.text
