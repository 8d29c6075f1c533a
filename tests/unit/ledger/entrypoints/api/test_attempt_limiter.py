"""Who tries keys and codes that do not exist has to wait."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import activation_key
from contracts.identifiers import default_project_of
from ledger.entrypoints.api.http import attempt_limiter as guesses_module
from ledger.entrypoints.api.http.attempt_limiter import MAX_ACCOUNTS, MAX_MISSES, WINDOW, AttemptLimiter
from runtime.web import gateway
from tests.support.ledger.api_in_memory import Api, problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, HOTEL, NOON


def a_key(number: int) -> str:
    return activation_key.make(b"g" * 32, f"{number:064x}")


async def try_codes(api: Api, first: int, last: int) -> int:
    """The status of the last of some invitations that nobody made."""
    status = 0
    for number in range(first, last + 1):
        body = {"invitation_code": a_key(number)}
        status = (await api.post("/v1/invitations/acceptances", body, key=str(number))).status_code
    return status


async def test_after_twenty_misses_the_account_waits_and_then_goes_on() -> None:
    api = await Api().founded()
    assert await try_codes(api, 1, MAX_MISSES) == 404

    for path, body in (
        ("invitations/acceptances", {"invitation_code": a_key(1)}),
        ("activation-keys/redemptions", {"activation_key": a_key(1), "project": HOTEL}),
        (f"projects/{HOTEL}/legacy-keys", {"legacy_key": "A1B2-C3D4"}),
    ):
        refused = await api.post(f"/v1/{path}", body, key=path)
        assert problem(refused) == (429, "too_many_attempts")
        assert refused.headers["Retry-After"] == str(int(WINDOW.total_seconds()))
    assert (await api.post("/v1/projects", {"project_name": "Spa"}, key="p")).status_code != 429
    ben = api.issuer.token(BEN, BORA)
    assert (await api.post("/v1/invitations/acceptances", {"invitation_code": a_key(1)}, token=ben)).status_code == 404

    api.now += WINDOW
    assert await try_codes(api, 99, 99) == 404


async def test_a_key_that_is_only_looked_at_counts_as_one_that_is_typed() -> None:
    api = await Api().founded()
    for number in range(MAX_MISSES):
        body = {"activation_key": a_key(number)}
        assert problem(await api.post("/v1/activation-keys/previews", body, key=None)) == (404, "key_unknown")

    for path, body in (
        ("previews", {"activation_key": a_key(1)}),
        ("redemptions", {"activation_key": a_key(1), "project": HOTEL}),
    ):
        refused = await api.post(f"/v1/activation-keys/{path}", body)
        assert problem(refused) == (429, "too_many_attempts")


async def test_a_redemption_is_answered_while_the_read_side_is_behind() -> None:
    api = await Api().founded()
    staff = api.staff()
    await api.post("/v1/companies", {"kind": "reseller", "administrator": ANNA, "company": ADRIA}, token=staff)
    order = {"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-1"}
    key = (await api.post("/v1/activation-keys", order, key="k", token=staff)).json()["activation_key"]

    body = {"activation_key": key, "project": default_project_of(ADRIA)}
    redeemed = await api.post("/v1/activation-keys/redemptions", body)

    assert (redeemed.status_code, redeemed.json()["licenses"]) == (201, None)


async def test_what_is_no_miss_is_not_counted() -> None:
    api = await Api().founded()
    for number in range(MAX_MISSES + 1):
        body = {"activation_key": a_key(1), "project": HOTEL}
        answer = await api.post("/v1/activation-keys/redemptions", body, key=f"r{number}")
        assert problem(answer) == (404, "project_unknown")


async def test_asking_in_parallel_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    api = await Api().founded()
    _slow(api, monkeypatch)
    posts = (
        api.post("/v1/invitations/acceptances", {"invitation_code": a_key(number)}, key=str(number))
        for number in range(3 * MAX_MISSES)
    )
    answers = [problem(answer)[0] for answer in await asyncio.gather(*posts)]
    assert (answers.count(404), answers.count(429)) == (MAX_MISSES, 2 * MAX_MISSES)


async def test_valid_keys_go_in_bulk_and_in_parallel_however_many_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    api = await Api().founded()
    _slow(api, monkeypatch)
    company = {"kind": "end_customer", "administrator": ANNA, "company": ADRIA}
    await api.post("/v1/companies", company, key="c")
    project = (await api.post("/v1/projects", {"project_name": "Hotel"}, key="p")).json()["project"]
    bodies = [{"activation_key": await _issued(api, number), "project": project} for number in range(100)]

    singly = await asyncio.gather(
        *(api.post("/v1/activation-keys/redemptions", body, key=body["activation_key"]) for body in bodies[:50])
    )
    lines = [
        json.dumps({"idempotency_key": body["activation_key"], "command": {"name": "redeem-activation-key", **body}})
        for body in bodies
    ]
    bulk = await api.client.post("/v1/commands", content="\n".join(lines), headers=api.bearer())

    assert {answer.status_code for answer in singly} == {201}
    assert [json.loads(line)["status"] for line in bulk.text.splitlines()] == [201] * 100


def _slow(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger takes its time, so that commands are in flight together."""
    ask = api.ledger.ask

    async def slowly(*command: Any, **more: Any) -> Any:
        await asyncio.sleep(0.001)
        return await ask(*command, **more)

    monkeypatch.setattr(api.ledger, "ask", slowly)


async def _issued(api: Api, number: int) -> str:
    body = {"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-1"}
    issued = await api.post("/v1/activation-keys", body, key=f"k{number}", token=api.staff())
    return str(issued.json()["activation_key"])


async def _missed(limiter: AttemptLimiter, account: str) -> None:
    assert await limiter.begin(account) == 0
    limiter.end(account, missed=True)


async def _full(limiter: AttemptLimiter) -> list[asyncio.Task[int]]:
    """All places taken, and three attempts behind them."""
    for _ in range(MAX_MISSES):
        assert await limiter.begin("anna") == 0
    queued = [asyncio.create_task(limiter.begin("anna")) for _ in range(3)]
    await asyncio.sleep(0)
    return queued


async def test_a_hit_leaves_its_place_to_the_first_that_waits_and_a_miss_to_none() -> None:
    limiter = AttemptLimiter(lambda: NOON)
    first, second, third = await _full(limiter)

    limiter.end("anna", missed=True)
    await asyncio.sleep(0)
    assert not first.done()
    limiter.end("anna", missed=False)
    assert await first == 0
    assert not second.done()

    for _ in range(MAX_MISSES - 1):
        limiter.end("anna", missed=True)
    assert await second == await third == int(WINDOW.total_seconds())


async def test_whoever_goes_away_leaves_the_queue_or_the_place() -> None:
    limiter = AttemptLimiter(lambda: NOON)
    first, second, third = await _full(limiter)

    first.cancel()
    await asyncio.sleep(0)
    limiter.end("anna", missed=False)
    second.cancel()  # it has the place, and never learns of it
    await asyncio.sleep(0)

    assert await third == 0
    assert first.cancelled()
    assert second.cancelled()


async def test_the_queue_has_an_end_and_nobody_stands_in_it_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses_module, "MAX_QUEUED", 3)
    monkeypatch.setattr(guesses_module, "QUEUE_SECONDS", 0.01)
    limiter = AttemptLimiter(lambda: NOON)
    queued = await _full(limiter)

    with pytest.raises(TimeoutError):
        await limiter.begin("anna")
    assert [type(one) for one in await asyncio.gather(*queued, return_exceptions=True)] == [TimeoutError] * 3
    limiter.end("anna", missed=False)
    assert await limiter.begin("anna") == 0


async def test_going_away_makes_no_miss_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "REQUEST_SECONDS", 0.02)
    api = await Api().founded()
    known, ask = asyncio.Event(), api.ledger.ask

    async def slowly(*command: Any, **more: Any) -> Any:
        await known.wait()
        return await ask(*command, **more)

    monkeypatch.setattr(api.ledger, "ask", slowly)
    assert await try_codes(api, 1, MAX_MISSES) == 503
    known.set()
    await asyncio.sleep(0.01)
    assert await try_codes(api, 99, 99) == 429


async def test_misses_leave_the_window_one_by_one() -> None:
    now = NOON
    limiter = AttemptLimiter(lambda: now)
    for _ in range(MAX_MISSES):
        await _missed(limiter, "anna")
        now += timedelta(seconds=1)
    assert limiter.wait_seconds("anna") == int(WINDOW.total_seconds()) - MAX_MISSES
    now = NOON + WINDOW
    await _missed(limiter, "anna")
    assert limiter.wait_seconds("anna") == 1


async def test_no_more_accounts_are_remembered_than_fit() -> None:
    limiter = AttemptLimiter(lambda: NOON)
    for _ in range(MAX_MISSES):
        await _missed(limiter, "first")
    for number in range(MAX_ACCOUNTS):
        await _missed(limiter, str(number))
    assert limiter.wait_seconds("first") == 0
