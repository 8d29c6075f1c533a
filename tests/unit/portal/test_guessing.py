"""Guesses are few, keep nobody else out, and learn nothing from what is done for them."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from portal.application.accounts import Account, Accounts
from portal.application.letters import Letter, Letters, Message
from portal.application.patience import Patience, TooManyTries
from portal.application.signing_in import SigningIn, WrongPassword
from portal.domain.patience import MOST_FOR_ACCOUNT, MOST_OF_NETWORK
from tests.support.portal_failures import Remembered

NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
ADA, HERE, ELSEWHERE, RIGHT = "ada@example.net", "192.0.2.1", "198.51.100.7", "a quiet hotel by the sea"


@dataclass
class Counted:
    """Accounts, passwords and tokens that note what is done with them, not for whom."""

    done: list[str] = field(default_factory=list[str])

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        self.done.append("look the account up")
        return (Account("a", email, "Ada", "en"), RIGHT) if email == ADA else None

    async def fits(self, password: str, known: str | None) -> bool:
        await asyncio.sleep(0)
        self.done.append("verify a password")
        return password == known

    async def add(self, _letter: Letter, message: Message, _now: datetime) -> None:
        self.done.append(f"keep a token and {message.subject}")


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def signing_in(counted: Counted) -> SigningIn:
    nobody = cast("Any", None)
    patience = Patience(Remembered(), lambda: NOW)
    return SigningIn(cast("Accounts", counted), nobody, patience, cast("Any", counted), nobody, nobody, lambda: NOW)


async def tried(signing_in: SigningIn, email: str, password: str, address: str = HERE) -> str:
    try:
        return (await signing_in.checked(email, password, address=address)).account
    except (WrongPassword, TooManyTries) as no:
        return type(no).__name__


async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(
    signing_in: SigningIn, counted: Counted
) -> None:
    found = await asyncio.gather(*(tried(signing_in, ADA, f"guess {number}") for number in range(100)))

    assert set(found) <= {"WrongPassword", "TooManyTries"}
    assert counted.done.count("verify a password") <= MOST_FOR_ACCOUNT


async def test_whoever_guesses_keeps_the_owner_out_of_no_other_network(signing_in: SigningIn) -> None:
    guesses = [await tried(signing_in, ADA, "guess") for _ in range(MOST_FOR_ACCOUNT + 1)]

    assert guesses == ["WrongPassword"] * MOST_FOR_ACCOUNT + ["TooManyTries"]
    assert await tried(signing_in, ADA, RIGHT) == "TooManyTries"
    assert await tried(signing_in, ADA, RIGHT, ELSEWHERE) == "a"


async def test_one_network_tries_one_password_on_few_accounts(signing_in: SigningIn) -> None:
    found = [await tried(signing_in, f"{number}@example.net", "guess") for number in range(MOST_OF_NETWORK + 5)]
    assert found == ["WrongPassword"] * MOST_OF_NETWORK + ["TooManyTries"] * 5


async def test_what_was_right_or_refused_is_not_counted(signing_in: SigningIn) -> None:
    for _ in range(MOST_FOR_ACCOUNT - 1):
        await tried(signing_in, ADA, "guess")
    assert [await tried(signing_in, ADA, RIGHT) for _ in range(20)] == ["a"] * 20
    assert [await tried(signing_in, ADA, "guess"), await tried(signing_in, ADA, RIGHT)] == [
        "WrongPassword",
        "TooManyTries",
    ]


async def test_the_same_is_done_for_an_account_that_is_there_and_for_one_that_is_not(
    signing_in: SigningIn, counted: Counted
) -> None:
    await tried(signing_in, ADA, "wrong")
    known = counted.done.copy()
    counted.done.clear()
    await tried(signing_in, "nobody@example.net", "wrong")
    assert (known, counted.done) == (["look the account up", "verify a password"],) * 2


@pytest.mark.parametrize("kind", ["register", "reset"])
async def test_a_letter_is_as_much_work_without_an_account(counted: Counted, kind: Any) -> None:
    nobody, accounts = cast("Any", None), cast("Accounts", counted)
    letters = Letters(accounts, nobody, Patience(Remembered(), lambda: NOW), cast("Any", counted), nobody, lambda: NOW)
    done = list[list[str]]()
    for email in (ADA, "nobody@example.net"):
        letter = await letters.ask(kind, email, lambda _: Message("a message", ""), address=HERE)
        assert letter.is_known == (email == ADA)
        done.append(counted.done.copy())
        counted.done.clear()
    assert done[0] == done[1] == ["look the account up", "keep a token and a message"]


async def test_letters_to_one_address_are_few_also_at_once(counted: Counted) -> None:
    nobody, accounts = cast("Any", None), cast("Accounts", counted)
    letters = Letters(accounts, nobody, Patience(Remembered(), lambda: NOW), cast("Any", counted), nobody, lambda: NOW)
    asked = (letters.ask("reset", ADA, lambda _: Message("", ""), address=HERE) for _ in range(50))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in found) <= MOST_FOR_ACCOUNT
