"""The clients: every operation of the APIs, and what streams."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal, cast

import httpx

from licensing_client.api import CommandAnswer, CommandLine, EntryView, Operations
from licensing_client.audio_api import AudioOperations
from licensing_client.cases_api import CaseOperations
from licensing_client.transport import Transport, given

JSON_LINES = "application/jsonl"
Format = Literal["csv", "jsonl", "parquet"]


class Batches(Transport):
    """What is sent or read many at a time."""

    def send_commands(self, lines: Sequence[CommandLine]) -> Iterator[CommandAnswer]:
        """The answers in the order of the lines, as they come; a request that breaks off may be repeated whole."""
        content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        headers = {"Content-Type": JSON_LINES}
        with self.streamed("POST", "/v1/commands", content=content, headers=headers) as response:
            for line in response.iter_lines():
                yield cast("CommandAnswer", json.loads(line))

    def everything(self, page_of: Callable[..., Any], *names: str, **query: Any) -> Iterator[Any]:
        """The items of all pages of a list, such as `everything(client.list_devices, project)`."""
        while True:
            page = page_of(*names, **query)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]


class Client(Operations, Batches):
    """Acts with one account for one company. Raises Problem for every no, httpx.TransportError when nobody answers."""

    def export_movements(
        self,
        form: Format,
        *,
        project: str | None = None,
        after: int | None = None,
        as_of: str | int | None = None,
        at_least: int | None = None,
    ) -> Iterator[bytes]:
        """Movements as a file, in pieces."""
        query = given(format=form, project=project, after=after, as_of=as_of, at_least=at_least)
        return self._export("movements", query)

    def export_balances(
        self, form: Format, *, project: str | None = None, as_of: str | int | None = None, at_least: int | None = None
    ) -> Iterator[bytes]:
        """Balances as a file, in pieces."""
        return self._export("balances", given(format=form, project=project, as_of=as_of, at_least=at_least))

    def follow_entries(
        self,
        *,
        after: int | None = None,
        company: str | None = None,
        project: str | None = None,
        device: str | None = None,
        types: Sequence[str] | None = None,
        license_type: str | None = None,
    ) -> Iterator[EntryView]:
        """Entries as they happen, behind `after` or from now on, without end: it connects again where it broke off.

        Raises Problem once it may not see what it asks for any more, httpx.TransportError when nobody answers.
        """
        query = given(
            after=after, company=company, project=project, device=device, types=types, license_type=license_type
        )
        headers = dict[str, str]()
        while True:
            with (
                suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout),
                self.streamed("GET", "/v1/entries/stream", params=query, headers=headers) as response,
            ):
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        headers["Last-Event-ID"] = value
                    elif name == "data":
                        yield cast("EntryView", json.loads(value))

    def _export(self, what: str, query: dict[str, Any]) -> Iterator[bytes]:
        with self.streamed("GET", f"/v1/exports/{what}", params=query) as response:
            yield from response.iter_bytes()


class CaseClient(CaseOperations, Batches):
    """The same for RMA cases, which another service has at another address."""


class AudioClient(AudioOperations, Batches):
    """The same for announcement audio."""
