"""A picture of each page of the running stack, wide and narrow, light and dark: `python -m dev.browser.screenshots`."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from contracts.dates import civil_day
from dev.browser.chromium import WIDTHS, a_page, chromium, sign_in
from dev.demo.people import PASSWORD, PEOPLE
from dev.stack import places
from dev.stack.parts import Kit

FOLDER = places.STATE / "screenshots"
TODAY = civil_day(datetime.now(UTC))


def at(path: str) -> Callable[[Page], None]:
    """A page that has an address of its own."""

    def go(page: Page) -> None:
        page.goto(path)

    return go


def clinic(page: Page) -> None:
    page.goto("/projects")
    page.get_by_role("link", name="Klinik am See").click()


def hotel(page: Page) -> None:
    page.goto("/projects")
    page.get_by_role("link", name="Hotel Adria", exact=True).click()


def box(page: Page) -> None:
    page.goto("/devices/00903304a20e")


def allocation(page: Page) -> None:
    clinic(page)
    page.get_by_role("link", name="Allocate licenses").click()
    page.get_by_label("Device", exact=True).fill("04a20e")
    page.get_by_label("Port11").fill("10")
    page.get_by_label("Channel").fill("4")
    page.get_by_role("button", name="See before and after").click()


def keys(page: Page) -> None:
    page.goto("/keys")
    page.get_by_label("Activation keys").fill("0000-0000-0000-0000")
    page.get_by_role("button", name="See what they hold").click()


def table(page: Page) -> None:
    page.goto("/bulk/allocate")
    page.get_by_label("Project of lines that name none").select_option("Klinik am See")
    page.get_by_label("Or the table itself").fill("serial;Port11;Channel\n04a20e;2;1\n04c0ff;8;\n0b7f10;1;\n04c0;4;\n")
    page.get_by_role("button", name="See what will happen").first.click()


def case(page: Page) -> None:
    page.goto("/rmas?show=all")
    page.get_by_role("link", name="RMA-").first.click()


def correction(page: Page) -> None:
    """The newest one; the list, where the tour has not made any."""
    page.goto("/staff/corrections?state=all")
    made = page.locator("td.lead a")
    if made.count():
        made.first.click()


def old_import(page: Page) -> None:
    page.goto("/search?q=Klinik")
    page.get_by_role("link", name="Klinik am See").first.click()
    page.goto(page.url.replace("/projects/", "/staff/old-licenses/"))


def of_clinic(place: str) -> Callable[[Page], None]:
    """A page below that of the clinic."""

    def go(page: Page) -> None:
        clinic(page)
        page.goto(page.url + place)

    return go


def table_done(page: Page) -> None:
    """Lines that failed and one that is done, once; then it is done before."""
    page.goto("/bulk/allocate")
    page.get_by_label("Project of lines that name none").select_option("Klinik am See")
    page.get_by_label("Or the table itself").fill("serial;Port11\n04a20e;1\n04a1c7;9999\n0b7f10;1\n04c0;4\n")
    page.get_by_role("button", name="See what will happen").first.click()
    page.get_by_role("button", name="Do 2 lines").click()


def api_token(page: Page) -> None:
    """The page that shows the secret; what a run before has made is ended first."""
    page.goto("/settings/api-tokens")
    for _ in range(page.locator("button.danger").count()):
        page.locator("button.danger").first.click()
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_label("Licenses, devices and projects").select_option("write")
    page.get_by_label("Repairs").select_option("read")
    page.get_by_role("button", name="Make the API token").click()


PAGES: dict[str, Callable[[Page], None]] = {
    "home": at("/"),
    "projects": at("/projects"),
    "project": clinic,
    "allocation": allocation,
    "search": at("/search?q=04a1"),
    "home-then": at(f"/?as_of={TODAY}"),
    "projects-then": at(f"/projects?as_of={TODAY}"),
    "devices": at("/devices"),
    "devices-then": at(f"/devices?as_of={TODAY}"),
    "balances-then": at(f"/balances?type=Port11&as_of={TODAY}"),
    "device": box,
    "device-then": at(f"/devices/00903304a20e?as_of={TODAY}"),
    "why": at("/devices/00903304a20e/why?type=Port11"),
    "balances": at("/balances?type=Port11"),
    "keys": at("/keys"),
    "keys-preview": keys,
    "many-at-once": at("/bulk"),
    "table": at("/bulk/allocate"),
    "table-preview": table,
    "table-done": table_done,
    "table-of-returns": at("/bulk/return"),
    "test": at("/devices/00903304a20e/test"),
    "warranty": at("/devices/00903304a20e/warranty"),
    "move": at("/devices/00903304a20e/move"),
    "take-back": at("/devices/00903304a20e/take-back"),
    "move-licenses": of_clinic("/transfers/new"),
    "claim-codes": of_clinic("/claim-codes"),
    "redeemed-keys": of_clinic("/keys"),
    "service": of_clinic("/service?months=12"),
    "upgrade": of_clinic("/upgrades?version=11"),
    "old-licenses": of_clinic("/old-licenses"),
    "project-people": of_clinic("/people"),
    "label": at("/devices/00903304a1c7/label"),
    "label-erasure": of_clinic("/labels"),
    "return": at("/devices/00903304a1c7/return"),
    "repairs": at("/rmas?show=all"),
    "repair": case,
    "repair-new": at("/rmas/new?serial=00903304a1c7"),
    "support-cases": at("/cases"),
    "support-case": at("/cases/CAS-104211"),
    "audio": at("/audio"),
    "people": at("/people"),
    "activity": at("/activity"),
    "expirations": at("/expirations"),
    "settings": at("/settings"),
    "second-factor": at("/settings/second-factor"),
    "passkeys": at("/settings/passkeys"),
    "api-tokens": at("/settings/api-tokens"),
    "api-token": api_token,
    "erasure": at("/settings/erasure"),
    "register": at("/register"),
    "components": at("/components"),
    "not-found": at("/nowhere"),
}
OF_STAFF: dict[str, Callable[[Page], None]] = {
    "corrections": at("/staff/corrections"),
    "correction": correction,
    "correction-new": at("/staff/corrections/new?source=04a1d2&target=Klinik"),
    "linked-corrections": at("/staff/corrections/linked"),
    "staff-keys": at("/staff/keys"),
    "key-new": at("/staff/keys/new"),
    "companies": at("/staff/companies"),
    "blocks": at("/staff/blocks?show=all"),
    "staff-device": at("/staff/devices/00903304a1c7"),
    "deliveries": at("/staff/deliveries"),
    "deliveries-new": at("/staff/deliveries/new"),
    "catalog": at("/staff/catalog"),
    "old-keys": at("/staff/old-licenses"),
    "old-import": old_import,
    "records": at("/staff/records"),
    "accesses": at("/staff/accesses"),
}
"""Those that only the vendor's staff has."""


OF_GUESTS: dict[str, Callable[[Page], None]] = {"guest-home": at("/"), "guest-project": hotel}
"""What a guest of one project sees, whose whole portal that is."""
WHO = {"reseller": PAGES, "end customer": OF_GUESTS, "RMA clerk": OF_STAFF}
"""Who looks at which pages."""


def main() -> int:
    known = [name for pages in WHO.values() for name in pages]
    parser = argparse.ArgumentParser(prog="python -m dev.browser.screenshots", description=__doc__)
    parser.add_argument("pages", nargs="*", help=f"some of {', '.join(known)}; all without")
    wanted = parser.parse_args().pages or known
    FOLDER.mkdir(parents=True, exist_ok=True)
    address = Kit(places.STATE).portal_url
    with chromium() as browser:
        for shape, width in WIDTHS.items():
            for scheme in ("light", "dark"):
                for who, pages in WHO.items():
                    page = a_page(browser, address, width=width, scheme=scheme)
                    sign_in(page, PEOPLE[who].email, PASSWORD)
                    for name in (one for one in wanted if one in pages):
                        pages[name](page)
                        file = FOLDER / f"{name}-{shape}-{scheme}.png"
                        page.screenshot(path=file, full_page=True)
                        print(_said(file))
                    page.context.close()
    return 0


def _said(file: Path) -> Path:
    return file.relative_to(places.ROOT)


if __name__ == "__main__":
    sys.exit(main())
