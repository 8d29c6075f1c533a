"""Hostile texts, files and outages on the real stack: pages show texts, refuse files, and keep what was typed."""

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

import audio.entrypoints.api.app
import ledger.entrypoints.api.app
import rma.entrypoints.api.app
from dev.demo import people
from dev.demo.story import Story, wanted
from dev.demo.tour import STOPS, begun, other
from dev.stack.mail import letters
from dev.stack.parts import PARTS, Kit
from dev.stack.service import ServiceProcess
from portal.entrypoints.web.dependencies import LIVE
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.free_texts import free_texts
from tests.support.frozen import frozen
from tests.support.hostile_apis import dangers
from tests.support.hostile_xml import DOCUMENTS
from tests.support.portal import CUSTOMER, RESELLER, STAFF, in_a_thread, token_of

HOSTILE = "=cmd|{{7*7}}<img src=x onerror=alert(2)>\"'"
"""A formula, a template, markup and the end of an attribute, in as many characters as a reference may have."""
WORD = "W" * 60
CONTENT = b"No light, no sound."
LOOKED_UP = {"serial", "replacement", "activation_key", "invitation_code", "voice", "formats", "email", "text"}
"""What has to be found, reached or spoken as it is; `text` of a message is typed into a page below."""
ELSEWHERE = {"file_name", "invoice"}
"""One stands in an address, and one is of a debt, which begins after a month: other tests type them."""
UNIQUE = {"project_name"}
"""What no two things of a company have; the same is typed in the place of the same."""
LINK = re.compile(r'href="([^"]+)"')
MOST_OF_A_KIND = 2
BACK_SECONDS = 60.0


APIS = {
    "ledger-api": ledger.entrypoints.api.app,
    "rma-api": rma.entrypoints.api.app,
    "audio-api": audio.entrypoints.api.app,
}


def free_names(api: str) -> set[str]:
    """The names of the free texts that are typed into bodies of an API."""
    return {one.name for one in free_texts(APIS[api].application())} - LOOKED_UP - ELSEWHERE


class Typing:
    """Puts the hostile text in the place of each free text that this process sends to an API."""

    def __init__(self, kit: Kit) -> None:
        self._free = {kit.ports.port(api): (api, free_names(api)) for api in APIS}
        self.typed = {api: set[str]() for api in APIS}
        self.case = ""

    def body(self, port: int | None, said: Any) -> Any:
        """What is sent to this port instead."""
        api, names = self._free.get(port or 0, ("", set[str]()))
        return self._typed_over(said, api, names)

    def _typed_over(self, said: Any, api: str, names: set[str]) -> Any:
        match said:
            case dict():
                return {name: self._member(name, value, api, names) for name, value in said.items()}
            case list():
                return [self._typed_over(one, api, names) for one in said]
            case _:
                return said

    def _member(self, name: str, value: Any, api: str, names: set[str]) -> Any:
        is_list = isinstance(value, list) and value and isinstance(value[0], str)
        if name not in names or not (isinstance(value, str) or is_list):
            return self._typed_over(value, api, names)
        self.typed[api].add(name)
        if name in UNIQUE:
            return HOSTILE + hashlib.sha256(str(value).encode()).hexdigest()[:8]
        return [HOSTILE, WORD] if is_list else HOSTILE


@contextmanager
def typing(typing: Typing) -> Generator[None]:
    """While it lasts, clients of this process type hostile texts."""
    send = httpx.HTTPTransport.handle_request

    def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.headers.get("content-type") == "application/json":
            body = json.dumps(typing.body(request.url.port, json.loads(request.read()))).encode()
            head = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
            request = httpx.Request(
                request.method, request.url, headers=head, content=body, extensions=request.extensions
            )
        return send(transport, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", handle)
        yield


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, browser: httpx.Client, email: str) -> None:
        self.browser = browser
        form = {FORM_TOKEN: token_of(browser.get("/sign-in")), "email": email, "password": people.PASSWORD}
        assert browser.post("/sign-in", data=form).status_code == 303
        browser.get("/company")

    def send(self, path: str, fields: dict[str, str], **file: tuple[str, bytes]) -> httpx.Response:
        form = {FORM_TOKEN: token_of(self.browser.get("/settings")), "request": secrets.token_hex(16)}
        return self.browser.post(path, data=form | fields, files=file or None)


Visitors = Callable[[str], Visitor]


def what_no_stop_says(story: Story) -> str:
    """A key with the customer's reference, labels and a note, and a repair with a file from its case to its end."""
    story.clerk.issue_activation_key(licenses=wanted({"Port11": 1}), order_number="PO", customer_reference="theirs")
    broken = other(story.serial, 9)
    added = story.partner.add_device(story.project, serial=broken)["sequence"]
    story.partner.label_device(broken, own_name="Reception", place="Cellar", reference="INV-7", at_least=added)
    story.partner.label_project(story.project, own_name="Adria")
    story.partner.note_entry(story.project, str(added), note="For the porter.", at_least=added)
    case = story.cases.file(broken)
    story.cases.partner.attach_file(case["rma"], CONTENT, file_name=HOSTILE)
    story.cases.repair(case)
    return case["rma"]


@pytest.fixture(scope="module")
def typed(kit: Kit) -> Typing:
    """All that the tour does, with hostile texts."""
    typed = Typing(kit)
    with begun(kit.state, lambda _: None) as tour:
        people.prepare(tour.story)
        with typing(typed):
            for stop in STOPS:
                stop(tour)
            typed.case = what_no_stop_says(tour.story)
    in_a_thread(people.add_accounts(kit))
    return typed


@pytest.fixture(scope="module")
def visitors(kit: Kit, typed: Typing) -> Iterator[Visitors]:
    assert typed.typed
    with ExitStack() as browsers:

        def visitor(email: str) -> Visitor:
            return Visitor(browsers.enter_context(httpx.Client(base_url=kit.portal_url, timeout=60)), email)

        yield visitor


def test_every_free_text_of_the_apis_was_typed(typed: Typing) -> None:
    assert typed.typed == {api: free_names(api) for api in APIS}


def kind_of(path: str) -> str:
    """The page that an address is of: without what names one of many."""
    return re.sub(r"[0-9a-f-]{36}|[0-9a-f]{12,}|\d+|=[^&]*", "*", path)


def pages_of(visitor: Visitor) -> Iterator[tuple[str, httpx.Response]]:
    """A few pages of each kind that links lead to, from the first one on."""
    seen, waiting, kinds = set[str](), ["/rmas?show=all", "/"], dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        if path in seen or path == LIVE or kinds.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        page = visitor.browser.get(path)
        if page.headers.get("content-type", "").startswith("text/html"):
            links = [urljoin(path, unescape(one).partition("#")[0]) for one in LINK.findall(page.text)]
            waiting += [one for one in links if one.startswith("/")]
        led = page.headers.get("location", "")
        waiting += [led] if led.startswith("/") else []
        yield path, page


@pytest.mark.parametrize(("email", "least"), [(STAFF, 3), (RESELLER, 1), (CUSTOMER, 0)])
def test_pages_show_hostile_texts_as_text(visitors: Visitors, email: str, least: int) -> None:
    """Most are texts of staff, which others read in their own cases alone."""
    wrong, shown = dict[str, object](), 0
    for path, page in pages_of(visitors(email)):
        if page.headers.get("content-type", "").startswith("text/html"):
            acting = dangers(page.text)
            shown += HOSTILE in unescape(page.text)
            if acting or page.status_code >= 500 or "script-src 'self'" not in page.headers["content-security-policy"]:
                wrong[path] = acting or page.status_code
    assert wrong == {}
    assert shown >= least


def test_a_file_is_shown_and_saved_under_its_hostile_name(visitors: Visitors, typed: Typing) -> None:
    partner = visitors(RESELLER)
    page = partner.browser.get(f"/rmas/{typed.case}")
    assert (HOSTILE in unescape(page.text), dangers(page.text)) == (True, [])
    (link,) = [one for one in LINK.findall(page.text) if "/attachments/" in one]
    saved = partner.browser.get(link)
    assert saved.content == CONTENT
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["content-type"].partition(";")[0] not in {"text/html", "image/svg+xml"}


SERIAL = "00903304a1c7"
"""A device of the partner with licenses."""
SHOWN_STATUS = {413, 422}
MOST_GROWTH = 200 * 1024
"""KiB that the portal may grow by for a dozen hostile files one after the other, one of 10 MB in base64 among them."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_return_document_that_is_made_to_harm_is_refused_with_a_sentence(visitors: Visitors, name: str) -> None:
    partner, document = visitors(RESELLER), DOCUMENTS[name]
    shown = partner.send(f"/devices/{SERIAL}/return/preview", {}, document=("return-1.xml", document))
    if len(document) > 32 * 1024:
        assert (shown.status_code, "This is no return document of a box" in shown.text) == (422, True)
        return
    assert shown.status_code == 200
    refused = partner.send(f"/devices/{SERIAL}/return", {"document": base64.b64encode(document).decode()})
    assert (refused.status_code, "document_malformed" in refused.text) == (422, True)


def peak_of(kit: Kit) -> int:
    """The most memory that the portal had so far, in KiB."""
    part = kit.make(next(part for part in PARTS if part.name == "portal"))
    assert isinstance(part, ServiceProcess)
    status = Path(f"/proc/{part.process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_no_form_takes_a_hostile_file_for_what_it_asks_for_or_grows_by_it(visitors: Visitors, kit: Kit) -> None:
    partner, staff, before = visitors(RESELLER), visitors(STAFF), peak_of(kit)
    case = partner.browser.get("/rmas?show=all").text.partition('href="/rmas/RMA')[2].partition('"')[0]
    wrong = dict[str, int]()
    for name, content in DOCUMENTS.items():
        for visitor, path, fields, field in (
            (staff, f"/staff/devices/{SERIAL}/steps/stock", {"reason": "It is back."}, "document"),
            (partner, "/bulk/allocate/preview", {}, "file"),
            (partner, "/audio/recordings", {"name": "x"}, "file"),
            (partner, f"/rmas/RMA{case}/attachments", {}, "file"),
        ):
            page = visitor.send(path, fields, **{field: ("a.xml", content)})
            if page.status_code >= 500 or "Traceback" in page.text or "root:" in page.text:
                wrong[f"{path} {name}"] = page.status_code
            if path.endswith("stock") and page.status_code not in SHOWN_STATUS | {404, 409}:
                wrong[f"{path} {name}"] = page.status_code
    assert wrong == {}
    assert peak_of(kit) - before < MOST_GROWTH


def test_a_file_of_10_mb_is_refused_where_none_is_wanted(visitors: Visitors) -> None:
    partner, big = visitors(RESELLER), DOCUMENTS["10 MB"]
    table = partner.send("/bulk/allocate/preview", {}, file=("a.csv", big))
    assert (table.status_code, "A file has at most 500 lines and 128 kB" in table.text) == (422, True)
    with httpx.Client(base_url=partner.browser.base_url) as nobody:
        form = {FORM_TOKEN: token_of(nobody.get("/sign-in"))}
        stranger = nobody.post("/sign-in", data=form, files={"file": ("a", big)})
    assert (stranger.status_code, "That is too much at once" in stranger.text) == (413, True)


@contextmanager
def without(kit: Kit, name: str) -> Generator[None]:
    """A part of the stack is away; then it is back."""
    part = kit.make(next(part for part in PARTS if part.name == name))
    part.stop()
    try:
        yield
    finally:
        part.launch()
        part.wait(lambda _: None)


def until(asked: Callable[[], httpx.Response], status: int) -> httpx.Response:
    """The first response with this status."""
    deadline = time.monotonic() + BACK_SECONDS
    while (page := asked()).status_code != status:
        assert time.monotonic() < deadline, page.text
        time.sleep(1)
    return page


@pytest.mark.parametrize(
    "is_ended", [False, pytest.param(True, marks=pytest.mark.campaign)], ids=["it is silent", "it has ended"]
)
def test_while_kafka_is_away_a_form_is_kept_and_done_once_when_it_is_sent_again(
    visitors: Visitors, kit: Kit, *, is_ended: bool
) -> None:
    partner, name = visitors(RESELLER), f"Kept {secrets.token_hex(6)}"
    form = {FORM_TOKEN: token_of(partner.browser.get("/settings")), "request": secrets.token_hex(16), "name": name}
    with without(kit, "kafka") if is_ended else frozen(kit.broker()):
        away, read = partner.browser.post("/projects", data=form), partner.browser.get("/projects")
    assert (away.status_code, read.status_code) == (503, 200)
    assert "Not available right now" in away.text
    assert "Traceback" not in away.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', away.text))
    assert kept.items() >= {"name": name, "request": form["request"]}.items()

    done = until(lambda: partner.browser.post("/projects", data=form), 303)
    again = partner.browser.post("/projects", data=form)
    assert again.headers["location"] == done.headers["location"]
    partner.browser.get(done.headers["location"])
    assert partner.browser.get(f"/projects?name={name}").text.count(f">{name}<") == 1


def test_while_no_server_takes_letters_a_page_says_so_keeps_the_address_and_goes_on_by_itself(kit: Kit) -> None:
    email = f"mia.{secrets.token_hex(4)}@example.net"
    with httpx.Client(base_url=kit.portal_url, timeout=30) as nobody:
        form = {FORM_TOKEN: token_of(nobody.get("/register")), "email": email}
        with without(kit, "mail"):  # one more try than it is believed for seconds that the server greets
            away = until(lambda: nobody.post("/register", data=form), 503)
        assert ("Letters can't be sent at the moment" in unescape(away.text), email in away.text) == (True, True)
        until(lambda: nobody.post("/register", data=form), 200)
    deadline = time.monotonic() + BACK_SECONDS
    while not any(one["To"] == email for one in letters(kit.state)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
