"""History, bulk orders and exports on the running stack, through the client that partners use."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dev.demo.story import ALLOCATED, KEY_CONTENTS
from dev.stack.parts import Kit
from licensing_client import orders
from tests.support.running import a_stocked_story


def test_a_balance_is_explained_by_its_movements_and_their_causes(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        why = story.partner.explain_balance(story.project, license_type="Port11", at_least=story.sequence)
        history = story.partner.get_device_history(story.serial)

    assert [row["count"] for row in why["items"]] == [KEY_CONTENTS["Port11"], -ALLOCATED["Port11"]]
    assert why["items"][-1]["balance"] == KEY_CONTENTS["Port11"] - ALLOCATED["Port11"]
    assert why["items"][-1]["sequence"] == history["items"][-1]["sequence"] == story.sequence


def test_the_past_stays_what_it_was_after_a_return(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        story.firmware().sync()
        story.sequence, allocated = story.firmware().give_back().sequence, story.sequence

        now = story.partner.get_device(story.serial, at_least=story.sequence)
        then = story.partner.get_device(story.serial, as_of=allocated)

    assert {lot["license_type"]: lot["count"] for lot in then["licenses"]} == ALLOCATED
    assert (then["generation"], now["generation"]) == (1, 2)
    assert [lot["license_type"] for lot in now["licenses"]] == ["Channel"]


def test_an_order_file_becomes_keys_that_can_be_redeemed(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In more requests than one, and with a last one that is not full."""
    monkeypatch.setattr(orders, "BATCH_KEYS", 20)
    ordered, keys = tmp_path / "orders.csv", tmp_path / "keys.csv"
    ordered.write_text("order_number,customer_reference,licenses,quantity\nPO-77,Hotel,Port11=3 BRI=1,50\n")
    with a_stocked_story(kit.state) as story:
        assert orders.issue(story.clerk, ordered, keys, io.StringIO()) == 50
        again = tmp_path / "again.csv"
        assert orders.issue(story.clerk, ordered, again, io.StringIO()) == 50
        last = keys.read_text().splitlines()[-1].split(",")[-2]
        story.sequence = story.partner.redeem_activation_key(activation_key=last, project=story.project)["sequence"]

        assert story.balance()["BRI"] == 1
    assert again.read_text() == keys.read_text()


def test_an_export_has_what_the_balances_say(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        export = story.partner.export_balances("parquet", project=story.project, at_least=story.sequence)
        table = pq.read_table(io.BytesIO(b"".join(export)))
        free = story.balance()

    balances = {(row["account"], row["license_type"]): row["balance"] for row in table.to_pylist()}
    assert {name: balances[f"project/{story.project}", name] for name in free} == free
    assert {name: balances[f"device/{story.serial}", name] for name in ALLOCATED} == ALLOCATED
