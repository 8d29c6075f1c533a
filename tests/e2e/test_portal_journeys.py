"""People at work in the portal, from the first page of a job to its last, in a real browser on the whole stack."""

import io
import re
import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import asyncpg
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from contracts.dates import civil_day
from dev.browser.chromium import WIDTHS, sign_in
from dev.demo import people
from dev.stack.parts import Kit
from tests.support.portal import (
    CUSTOMER,
    OLD_KEY,
    REPAIRER,
    Portal,
    flaws,
    in_a_thread,
    open_project,
    press,
)

MOST_TABS = 80
Role = Literal["button", "combobox", "link", "spinbutton", "textbox"]


def free_of(page: Page, license_type: str) -> int:
    row = page.get_by_role("row", name=re.compile(f"^{license_type}\\b"))
    return int(row.locator("td[data-name='Free']").inner_text())


def test_licenses_come_back_by_the_document_of_the_box_and_only_with_the_password(
    portal: Portal, kit: Kit, tmp_path: Path
) -> None:
    page = portal.reseller()
    page.goto(f"/devices/{portal.serial}")
    page.get_by_role("link", name="Return licenses").click()
    expect(page.get_by_text("This is the step that can't be undone")).to_be_visible()
    document = tmp_path / "return-1.xml"
    document.write_bytes(portal.box.invalidate())
    page.get_by_label("Return document").set_input_files(document)
    press(page, "See before and after")
    expect(page.get_by_role("row", name=re.compile("^Port11"))).to_contain_text("20")
    assert flaws(page) == []
    in_a_thread(grow_old(kit))
    portal.signed_in.clear()
    press(page, "Return the licenses for good")
    expect(page.get_by_role("heading", name="Your password, please")).to_be_visible()
    page.get_by_label("Password").fill("not this one")
    press(page, "Go on")
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    assert flaws(page) == []
    page.get_by_label("Password").fill("four people, one stack")
    press(page, "Go on")
    expect(page.get_by_text(re.compile("Returned as entry [0-9]+"))).to_be_visible()
    expect(page.get_by_text("20 Port11")).to_be_visible()
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Download the receipt").click()
    assert portal.box.take_receipt(receipt.value.path().read_bytes()).returned_generation == 1

    page.goto(f"/devices/{portal.serial}/return")
    forged = tmp_path / "forged.xml"
    forged.write_bytes(document.read_bytes().replace(b"13.00", b"13.01"))
    page.get_by_label("Return document").set_input_files(forged)
    press(page, "See before and after")
    press(page, "Return the licenses for good")
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("signature_invalid|generation_spent"))

    page.get_by_role("link", name="Many by their documents").click()
    page.get_by_label("File", exact=True).set_input_files([document, forged])
    press(page, "See what will happen")
    page.get_by_label("I know that a return can't be taken back.").check()
    press(page, "Do 2 lines")
    expect(page.get_by_text("Lines that were done before: 1")).to_be_visible()
    expect(page.get_by_text("Lines that failed: 1")).to_be_visible()
    expect(page.get_by_role("link", name="receipt for the box")).to_have_count(1)
    assert flaws(page) == []


async def grow_old(kit: Kit) -> None:
    """As if every password had been given an hour ago."""
    connection = await asyncpg.connect(kit.cluster().url(role="portal"))
    await connection.execute("UPDATE portal.sessions SET confirmed = confirmed - interval '1 hour'")
    await connection.close()


def test_licenses_move_to_another_project_and_a_box_moves_with_all_it_has(portal: Portal) -> None:
    page = portal.reseller(width=WIDTHS["narrow"])
    open_project(page, "Weingut Sonnhalde")
    there = free_of(page, "Port11")
    open_project(page, "Klinik am See")
    here = free_of(page, "Port11")
    page.get_by_role("link", name="Move licenses").click()
    assert flaws(page) == []
    page.get_by_label("Into the project").select_option("Weingut Sonnhalde")
    page.get_by_label("Port11").fill("2")
    press(page, "See before and after")
    assert flaws(page) == []
    press(page, "Move them")
    expect(page.get_by_text(re.compile("Moved as entry [0-9]+"))).to_be_visible()
    assert flaws(page) == []
    page.get_by_role("link", name="Go to «Weingut Sonnhalde»").click()
    assert free_of(page, "Port11") == there + 2
    open_project(page, "Klinik am See")
    assert free_of(page, "Port11") == here - 2

    page.goto("/devices/0090330b7f3c/move")
    page.get_by_label("Into the project").select_option("Weingut Sonnhalde")
    press(page, "Move the device")
    expect(page.get_by_role("link", name="Weingut Sonnhalde")).to_be_visible()
    page.goto("/devices/0090330b7f3c/take-back")
    page.get_by_label("Mobility11").fill("6")
    press(page, "Take them back")
    expect(page.get_by_text("No licenses on this device.")).to_be_visible()
    page.goto("/devices/0090330b7f3c/move")
    press(page, "Release the device")
    page.goto("/devices/0090330b7f3c")
    expect(page.get_by_text("device_unknown")).to_be_visible()


def test_a_claim_code_is_printed_with_a_picture_that_scanners_read(portal: Portal) -> None:
    page = portal.reseller()
    open_project(page, "Weingut Sonnhalde")
    page.get_by_role("link", name="Claim codes").click()
    press(page, "Make a claim code")
    code = page.locator(".giant").inner_text()
    picture = Image.open(io.BytesIO(page.locator("svg.qr").screenshot()))
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [code]
    assert flaws(page) == []
    page.reload()
    expect(page.locator(".giant")).to_have_text(code)
    hint = page.get_by_text("Lists call it").inner_text().partition("Lists call it ")[2][:4]
    page.get_by_role("link", name="All claim codes").click()
    page.get_by_role("row", name=hint).get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("row", name=hint)).to_contain_text("Withdrawn")
    assert flaws(page) == []


def test_service_is_bought_at_the_price_that_was_seen(portal: Portal) -> None:
    page = portal.reseller()
    page.goto("/keys")
    page.get_by_label("Activation keys").fill(portal.credits_key)
    page.get_by_label("Into the project").select_option("Stadtwerke Ulm")
    press(page, "See what they hold")
    press(page, "Redeem the key")
    open_project(page, "Stadtwerke Ulm")
    page.get_by_role("link", name="Buy months").click()
    page.get_by_label("Months", exact=True).select_option("12")
    press(page, "See the price")
    assert flaws(page) == []
    press(page, "Buy 12 months")
    expect(page.get_by_text("Running")).to_be_visible()

    page.goto(f"/projects?name=Stadtwerke&as_of={civil_day(datetime.now(UTC))}")
    page.get_by_role("link", name="Stadtwerke Ulm").click()
    expect(page.get_by_role("link", name="Buy months")).to_have_count(0)
    page.get_by_role("link", name="Back to now").click()
    page.get_by_role("link", name="Upgrade licenses").click()
    page.get_by_label("To version").select_option("11")
    press(page, "See before and after")
    expect(page.get_by_role("row", name="Port10 5 then 0")).to_be_visible()
    assert flaws(page) == []
    press(page, "Upgrade 5 licenses for good")
    expect(page.get_by_text(re.compile("Upgraded as entry [0-9]+"))).to_be_visible()
    expect(page.get_by_text("5 Port11")).to_be_visible()


def test_old_licenses_are_registered_brought_in_seen_and_converted(portal: Portal) -> None:
    staff = portal.person(REPAIRER, scripts=False)
    staff.goto("/staff/old-licenses")
    staff.get_by_label("Keys, one in each line").fill("V7 key 2019 0002; many")
    staff.get_by_label("Reference").fill("EXPORT-8")
    press(staff, "Register the keys")
    expect(staff.get_by_role("alert")).to_contain_text("Line 1: «many» is no count with a name")
    staff.get_by_label("Keys, one in each line").fill("V7 key 2019 0002; 2 Operators")
    press(staff, "Register the keys")
    expect(staff.get_by_role("row", name=re.compile("^2 Operators Not brought in EXPORT-8"))).to_be_visible()

    page = portal.reseller(width=WIDTHS["narrow"], scripts=False)
    open_project(page, "Weingut Sonnhalde")
    page.get_by_role("link", name="Old licenses").click()
    page.get_by_label("Key of the old manager").fill("no such key")
    press(page, "Bring in its licenses")
    expect(page.get_by_role("alert")).to_contain_text("key_unknown")
    page.get_by_label("Key of the old manager").fill(OLD_KEY.lower())
    press(page, "Bring in its licenses")
    page.get_by_label("Key of the old manager").fill("v7 key 2019 0002")
    press(page, "Bring in its licenses")
    staff.goto(page.url.replace("/projects/", "/staff/old-licenses/").removesuffix("/old-licenses"))
    staff.get_by_label("Licenses, one name in each line").fill("3 Operators")
    staff.get_by_label("Reference").fill("EXPORT-8")
    press(staff, "Bring them in")
    expect(staff.get_by_text("3 Operators").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("row", name="Operator8 0 then 5")).to_be_visible()
    expect(page.get_by_role("row", name="Port8 0 then 30")).to_be_visible()
    press(page, "Convert them for good")
    expect(page.get_by_role("row", name="5 Operators, 30 Registrations")).to_be_visible()
    expect(page.get_by_text("No old licenses are free here.")).to_be_visible()
    open_project(page, "Weingut Sonnhalde")
    assert free_of(page, "Port8") == 30


def test_many_boxes_get_licenses_from_a_table_and_a_wrong_line_is_mended(portal: Portal, tmp_path: Path) -> None:
    page = portal.reseller(width=WIDTHS["narrow"])
    open_project(page, "Klinik am See")
    before = free_of(page, "Port11")
    page.get_by_role("link", name="Many at once").last.click()
    page.get_by_role("link", name="Allocate licenses to many devices").click()
    table = tmp_path / "boxes.csv"
    table.write_bytes("Serial;Port11;Channel\r\n04:d0:01;1;\r\n04:d0:02;1;1\r\n04:d0;1;\r\n".encode("utf-8-sig"))
    page.get_by_label("File", exact=True).set_input_files(table)
    press(page, "See what will happen")
    expect(page.get_by_role("row", name=re.compile("04:d0.* is no whole serial"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Klinik am See Port11"))).to_contain_text(str(before - 2))
    assert flaws(page) == []
    page.get_by_label("I know that they do not come back.").check()
    press(page, "Do 2 lines")
    expect(page.get_by_text("Lines done: 2")).to_be_visible()
    assert flaws(page) == []
    with page.expect_download() as failed:
        press(page, "Download what failed")

    again = portal.reseller(scripts=False)
    again.goto("/bulk/allocate")
    again.get_by_label("Project of lines that name none").select_option("Klinik am See")
    text = failed.value.path().read_text(encoding="utf-8-sig")
    again.get_by_label("Or the table itself").fill(text.replace("04:d0;", "04:d0:03;"))
    press(again, "See what will happen")
    press(again, "Do the one line")
    expect(again.get_by_text("Lines done: 1")).to_be_visible()
    again.goto("/bulk/allocate")
    again.get_by_label("Project of lines that name none").select_option("Klinik am See")
    again.get_by_label("File", exact=True).set_input_files(table)
    press(again, "See what will happen")
    again.get_by_label("I know that they do not come back.").check()
    press(again, "Do 2 lines")
    expect(again.get_by_text("Lines that were done before: 2")).to_be_visible()
    open_project(again, "Klinik am See")
    assert free_of(again, "Port11") == before - 3


def test_a_test_that_the_ledger_refuses_says_why_above_the_form(portal: Portal) -> None:
    page = portal.reseller(scripts=False)
    page.goto("/devices/00903304a20e/test")
    press(page, "Put the test on the device")
    expect(page.get_by_role("alert")).to_contain_text("contact_needed")
    expect(page.get_by_label("How many of each type")).to_be_visible()


def test_a_sentence_and_a_recording_become_files_that_are_heard_first(portal: Portal, tmp_path: Path) -> None:
    page = portal.reseller(width=WIDTHS["narrow"])
    page.goto("/audio")
    page.get_by_label("What is said").fill("Welcome. Please hold the line.")
    page.locator("#sentence-name").fill("welcome")
    press(page, "Let it be spoken")
    expect(page.get_by_role("img", name="The wave of the recording")).to_be_visible(timeout=60_000)
    assert flaws(page) == []
    heard = page.request.get(page.locator("audio").first.get_attribute("src") or "")
    assert (heard.status, heard.body()[:4]) == (200, b"RIFF")
    with page.expect_download() as archive:
        page.get_by_role("link", name="All files (ZIP)").click()
    assert (archive.value.suggested_filename, archive.value.path().read_bytes()[:2]) == ("welcome.zip", b"PK")

    tone = tmp_path / "Night Message.wav"
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x00\x00\xff\x3f\x00\x00\x01\xc0" * 4000)
    page.goto("/audio")
    page.get_by_label("Recording", exact=True).set_input_files(tone)
    press(page, "Convert")
    expect(page.get_by_role("heading", name="night-message")).to_be_visible()
    expect(page.get_by_role("link", name="All files (ZIP)")).to_be_visible(timeout=60_000)
    address = page.url
    press(page, "Delete it now")
    expect(page.get_by_role("heading", name="Announcements")).to_be_visible()
    gone = page.goto(address)
    assert gone is not None
    assert gone.status == 404


def test_a_colleague_joins_by_invitation_and_gets_rights_in_one_project(portal: Portal) -> None:
    page = portal.reseller()
    page.goto("/people")
    expect(page.get_by_text("A company keeps at least one administrator.")).to_be_visible()
    assert flaws(page) == []
    press(page, "Invite a colleague")
    code = page.locator(".giant").inner_text()
    assert flaws(page) == []

    colleague = portal.visitor()
    sign_in(colleague, CUSTOMER, people.PASSWORD)  # in a session of its own, as joining changes its company
    colleague.goto("/people")
    colleague.get_by_role("link", name="I have an invitation").click()
    colleague.get_by_label("Code of the invitation").fill("not a code")
    press(colleague, "Join the company")
    expect(colleague.get_by_role("alert")).to_contain_text("invitation_malformed")
    assert flaws(colleague) == []
    colleague.get_by_label("Code of the invitation").fill(code.lower().replace("-", " "))
    press(colleague, "Join the company")
    expect(colleague.get_by_role("banner")).to_contain_text("Nordlicht Systeme GmbH")
    expect(colleague.get_by_text("No project yet.")).to_be_visible()
    colleague.goto("/people")
    expect(colleague.get_by_role("button", name="Invite a colleague")).to_be_disabled()
    expect(colleague.get_by_text("Ask one of them")).to_be_visible()

    open_project(page, "Weingut Sonnhalde")
    page.locator(".head").get_by_role("link", name="People").click()
    page.get_by_label("Colleague").select_option("Luca Marin")
    page.get_by_label("redeem, allocate and move licenses").check()
    press(page, "Give these rights")
    expect(page.get_by_role("row", name="Luca Marin")).to_contain_text("redeem, allocate and move licenses")
    assert flaws(page) == []
    colleague.goto("/projects")
    expect(colleague.get_by_role("link", name="Weingut Sonnhalde")).to_be_visible()
    expect(colleague.get_by_text("Klinik am See")).to_have_count(0)

    page.goto("/people")
    page.get_by_role("row", name="Luca Marin").get_by_role("button", name="Remove from the company").click()
    expect(page.get_by_role("row", name="Luca Marin")).to_have_count(0)


def test_a_box_is_found_by_the_end_of_its_serial_with_the_keyboard_alone(portal: Portal) -> None:
    page = portal.reseller()
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("A1:C7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Go to 00 90 33 04 a1 c7")).to_be_focused()
    assert flaws(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="00 90 33 04 a1 c7")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("klinik")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="00 90 33 04 a1 c7")).to_be_visible()


def tab_to(page: Page, role: Role, name: str) -> None:
    """Go on with the Tab key until this has the focus; what can't be reached so is not there."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(name)


def test_keys_are_redeemed_and_licenses_reach_a_box_with_the_keyboard_alone(portal: Portal) -> None:
    page = portal.reseller()
    page.goto("/keys")
    tab_to(page, "textbox", "Activation keys")
    page.keyboard.type(portal.keys.pop())
    tab_to(page, "combobox", "Into the project")
    page.keyboard.type("Klinik")
    tab_to(page, "button", "See what they hold")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Redeem the key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("04:a1:c7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Go to 00 90 33 04 a1 c7")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "link", "Allocate licenses")
    page.keyboard.press("Enter")
    tab_to(page, "spinbutton", "Port11")
    page.keyboard.type("2")
    tab_to(page, "button", "See before and after")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Allocate")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Allocated as entry [0-9]+"))).to_be_visible()
    tab_to(page, "link", "Go to the device")
    page.keyboard.press("Enter")
    expect(page.get_by_text("New file waits")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Port11 pbx [0-9]+ then [0-9]+"))).to_be_visible()
