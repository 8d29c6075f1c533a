"""Who tries keys and codes that do not exist has to wait."""

import asyncio
from datetime import timedelta

from contracts import activation_key
from contracts.identifiers import default_project_of
from ledger.entrypoints.api.guesses import MAX_ACCOUNTS, MAX_MISSES, WINDOW, Guesses
from tests.unit.ledger.api_at_work import Api, problem
from tests.unit.ledger.story import ADRIA, ANNA, BEN, BORA, HOTEL, NOON


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
    assert (await api.post("/v1/projects", {"name": "Spa"}, key="p")).status_code != 429
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


async def test_asking_in_parallel_gains_nothing() -> None:
    api = await Api().founded()
    posts = (
        api.post("/v1/invitations/acceptances", {"invitation_code": a_key(number)}, key=str(number))
        for number in range(3 * MAX_MISSES)
    )
    answers = [problem(answer)[0] for answer in await asyncio.gather(*posts)]
    assert (answers.count(404), answers.count(429)) == (MAX_MISSES, 2 * MAX_MISSES)


def test_misses_leave_the_window_one_by_one() -> None:
    now = NOON
    guesses = Guesses(lambda: now)
    for _ in range(MAX_MISSES):
        assert guesses.wait_seconds("anna") == 0
        guesses.begin("anna")
        now += timedelta(seconds=1)
    assert guesses.wait_seconds("anna") == int(WINDOW.total_seconds()) - MAX_MISSES
    now = NOON + WINDOW
    assert guesses.wait_seconds("anna") == 0
    guesses.begin("anna")
    assert guesses.wait_seconds("anna") == 1


def test_no_more_accounts_are_remembered_than_fit() -> None:
    guesses = Guesses(lambda: NOON)
    for _ in range(MAX_MISSES):
        guesses.begin("first")
    for number in range(MAX_ACCOUNTS):
        guesses.begin(str(number))
    assert guesses.wait_seconds("first") == 0
