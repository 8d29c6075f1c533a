"""Whatever reaches us of a case, however often and in whichever order: the highest revision stays."""

import asyncio
from datetime import timedelta

from tests.support.laws import Drawn
from tests.support.ledger.api_in_memory import MemorySupportCases
from tests.support.ledger.support_cases import NOW, Told, case_of, deliveries, histories, notice_of

HISTORIES = Drawn(histories)


async def after(*histories_: list[Told]) -> MemorySupportCases:
    cases, sent = MemorySupportCases(), deliveries()
    for way, said in [one for history in histories_ for one in history]:
        if way == "record":
            cases.keep_facts(case_of(said, 0))
        else:
            await cases.take(next(sent), notice_of(said), now=NOW - timedelta(days=1))
    return cases


def shown(cases: MemorySupportCases) -> tuple[dict[str, tuple[int, str]], dict[str, int]]:
    facts: dict[str, tuple[int, str]] = {number: (one.revision, one.state) for number, one in cases.facts.items()}
    return facts, {number: one.revision for number, one in cases.texts.items()}


@HISTORIES.law
def test_the_highest_revision_of_each_case_stays(history: list[Told]) -> None:
    facts, texts = shown(asyncio.run(after(history)))
    highest = {number: max(told["revision"] for _, told in history if told["number"] == number) for number in facts}
    assert {number: revision for number, (revision, _) in facts.items()} == highest
    assert all(revision <= highest[number] for number, revision in texts.items())


@HISTORIES.law
def test_what_comes_again_changes_nothing(history: list[Told]) -> None:
    assert shown(asyncio.run(after(history, history[::-1], history))) == shown(
        asyncio.run(after(history, history[::-1]))
    )


@HISTORIES.law
def test_no_text_of_a_deleted_case_is_kept(history: list[Told]) -> None:
    facts, texts = shown(asyncio.run(after(history)))
    assert all(facts[number][1] != "deleted" for number in texts)


@HISTORIES.law
def test_once_its_last_webhook_has_come_a_case_has_its_texts(history: list[Told]) -> None:
    last = max(
        (told for _, told in history if told["number"] == "CAS-1"), key=lambda one: one["revision"], default=None
    )
    if last is not None:
        _, texts = shown(asyncio.run(after(history, [("webhook", last)])))
        assert texts["CAS-1"] == last["revision"]
