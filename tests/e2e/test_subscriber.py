"""Whoever subscribes to the ledger with a program of their own comes to what the API says, row by row."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dev.demo.story import Story, wanted
from dev.stack.parts import Kit
from tests.support.outsider import Balances, Outsider


@pytest.fixture
def rich(story: Story) -> Story:
    """A project whose service runs, with licenses that wait to be paid and others that were used up."""
    _stock(story, SSC=60)
    service = f"/v1/projects/{story.project}/software-service"
    price = story.partner.get(f"{service}/price", months=12, at_least=story.sequence)
    bought = story.partner.post(service, {"months": 12, "preview_digest": price["preview_digest"]})
    story.sequence = bought["sequence"]
    _stock(story, Port11=40)
    return story


def test_both_programs_of_the_page_fold_the_balances_that_the_api_exports(
    rich: Story, kit: Kit, tmp_path: Path
) -> None:
    outsider = Outsider(tmp_path, kit.broker())
    exported = _exported(rich)
    assert any(account.startswith("held/") for account, _ in exported)
    assert outsider.by_python() == exported
    assert outsider.by_java() == exported
    sums: Counter[str] = Counter()
    for (_, license_type), units in exported.items():
        sums[license_type] += units
    assert set(sums.values()) == {0}


def _stock(story: Story, **licenses: int) -> None:
    issued = story.clerk.issue_activation_key(licenses=wanted(licenses), order_number="PO-subscriber")
    redeemed = story.partner.redeem_activation_key(activation_key=issued["activation_key"], project=story.project)
    story.sequence = redeemed["sequence"]


def _exported(story: Story) -> Balances:
    """All accounts, as staff export them."""
    lines = story.clerk.get_document("/v1/exports/balances", format="jsonl", at_least=story.sequence).splitlines()
    return {(row["account"], row["license_type"]): row["balance"] for row in map(json.loads, lines)}
