"""The runbook of a stopped ledger, rehearsed: what only the signer refuses is set aside, and a lost log is restored."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from contracts.identifiers import derived_id
from dev.demo.story import Story, wanted
from dev.stack import topics
from dev.stack.cli import Stack
from dev.stack.parts import PARTS, Kit
from dev.stack.service import SCRIPTS
from dev.stack.settings import settings
from simulator.cast import VENDOR
from simulator.partner import PartnerClient, Refused
from tests.support.campaign import PATIENCE_SECONDS
from tests.support.only_the_signer import LOG, append, hashes_of, log_of, of_a_class_that_it_has_not
from tests.support.readiness import SERVICES, readiness, until_ready
from tests.support.running import a_stocked_story

SECOND = derived_id("second clerk of the runbook", "account")


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    with a_stocked_story(kit.state) as story:
        yield story


def reason_why_it_stopped(kit: Kit) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status, said = readiness(kit, "signer")
        if status == 503 and "stopped" in said:
            return said
        time.sleep(0.1)
    raise AssertionError("the signer went on")


def stop(kit: Kit, *names: str) -> None:
    for part in PARTS:
        if part.name in names:
            kit.make(part).stop()


def rebuild(kit: Kit) -> None:
    environment = os.environ | settings("ledger-projector", kit.stack())
    subprocess.run([SCRIPTS / "ledger-projector", "rebuild"], env=environment, check=True, timeout=60)


def allocate(story: Story, key: str) -> dict[str, Any]:
    body = {"serial": story.serial, "licenses": wanted({"Voicemail11": 1})}
    return story.partner.post(f"/v1/projects/{story.project}/allocations", body, key=key)


def named(values: Sequence[bytes], sequence: int) -> dict[str, Any]:
    """An entry as a decision names it."""
    return {"sequence": sequence, "entry_hash": hashes_of(values)[sequence - 1]}


def decide(story: Story, second: PartnerClient, entries: Sequence[dict[str, Any]]) -> None:
    """The proposal of one clerk and the approval of another."""
    why = {"law": "license_class_wrong", "reason": "Forged", "reference": "INC-1"}
    decision = story.clerk.post("/v1/ledger/set-asides", {"entries": entries, **why})["decision"]
    second.post(f"/v1/ledger/set-asides/{decision}/approval", {})


def has(story: Story, licenses: dict[str, int]) -> None:
    """The device's own file."""
    file = story.firmware().sync_to(story.sequence)
    assert {line.license_type: line.count for line in file.licenses} == licenses
    assert file.sequence == story.sequence


def test_an_entry_is_set_aside_with_what_builds_on_it(kit: Kit, story: Story) -> None:
    story.clerk.post(f"/v1/companies/{VENDOR}/members", {"account": SECOND, "administrator": True})
    lawful = asyncio.run(log_of(kit))
    forged = len(hashes_of(lawful)) + 1
    asyncio.run(append(kit, [of_a_class_that_it_has_not(story, lawful)]))
    assert f"entry {forged} breaks license_class_wrong" in reason_why_it_stopped(kit)
    annex = story.partner.create_project(project_name="Annex of the runbook")
    assert annex["sequence"] == forged + 1
    assert allocate(story, "asked-in-the-meantime")["sequence"] == forged + 2

    values = asyncio.run(log_of(kit))
    with story.acting_for(SECOND, VENDOR) as second:
        with pytest.raises(Refused) as refused:
            decide(story, second, [named(values, forged)])
        assert (refused.value.code, refused.value.members["sequence"]) == ("others_depend", forged + 2)
        decide(story, second, [named(values, forged), named(values, forged + 2)])
    again = allocate(story, "asked-in-the-meantime")
    story.sequence = again["sequence"]
    assert story.sequence > forged + 5, "what was set aside answers for nothing"
    assert story.balance() == {"Port11": 30, "Voicemail11": 1}
    assert story.partner.get(f"/v1/projects/{annex['project']}")["project_name"] == "Annex of the runbook"
    until_ready(kit)
    has(story, {"Channel": 4, "Port11": 20, "Voicemail11": 1})


@pytest.mark.campaign
def test_a_lost_log_comes_back_with_all_decisions(kit: Kit, story: Story) -> None:
    """After the test above, it has an entry that only a decision makes bearable."""
    allocate(story, "before-the-loss")
    saved = asyncio.run(log_of(kit))
    stop(kit, *SERVICES)
    asyncio.run(topics.delete(kit.broker(), [LOG]))
    asyncio.run(topics.create(kit.broker()))
    asyncio.run(append(kit, saved))
    rebuild(kit)
    Stack(kit.state, say=lambda _: None).up()
    until_ready(kit)
    story.sequence = allocate(story, "after-the-restore")["sequence"]
    assert story.balance() == {"Port11": 30}
    has(story, {"Channel": 4, "Port11": 20, "Voicemail11": 2})
