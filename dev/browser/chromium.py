"""Debian's Chromium without windows, driven by Playwright, which brings none of its own here.

The whole Chromium, told to show no window, still makes one for each visitor: its pages take five times the processor.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from dev.stack.error import StackError

WIDTHS = {"wide": 1280, "narrow": 360}
HEIGHT = 900
Scheme = Literal["light", "dark"]
ARGUMENTS = [
    "--no-sandbox",  # root has no user namespace of its own to be confined in
    # A page here ends before its scripts have paid for being optimised; the next one has the same.
    "--js-flags=--max-optimized-bytecode-size=0 --no-flush-bytecode",
]


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser without a window."""
    program = shutil.which("chromium-headless-shell")
    if program is None:
        raise StackError("There is no Chromium; run `make setup`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def a_page(
    browser: Browser,
    address: str,
    *,
    width: int = WIDTHS["wide"],
    scheme: Scheme = "light",
    scripts: bool = True,
    cookies: StorageState | None = None,
) -> Page:
    """A page of a fresh visitor, or of one whose browser kept these cookies."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        java_script_enabled=scripts,
        locale="en-GB",
        bypass_csp=False,
        storage_state=cookies,
    )
    return context.new_page()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in as a person does."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
