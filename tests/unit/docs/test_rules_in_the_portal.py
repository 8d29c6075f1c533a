"""The portal's page of rules is docs/rules.md, and every refusal finds its rule there."""

import re

import pytest

from contracts.refusals import REFUSALS
from dev.generate import rules_page

PAGE = rules_page.FILE.read_text(encoding="utf-8")
ANCHORS = set(re.findall(r'<h[1-6] id="([^"]+)"', PAGE))
RULES = sorted({row.rule for row in REFUSALS.values()})


def test_the_page_is_made_from_the_rules_as_they_are() -> None:
    assert rules_page.text(rules_page.SOURCE.read_text(encoding="utf-8")) == PAGE


@pytest.mark.parametrize("rule", RULES)
def test_a_refusal_links_to_its_rule(rule: str) -> None:
    assert rules_page.anchor(rule.split(",", maxsplit=1)[0].split(" and ", maxsplit=1)[0]) in ANCHORS


def test_no_link_leads_out_of_the_page() -> None:
    assert {one for one in re.findall(r'href="([^"]+)"', PAGE) if one[0] != "#" or one[1:] not in ANCHORS} == set()
