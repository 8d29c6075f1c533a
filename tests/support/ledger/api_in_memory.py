"""The API in this process: real rules behind it in memory, tokens of a throw-away issuer, no rows to query."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx

from contracts.actors import Actor, Operator
from contracts.commands import Command, CommandRecord
from contracts.documents.device_certificate import Authorities
from contracts.identifiers import derived_id
from contracts.outcomes import Accepted, Rejected
from contracts.staff_texts import digest_of
from contracts.support.cases import CaseFacts
from ledger.application.labels import Kept, Thing, Words
from ledger.application.queries.exports import Exports
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.signed_documents import SignedDocuments
from ledger.application.queries.visibility import Viewer
from ledger.application.support_cases import Delivery, SupportCaseNotice, TakenOutcome
from ledger.application.writing.ledger_log import LedgerReplica, SpeculativeLedger, ledger_log
from ledger.application.writing.received_command import ReceivedCommand
from ledger.entrypoints.api.app import build
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.attempt_limiter import AttemptLimiter
from ledger.entrypoints.api.http.redemptions import Redemptions
from runtime.accesses import Access, AccessPlace, AccessSearch, AccessView
from runtime.pages import Page
from runtime.staff_texts import EntryTextsView, KeptText, KeptTexts
from runtime.trouble import Trouble
from tests.support.documents import PUBLIC_KEYS
from tests.support.issuer import Issuer
from tests.support.ledger.story import STAFF, VENDOR, found


def an_empty_ledger() -> SpeculativeLedger:
    log = ledger_log(0)
    return SpeculativeLedger(log, LedgerReplica.of(log), lambda: datetime.now(UTC))


@dataclass
class MemoryLedger:
    """A CommandChannel that decides with the real rules. `away` makes every command Trouble."""

    draft: SpeculativeLedger = field(default_factory=an_empty_ledger)
    away: bool = False
    asked: list[Command] = field(default_factory=list[Command])

    async def ask(
        self,
        command: Command,
        *,
        ledger: int,  # noqa: ARG002
        command_id: str,
        actor: Actor,
        correlation_id: str,
        traceparent: str | None = None,
        token: str = "",  # noqa: ARG002
    ) -> Accepted | Rejected:
        if self.away:
            raise Trouble("no broker answers at secret-host:9092")
        self.asked.append(command)
        record = CommandRecord(
            command_id=command_id,
            actor=actor,
            reply_to="test",
            correlation_id=correlation_id,
            traceparent=traceparent,
            command=command,
        )
        (outcome,) = self.draft.take([ReceivedCommand.unproven(record)], {}).outcomes
        return outcome


class NeverReached:
    """A Waiter for a read side that does not move."""

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:  # noqa: ARG002
        return await holds()


class MemoryStaffTexts:
    """Implements StaffTexts for a read side without entries; a salt follows from its command."""

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        salt = command_id.encode()
        return {member: KeptText(digest_of(text, salt), salt, text) for member, text in texts.items()}

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        pass

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        pass

    async def of_entry(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:  # noqa: ARG002
        return None

    async def erase(self, viewer: Viewer, sequence: int) -> EntryTextsView | None:  # noqa: ARG002
        return None


class MemoryLabels:
    """Labels of a read side without projects."""

    async def read(self, viewer: Viewer, thing: Thing) -> Kept | None:  # noqa: ARG002
        return None

    async def of_devices(self, viewer: Viewer, serials: Sequence[str]) -> Mapping[str, Words]:  # noqa: ARG002
        return {}

    async def write(
        self,
        viewer: Viewer,  # noqa: ARG002
        thing: Thing,  # noqa: ARG002
        words: Words,  # noqa: ARG002
        expected: frozenset[str] | None,  # noqa: ARG002
    ) -> Kept | None:
        return None

    async def erase(self, viewer: Viewer, thing: Thing) -> Kept | None:  # noqa: ARG002
        return None

    async def erase_all(self, viewer: Viewer, project: str) -> int | None:  # noqa: ARG002
        return None

    async def follow(self, serial: str, project: str, sequence: int) -> None:
        pass


@dataclass
class MemorySupportCases:
    """SupportCases with the rules that the tables keep."""

    facts: dict[str, CaseFacts] = field(default_factory=dict[str, CaseFacts])
    texts: dict[str, SupportCaseNotice] = field(default_factory=dict[str, SupportCaseNotice])
    deliveries: set[Delivery] = field(default_factory=set[Delivery])

    async def take(self, delivery: Delivery, notice: SupportCaseNotice, *, now: datetime) -> TakenOutcome:
        self.deliveries = {one for one in self.deliveries if one.until >= now}
        if delivery in self.deliveries:
            return "replayed"
        self.deliveries.add(delivery)
        is_new = self.keep_facts(notice)
        known = self.facts[notice.number]
        if known.revision > notice.revision:
            return "stale_revision"
        texts = self.texts.get(notice.number)
        if known.state != "deleted" and (texts is None or texts.revision < notice.revision):
            self.texts[notice.number] = notice
            is_new = True
        return "taken" if is_new else "repeated"

    def keep_facts(self, facts: CaseFacts) -> bool:
        known = self.facts.get(facts.number)
        is_new = known is None or known.revision < facts.revision
        if is_new:
            self.facts[facts.number] = facts
        if facts.state == "deleted" and self.facts[facts.number].state == "deleted":
            self.texts.pop(facts.number, None)
        return is_new


@dataclass
class MemoryAccesses:
    """Implements Accesses. `away` is a database that takes no record."""

    recorded: list[Access] = field(default_factory=list[Access])
    away: bool = False

    async def record(self, access: Access) -> None:
        if self.away:
            raise Trouble("the database is away")
        self.recorded.append(access)

    async def page(
        self,
        wanted: AccessSearch,  # noqa: ARG002
        before: AccessPlace | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> Page[AccessView]:
        return Page((), more=False)

    async def sweep(self) -> int:
        return 0


class NoRows:
    """The read side of a ledger without entries."""

    def __getattr__(self, name: str) -> Any:
        nothing: Page[Any] = Page((), more=False)
        empty: dict[str, Any] = {
            "position": 0,
            "redemptions": {},
            "companies": nothing,
            "license_types": nothing,
            "device_models": nothing,
        }

        async def query(*_: Any, **__: Any) -> Any:
            return empty.get(name)

        return query


class Api:
    """What a test asks."""

    def __init__(
        self,
        queries: Queries | None = None,
        exports: Exports | None = None,
    ) -> None:
        self.issuer = Issuer()
        self.ledger = MemoryLedger()
        self.now = datetime.now(UTC)
        self.support_cases = MemorySupportCases()
        self.webhook_keys: list[bytes] = []
        self.accesses = MemoryAccesses()
        rows = queries or cast("Queries", NoRows())
        waiter = NeverReached()
        self.services = Services(
            ledger=0,
            commands=self.ledger,
            queries=rows,
            exports=exports or cast("Exports", NoRows()),
            waiter=waiter,
            clock=lambda: self.now,
            activation_key_secret=b"s" * 32,
            device_authorities=Authorities((), ()),
            documents=SignedDocuments(0, PUBLIC_KEYS),
            attempts=AttemptLimiter(lambda: self.now),
            texts=MemoryStaffTexts(),
            labels=MemoryLabels(),
            redemptions=Redemptions(rows, waiter),
            support_cases=self.support_cases,
            accesses=self.accesses,
            webhook_keys=lambda: self.webhook_keys,
        )
        self.app = build(self.services, self.issuer.tokens())
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")

    async def founded(self) -> "Api":
        await self.ledger.ask(
            found(), ledger=0, command_id="0" * 64, actor=Operator(name="root"), correlation_id="found"
        )
        return self

    async def post(
        self, path: str, body: Any, *, key: str | None = "key-1", token: str | None = None
    ) -> httpx.Response:
        head = {} if key is None else {"Idempotency-Key": key}
        return await self.client.post(path, json=body, headers=head | self.bearer(token))

    async def get(self, path: str, *, token: str | None = None, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers | self.bearer(token))

    def bearer(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.issuer.token()}"}

    def staff(self) -> str:
        return self.issuer.token(STAFF, VENDOR)


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, which has all that RFC 9457 and we promise."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:licensing:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    assert body["rule"]
    assert ("retry-after" in response.headers) == (response.status_code in {429, 503})
    return response.status_code, body["code"]


PROJECT = derived_id("hotel", "project")
