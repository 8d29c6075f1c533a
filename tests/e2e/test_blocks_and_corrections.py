"""What staff does, and old licenses, through the running stack."""

import json
import secrets
from collections.abc import Mapping

import pytest

from contracts.identifiers import derived_id
from dev.demo.story import Story, counted, wanted
from dev.stack.parts import Kit
from simulator.cast import CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer
from simulator.partner import PartnerClient, Refused
from tests.support.running import a_stocked_story

WHY = {"reason": "A test of the stack", "reference": "CASE-1"}


def test_a_blocked_device_gets_no_file_on_either_path_until_it_is_unblocked(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        file = story.firmware().sync()
        assert file is not None
        story.sequence = story.clerk.post("/v1/blocks", {"serial": story.serial} | WHY)["sequence"]
        _wait_for_issue(story, file.issue + 1)

        assert _fetched(story) == (409, "device_blocked")
        by_hand = story.partner.send("GET", f"/v1/devices/{story.serial}/license-file")
        assert (by_hand.status_code, by_hand.json()["code"]) == (409, "device_blocked")
        assert _refused(story, f"/v1/projects/{story.project}/allocations", _one_port(story)) == "device_blocked"
        seen = story.partner.get("/v1/blocks", at_least=story.sequence)["items"]
        assert f"devices/{story.serial}" in [block["subject"] for block in seen]

        story.clerk.post("/v1/blocks/releases", {"serial": story.serial} | WHY)
        story.firmware().file_answer(200)
        newer = story.firmware().sync()
        assert newer is not None
        assert (newer.issue, newer.licenses) == (file.issue + 1, file.licenses)


def test_the_license_file_of_a_blocked_device_holds_digests_of_what_staff_wrote(kit: Kit) -> None:
    why = {"reason": "Zdenka Kovacevic stole it", "reference": "CASE of Zdenka Kovacevic"}
    with a_stocked_story(kit.state) as story:
        blocked = story.clerk.post("/v1/blocks", {"serial": story.serial} | why)["sequence"]
        story.sequence = story.clerk.post("/v1/blocks/releases", {"serial": story.serial} | why)["sequence"]
        file = story.firmware().sync_to(blocked)
        texts = story.clerk.get(f"/v1/entries/{blocked}/texts", at_least=story.sequence)["texts"]

    assert file.sequence == blocked
    assert {one["text"] for one in texts} == set(why.values())
    data = json.loads(file.proof.entry)["data"]
    assert {one["member"]: one["digest"] for one in texts} == {member: data[member] for member in why}
    assert b"Kovacevic" not in file.proof.entry + file.json_bytes()


def test_a_blocked_key_can_not_be_redeemed(kit: Kit) -> None:
    with Story(kit.state, say=lambda _: None) as story:
        story.a_key_is_issued()
        story.clerk.post("/v1/blocks", {"activation_key": story.activation_key} | WHY)
        with pytest.raises(Refused, match="key_blocked"):
            story.a_partner_redeems_it()


def test_a_proposed_correction_waits_for_a_second_person_and_moves_nothing(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        body = {"source": f"device/{story.serial}", "target": f"project/{story.project}"} | WHY
        made = story.clerk.post("/v1/corrections", body | {"licenses": wanted({"Channel": 4})})
        path = f"/v1/corrections/{made['correction']}"

        assert _refused(story, f"{path}/approval", {}, clerk=True) == "second_person_needed"
        waiting = story.clerk.get(path, at_least=made["sequence"])
        assert (waiting["state"], waiting["proposed_by"]) == ("proposed", CLERK)
        story.sequence = story.clerk.post(f"{path}/rejection", {"reason": "They stay"})["sequence"]
        assert story.clerk.get(path, at_least=story.sequence)["state"] == "rejected"
        assert story.balance() == {"Port11": 30, "Voicemail11": 2}


def test_a_second_person_approves_and_the_device_gets_its_corrected_file(kit: Kit) -> None:
    second = derived_id("development", "second-clerk")
    with a_stocked_story(kit.state) as story:
        before = story.firmware().sync()
        assert before is not None
        member = {"account": second, "administrator": True}
        story.clerk.post(f"/v1/companies/{VENDOR}/members", member, key="a-second-clerk")
        body = {"source": f"device/{story.serial}", "target": f"project/{story.project}", **WHY}
        made = story.clerk.post("/v1/corrections", body | {"licenses": wanted({"Channel": 4})})

        with PartnerClient(story.clerk.address, Issuer(kit.state), second, VENDOR) as approver:
            story.sequence = approver.post(f"/v1/corrections/{made['correction']}/approval", {})["sequence"]

        assert story.balance() == {"Port11": 30, "Voicemail11": 2, "Channel": 4}
        after = story.firmware().sync_to(story.sequence)
        assert (after.issue, counted(after.licenses)) == (before.issue + 1, {"Port11": 20})
        applied = story.clerk.get(f"/v1/corrections/{made['correction']}", at_least=story.sequence)
        assert (applied["state"], applied["decided_by"]) == ("applied", second)


def test_linked_corrections_of_a_device_are_one_file_with_what_both_leave(kit: Kit) -> None:
    second = derived_id("development", "second-clerk")
    with a_stocked_story(kit.state) as story:
        before = story.firmware().sync()
        assert before is not None
        member = {"account": second, "administrator": True}
        story.clerk.post(f"/v1/companies/{VENDOR}/members", member, key="a-second-clerk")
        device, project = f"device/{story.serial}", f"project/{story.project}"
        lines = [
            {"source": "issuance", "target": device, "licenses": wanted({"PRI": 1})},
            {"source": device, "target": project, "licenses": wanted({"Channel": 4})},
        ]
        made = story.clerk.post("/v1/linked-corrections", {"lines": lines, **WHY})

        with PartnerClient(story.clerk.address, Issuer(kit.state), second, VENDOR) as approver:
            story.sequence = approver.post(f"/v1/corrections/{made['correction']}/approval", {})["sequence"]

        assert story.balance() == {"Port11": 30, "Voicemail11": 2, "Channel": 4}
        after = story.firmware().sync_to(story.sequence)
        assert (after.issue, after.sequence) == (before.issue + 1, story.sequence)
        assert counted(after.licenses) == {"Port11": 20, "PRI": 1}


def test_old_licenses_convert_as_the_preview_says_and_once(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        old = f"/v1/projects/{story.project}/legacy-licenses"
        key = {"legacy_key": secrets.token_hex(8), "reference": "EXPORT-7"}
        lines = _old({"Registrations": 5, "PBX7#100": 1, "PBX7#250@100": 1, "BRIs": 2})
        imported = story.clerk.post(old, {"licenses": lines, **key})["sequence"]
        preview = story.partner.get(f"/v1/projects/{story.project}/legacy-conversions/preview", at_least=imported)
        assert preview["new"] == [{"license_type": "BRI", "count": 2}, {"license_type": "Port8", "count": 5}]

        conversions = f"/v1/projects/{story.project}/legacy-conversions"
        assert _refused(story, conversions, {"preview_digest": "0" * 64}) == "preview_stale"
        story.sequence = story.partner.post(conversions, {"preview_digest": preview["preview_digest"]})["sequence"]
        assert story.balance() == {"Port11": 30, "Voicemail11": 2, "Port8": 5, "BRI": 2}
        assert _refused(story, conversions, {"preview_digest": preview["preview_digest"]}) == "no_legacy_licenses"
        assert _refused(story, old, {"licenses": lines, **key}, clerk=True) == "key_already_converted"


def test_a_device_with_old_licenses_gives_back_after_consent(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        story.firmware().sync()
        body = {"licenses": _old({"Operators": 3}), "serial": story.serial, "reference": "EXPORT-7"}
        story.clerk.post(f"/v1/projects/{story.project}/legacy-licenses", body)
        document = story.box().invalidate()
        refused = story.firmware().ask("PUT", "return", body=document)
        assert (refused.status, refused.code) == (409, "v7_consent_required")

        consent = {"no_downgrade_below_version_8": True}
        given = story.partner.post(f"/v1/devices/{story.serial}/legacy-consent", consent)["sequence"]
        shown = story.partner.get(f"/v1/projects/{story.project}/legacy-licenses", at_least=given)
        assert shown["devices"][0]["consent_sequence"] == given
        accepted = story.firmware().ask("PUT", "return", body=document)
        assert accepted.status == 200, accepted.code
        receipt = story.box().take_receipt(accepted.body)
        assert counted(receipt.credited) == {"Port11": 20}
        free = story.partner.get(f"/v1/projects/{story.project}/legacy-licenses", at_least=receipt.sequence)["free"]
        assert free == [{"license_name": "Operators", "count": 3}]


def test_the_sixth_return_of_a_device_waits_for_staff(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        firmware = story.firmware()
        for _ in range(5):
            firmware.give_back()
        document = story.box().invalidate()
        refused = firmware.ask("PUT", "return", body=document)
        assert (refused.status, refused.code) == (409, "return_limit")

        story.clerk.post(f"/v1/devices/{story.serial}/return-limit-releases", WHY)
        assert firmware.ask("PUT", "return", body=document).status == 200


def test_a_certificate_from_a_backup_is_refused_and_told_to_staff_once(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        story.firmware().sync()
        document = story.box().invalidate()
        accepted = story.firmware().ask("PUT", "return", body=document)
        assert accepted.status == 200

        for _ in range(3):  # the box still has its old certificate, as one whose backup was restored
            assert _fetched(story) == (409, "certificate_invalidated")
        receipt = story.box().take_receipt(accepted.body)
        latest = story.partner.post("/v1/projects", {"project_name": secrets.token_hex(8)})["sequence"]
        items = _all(story, "/v1/spent-certificates", latest)
        assert [(row["generation"], row["current_generation"]) for row in items if row["serial"] == story.serial] == [
            (receipt.returned_generation, receipt.returned_generation + 1)
        ]


def test_a_blocked_company_can_only_look(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        blocked = story.clerk.post("/v1/blocks", {"company": PARTNER} | WHY)["sequence"]
        try:
            body = {"project_name": secrets.token_hex(8)}
            assert _refused(story, "/v1/projects", body) == "company_blocked"
            assert story.partner.get("/v1/projects", at_least=blocked)["items"]
        finally:
            story.clerk.post("/v1/blocks/releases", {"company": PARTNER} | WHY)
        assert story.partner.post("/v1/projects", body)["project"]


def test_staff_takes_the_same_file_as_the_partner_and_the_partner_sees_who_did(kit: Kit) -> None:
    with a_stocked_story(kit.state) as story:
        taken = story.clerk.download_license_file(story.serial, **WHY)
        assert taken == story.partner.get_license_file(story.serial)
        path = f"/v1/devices/{story.serial}/staff-downloads"
        assert _refused(story, path, WHY) == "no_right"
        by_the_partners_way = story.clerk.send("GET", f"/v1/devices/{story.serial}/license-file")
        assert (by_the_partners_way.status_code, by_the_partners_way.json()["code"]) == (403, "no_right")

        latest = story.partner.post("/v1/projects", {"project_name": secrets.token_hex(8)})["sequence"]
        history = story.partner.get(f"/v1/devices/{story.serial}/history", at_least=latest)["items"]
        assert (history[-1]["event_type"], history[-1]["actor"]) == (
            "licensing.ledger.license-file-downloaded.v1",
            f"account:{CLERK}@{VENDOR}",
        )
        (row,) = [row for row in _all(story, "/v1/staff-downloads", latest) if row["serial"] == story.serial]
        assert (row["reason"], row["reference"], row["sequence"]) == (*WHY.values(), history[-1]["sequence"])
        free = {"serial": story.serial, "licenses": wanted({"Port11": 1})}
        assert _refused(story, f"/v1/projects/{story.project}/deallocations", free) == "already_delivered"


def _old(counts: dict[str, int]) -> list[dict[str, object]]:
    return [{"license_name": name, "count": count} for name, count in counts.items()]


def _one_port(story: Story) -> dict[str, object]:
    return {"serial": story.serial, "licenses": wanted({"Port11": 1})}


def _refused(story: Story, path: str, body: Mapping[str, object], *, clerk: bool = False) -> str:
    with pytest.raises(Refused) as caught:
        (story.clerk if clerk else story.partner).post(path, dict(body))
    return caught.value.code


def _fetched(story: Story) -> tuple[int, str]:
    answer = story.firmware().ask("GET", "license-file")
    return answer.status, answer.code


def _wait_for_issue(story: Story, issue: int) -> None:
    """The signer has made the file of this issue, and everybody who serves it has it."""
    story.firmware().file_answer(409, "device_blocked")
    assert story.partner.get(f"/v1/devices/{story.serial}", at_least=story.sequence)["issue"] == issue


def _all(story: Story, path: str, at_least: int) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    query: dict[str, str | int] = {"at_least": at_least}
    while True:
        page = story.clerk.get(path, **query)
        items += page["items"]
        if not page["next"]:
            return items
        query["cursor"] = page["next"]
