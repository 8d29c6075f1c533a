"""From an entry to the page that shows it: a person looks at a project in a real browser, and a colleague allocates.

The whole system is at work and shares two cores with the browser; nothing else is asked for. Counted from the API's
answer, when the entry is on the log, to the number on the page. Beside it: the time until the API itself answers by
rows that have the entry.
"""

import asyncio
import time

from benchmarks import client
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab
from dev.browser.chromium import a_page, chromium, sign_in
from dev.demo import people
from dev.demo.story import Story, wanted
from dev.stack.parts import Kit
from portal.application.accounts import Account
from simulator.cast import ADMINISTRATOR

EMAIL = "anna@adria.example"
ALLOCATIONS, LEAST = 100, 20
BETWEEN_SECONDS = 1.0
"""A page asks for itself anew at most a twentieth of the time, so that many entries in a row come to it as one."""
SHOWS = """([name, free]) => [...document.querySelectorAll("tr")].some(row =>
    row.innerText.startsWith(name) && row.querySelector("td[data-name='Free']")?.innerText === free)"""
TYPE = "Port11"


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        story = Story(kit.state, say=lambda _: None)
        await asyncio.to_thread(_told, story)
        await people.add_accounts(kit, [Account(ADMINISTRATOR, EMAIL, "Anna Adria", "en")])
        await lab_.until_idle(kit)
        shown, read = await asyncio.to_thread(_watched, kit, story, max(LEAST, lab_.sized(ALLOCATIONS)))

    def latency(share: float, aim: str = "") -> Figure:
        ms, rows = (client.quantile(sorted(one), share) * 1000 for one in (shown, read))
        beside = (Beside("the API has the rows", rows),)
        return Figure(f"live: an entry on the page that is open, p{share * 100:.0f}", ms, "ms", aim, beside)

    return [latency(0.5), latency(0.95, "< 1000 ms")]


def _told(story: Story) -> None:
    story.a_key_is_issued()
    story.a_partner_redeems_it()
    story.licenses_are_allocated()
    more = story.clerk.issue_activation_key(licenses=wanted({TYPE: 1_000}), order_number="PO-LIVE")
    redeemed = story.partner.redeem_activation_key(activation_key=more["activation_key"], project=story.project)
    story.sequence = redeemed["sequence"]


def _watched(kit: Kit, story: Story, times: int) -> tuple[list[float], list[float]]:
    """Seconds until the page shows each allocation, and until the API does, by one after the other."""
    shown, read = list[float](), list[float]()
    free = story.balance()[TYPE]
    with chromium() as browser:
        page = a_page(browser, kit.portal_url)
        sign_in(page, EMAIL, people.PASSWORD)
        page.goto(f"/projects/{story.project}")
        page.get_by_text("live", exact=True).wait_for()
        for _ in range(times):
            began, free = _allocated(story), free - 1
            page.wait_for_function(SHOWS, arg=[TYPE, f"{free:,}"], polling=10)
            shown.append(time.perf_counter() - began)
            time.sleep(BETWEEN_SECONDS)
        page.close()
    for _ in range(times):
        began = _allocated(story)
        story.partner.get_balance(story.project, at_least=story.sequence)
        read.append(time.perf_counter() - began)
        time.sleep(BETWEEN_SECONDS)
    return shown, read


def _allocated(story: Story) -> float:
    """One more is on the device; when the API said so."""
    done = story.partner.allocate_licenses(story.project, serial=story.serial, licenses=wanted({TYPE: 1}))
    story.sequence = done["sequence"]
    return time.perf_counter()
