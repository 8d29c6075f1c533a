"""A ledger that takes commands by the line, and the pages on which a table becomes such lines."""

import base64
import html
import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from contracts.codes.activation_key import make
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.portal_pages import OneSession

KLINIK, ULM = "3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42", "4f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"
FOREIGN = "5f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42"
HERE, THERE, NEW, CLOSED = "009033010203", "009033010204", "009033010205", "009033010206"
KEY, BAD_KEY = make(b"s" * 32, "c"), "0ABC-DEF0-1234-5678"
TYPES = {"Port11": ("pbx", 11), "Port10": ("pbx", 10), "Channel": ("gateway", None), "SSC": ("service", None)}
NEWEST = 40


def project(identity: str, name: str, *rights: str) -> dict[str, Any]:
    return {"project": identity, "project_name": name, "company": "c", "rights": list(rights), "archived": None}


PROJECTS = [
    project(KLINIK, "Klinik am See", "view", "licenses", "return"),
    project(ULM, "Stadtwerke Ulm", "view", "licenses"),
    project(FOREIGN, "Weingut", "view"),
]


def licenses(**counts: int) -> list[dict[str, Any]]:
    return [{"license_type": name, "license_class": TYPES[name][0], "count": count} for name, count in counts.items()]


@dataclass
class Ledger:
    """One project with 30 ports, a device here with older ones, one in another project; and what was sent."""

    refuses: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Problems by serial."""
    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    entries: dict[str, int] = field(default_factory=dict[str, int])
    is_away: bool = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_away and request.method == "POST":
            raise httpx.ConnectError("nobody answers")
        match request.url.path.split("/")[2:]:
            case ["license-types"]:
                items = [
                    {"license_type": name, "license_class": of, "version": at, "family": name[:4]}
                    for name, (of, at) in TYPES.items()
                ]
                return listed(items)
            case ["projects"]:
                return listed(
                    [one for one in PROJECTS if request.url.params.get("project_name", "") in one["project_name"]]
                )
            case ["projects", identity]:
                return httpx.Response(200, json=next(one for one in PROJECTS if one["project"] == identity))
            case ["projects", identity, "balance"]:
                free = licenses(Port11=30, Channel=4) if identity == KLINIK else []
                return httpx.Response(200, json={"project": identity, "free": free, "held": []})
            case ["devices", serial] if serial in (HERE, THERE, CLOSED):
                where = {HERE: KLINIK, THERE: ULM, CLOSED: FOREIGN}[serial]
                return httpx.Response(200, json={"serial": serial, "project": where, "licenses": licenses(Port10=5)})
            case ["entries"]:
                return httpx.Response(200, json={"items": [{"sequence": NEWEST}], "next": NEWEST})
            case ["commands"]:
                lines = [json.loads(line) for line in request.content.splitlines()]
                answers = [self.decided(line["idempotency_key"], line["command"]) for line in lines]
                return httpx.Response(200, text="\n".join(map(json.dumps, answers)))
            case _:
                return httpx.Response(404, json={"code": "device_unknown", "detail": "There is no such device."})

    def decided(self, key: str, command: dict[str, Any]) -> dict[str, Any]:
        if command["name"] == "preview-activation-key":
            return self.previewed(command)
        self.sent.append(command)
        if no := self.refuses.get(command.get("serial", "")):
            return {"line": 1, "idempotency_key": key, "status": no.get("status", 409), "problem": no}
        sequence = self.entries.setdefault(key, NEWEST + 1 + len(self.entries))
        if command["name"] == "return-licenses":
            receipt = f'<receipt sequence="{sequence}"><credited type="Port10" count="5"/><remaining/></receipt>'
            answer = {"document": base64.b64encode(receipt.encode()).decode()}
            return {"line": 1, "idempotency_key": key, "status": 200, "answer": answer}
        return {"line": 1, "idempotency_key": key, "status": 201, "answer": {"sequence": sequence}}

    @staticmethod
    def previewed(command: dict[str, Any]) -> dict[str, Any]:
        if command["activation_key"] != KEY:
            return {"line": 1, "status": 422, "problem": {"code": "key_checksum", "detail": "The key is mistyped."}}
        held = [{**one, "held": 5} for one in licenses(Port11=25)]
        return {"line": 1, "status": 200, "answer": {"state": "redeemable", "licenses": held}}


def listed(items: list[dict[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next": None})


class Portal(NamedTuple):
    """The pages, built once: what was sent and noted is forgotten before each test."""

    browser: httpx.AsyncClient
    ledger: Ledger
    sessions: OneSession

    async def send(self, path: str, *uploads: bytes, **fields: str) -> httpx.Response:
        page = await self.browser.get("/bulk/redeem")
        token = re.search(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"', page.text)
        assert token is not None
        files = [("file", (f"file-{number}", one)) for number, one in enumerate(uploads)] or [("file", ("", b""))]
        return await self.browser.post(f"/bulk/{path}", data={FORM_TOKEN: token[1], **fields}, files=files)

    async def preview(self, job: str, table: str, *, default: str = KLINIK) -> httpx.Response:
        return await self.send(f"{job}/preview", csv=table, project=default, batch="2026-11-29")

    async def do(self, job: str, table: str, **fields: str) -> httpx.Response:
        said = {"csv": table, "project": KLINIK, "batch": "2026-11-29", "request": "f" * 16, **fields}
        return await self.send(job, **said)


def rows(page: httpx.Response) -> dict[int, str]:
    """What the page says of each line, without its markup."""
    found = re.findall(r'<tr><td class="number" data-name="Line">(.*?)</tr>', page.text, re.DOTALL)
    texts = [html.unescape(" ".join(re.sub("<[^>]+>", " ", one).split())) for one in found]
    return {int(number): said for number, said in (text.split(" ", 1) for text in texts)}


def download(page: httpx.Response) -> str:
    """The table in the form that downloads it."""
    return kept(page, "failed")


def kept(page: httpx.Response, name: str) -> str:
    """A table that goes along in a form."""
    found = re.search(f'<textarea name="{name}" hidden>(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])
