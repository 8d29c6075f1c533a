"""The page of an announcement: what is made already is there to be heard, and stays untouched while more is made."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import html
from starlette.requests import Request

from portal.application.accounts import Account, Session
from portal.entrypoints.web.pages import Pages
from portal.entrypoints.web.static_files import StaticFiles

FILE = {"size": 8000, "seconds": 1.0, "sha256": "0" * 64, "signal_to_noise": 36.5, "warnings": []}
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
VISITOR = Session(
    session="s",
    account=Account(account="a", email="anna@example.com", name="Anna", language="en"),
    company="c",
    company_name="Anna's",
    company_kind="partner",
    reached=None,
    opened=NOON,
    confirmed=NOON,
    used=NOON,
    browser="",
)
FAILURE = {"code": "conversion_failed", "reason": "It never ended."}


def page(tmp_path: Path, state: str, made: list[str], *, seen: str = "", failure: Any = None) -> Any:
    """The page as a browser reads it."""
    job = {
        "job": "b0c1",
        "name": "welcome",
        "state": state,
        "files": [FILE | {"format": code, "name": f"welcome.{code}"} for code in made],
        "report": None,
        "failure": failure,
        "files_until": None,
    }
    (tmp_path / "htmx.js").write_text("")
    visitor = {
        "services": SimpleNamespace(is_secure=False),
        "session": VISITOR,
        "correlation_id": "1",
        "is_new_visitor": False,
    }
    scope = {"type": "http", "path": "/audio/b0c1", "query_string": b"", "headers": [], "state": visitor}
    pages = Pages(StaticFiles(tmp_path / "htmx.js"), brand="ours")
    shown = pages.page(
        Request(scope), "announcement.html", job=job, wave="", height=120, formats={}, seen=seen.split(",")
    )
    return html.fromstring(bytes(shown.body))


def heard(found: Any) -> list[str]:
    return [str(one).rpartition("/files/")[2] for one in found.xpath("//*[@id='files']//audio/@src")]


def test_what_is_made_is_heard_while_the_others_are_being_made(tmp_path: Path) -> None:
    found = page(tmp_path, "running", ["g711a", "g722"])
    (more,) = found.xpath("//*[@id='files']/tr[@hx-get]")
    assert heard(found) == ["g711a/preview", "g722/preview"]
    assert more.get("hx-get") == "/audio/b0c1?seen=g711a,g722"
    assert more.xpath(".//a/@href") == ["/audio/b0c1"]
    assert found.xpath("//form[contains(@action, 'deletion')] | //a[contains(., 'ZIP')]") == []


def test_what_a_browser_shows_already_is_not_sent_again_so_that_nobody_is_interrupted(tmp_path: Path) -> None:
    found = page(tmp_path, "running", ["g711a", "g722", "g729"], seen="g711a,g729")
    assert heard(found) == ["g722/preview"]
    assert found.xpath("//*[@id='files']/tr/@hx-get") == ["/audio/b0c1?seen=g711a,g722,g729"]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_the_end_brings_what_else_one_can_do(state: str, tmp_path: Path) -> None:
    found = page(tmp_path, state, ["g711a"], failure=FAILURE if state == "failed" else None)
    assert heard(found) == ["g711a/preview"]
    assert found.xpath("//@hx-get") == []
    assert found.xpath("//*[@id='rest']//form[contains(@action, 'deletion')]")
    assert bool(found.xpath("//a[contains(., 'ZIP')]")) == (state == "done")
    assert ("Not all files were made" in found.text_content()) == (state == "failed")
