"""Cases in the portal: a broken box from its report to the parcel back, and what the help desk is asked."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from dev.browser.chromium import WIDTHS
from tests.support.portal import CUSTOMER, REPAIRER, RESELLER, Portal, flaws, press

HOSTILE = "No light <script>alert(1)</script>\nNo sound {{ 7 * 7 }}"


def file_a_case(page: Page, serial: str) -> str:
    """What a person types to report a broken device; the number of the case."""
    page.goto(f"/rmas/new?serial={serial}")
    page.get_by_label("What is broken").fill(HOSTILE)
    page.get_by_label("Street").fill("Umberto-Nobile-Str. 15\nHinterhaus")
    page.get_by_label("Postal code").fill("71063")
    page.get_by_label("City").fill("Sindelfingen")
    assert flaws(page) == []
    press(page, "File the case")
    expect(page.get_by_role("heading", name=re.compile("^RMA-"))).to_be_visible()
    return page.url.rpartition("/")[2].partition("?")[0]


def work(page: Page, title: str, **fields: str) -> None:
    """A step of the clerk, by the form that the page of the case has for it."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=title, exact=True))
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button", name=title, exact=True).click()


def test_a_broken_box_goes_from_its_case_to_the_parcel_back(portal: Portal, tmp_path: Path) -> None:
    partner = portal.person(RESELLER, width=WIDTHS["narrow"], scheme="dark")
    rma = file_a_case(partner, portal.serial)
    expect(partner.get_by_text("Put the slip into the parcel")).to_be_visible()
    expect(partner.get_by_text("<script>alert(1)</script>")).to_be_visible()
    with partner.expect_download() as slip:
        partner.get_by_role("link", name="Slip for the parcel").click()
    assert slip.value.path().read_bytes().startswith(b"%PDF")
    partner.get_by_label("Write a message").fill(HOSTILE)
    press(partner, "Send the message")
    (tmp_path / "log <b>.txt").write_text("It smelled of smoke.")
    partner.get_by_label("Attach a file").set_input_files(tmp_path / "log <b>.txt")
    press(partner, "Attach the file")
    with partner.expect_download() as attached:
        partner.get_by_role("link", name="log <b>.txt").click()
    assert attached.value.path().read_text() == "It smelled of smoke."
    assert flaws(partner) == []

    clerk = portal.person(REPAIRER)
    clerk.goto("/rmas")
    assert flaws(clerk) == []
    clerk.get_by_role("link", name=rma).click()
    work(clerk, "Receive the device", serial="00:90:33:99:99:99")
    expect(clerk.get_by_role("alert")).to_be_visible()
    work(clerk, "Receive the device", serial=portal.serial)
    work(clerk, "Quote the repair", amount="129,00")
    expect(clerk.get_by_text("Nothing for you to do")).to_be_visible()
    assert flaws(clerk) == []

    partner.goto(f"/rmas/{rma}")
    expect(partner.get_by_text("129.00 EUR")).to_be_visible()
    press(partner, "Accept the quote")
    expect(partner.get_by_text("Device has arrived")).to_be_visible()
    clerk.goto(f"/rmas/{rma}")
    work(clerk, "Record the repair", finding="The power supply was broken.")
    work(clerk, "Send the device", carrier="DHL", tracking_number="00340434161094042557")
    work(clerk, "Close the case")
    expect(clerk.locator(".head").get_by_text("Closed")).to_be_visible()


def test_an_end_customer_reads_accepted_and_nothing_of_a_guarantee(portal: Portal) -> None:
    partner = portal.reseller()
    rma = file_a_case(partner, portal.serial)
    expect(partner.get_by_text("Who pays")).to_be_visible()
    customer = portal.person(CUSTOMER)
    for path in (f"/rmas/{rma}", "/rmas", f"/devices/{portal.serial}"):
        customer.goto(path)
        expect(customer.get_by_role("main")).not_to_contain_text(
            re.compile("who pays|chargeable|covered|dead on arrival", re.IGNORECASE)
        )
    customer.goto(f"/rmas/{rma}")
    expect(customer.get_by_text("Accepted", exact=True)).to_be_visible()
    customer.get_by_text("Cancel the case").first.click()
    press(customer, "Cancel the case")
    expect(customer.locator(".head").get_by_text("Cancelled")).to_be_visible()


def test_a_company_watches_its_cases_and_an_end_customer_none_of_presales(portal: Portal) -> None:
    partner = portal.person(RESELLER, width=WIDTHS["narrow"])
    partner.goto("/cases")
    expect(partner.get_by_role("row")).to_have_count(5)
    partner.get_by_label("Show").select_option("closed")
    partner.get_by_label("Kind").select_option("presales")
    press(partner, "Filter")
    expect(partner.get_by_role("link", name="Are softphones part of the port license?")).to_be_visible()
    expect(partner.get_by_role("row")).to_have_count(2)
    partner.goto("/search?q=dial+tone")
    partner.get_by_role("link", name="Go to No dial tone after the update to 13r3").click()
    expect(partner.get_by_text("Which gatekeeper does the DHCP server give out to them?")).to_be_visible()
    expect(partner.get_by_text("Your company", exact=True)).to_be_visible()
    assert flaws(partner) == []
    partner.get_by_role("link", name="00 90 33 04 a1 c7").click()
    expect(partner).to_have_url(re.compile("/devices/00903304a1c7$"))

    customer = portal.person(CUSTOMER)
    customer.goto("/cases?state=all&kind=presales")
    expect(customer.get_by_text("No case fits.")).to_be_visible()
    expect(customer.get_by_label("Kind")).to_have_count(0)
    customer.goto("/cases")
    customer.get_by_role("link", name="The night bell does not ring").click()
    expect(customer.get_by_role("heading", name="The night bell does not ring")).to_be_visible()
    absent = [customer.request.get(f"/cases/{number}") for number in ("CAS-104211", "PRE-2207", "CAS-1", "%25")]
    assert {one.status for one in absent} == {404}

    staff = portal.person(REPAIRER)
    staff.goto("/cases")
    expect(staff.get_by_role("row", name=re.compile("Hotel Adria"))).to_contain_text("Waits for an answer")
