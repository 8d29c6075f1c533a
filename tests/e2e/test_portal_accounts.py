"""An account's life in the portal: made by mail, with a company, a second factor, and a password that is forgotten."""

import base64
import json
import os
import re
import secrets
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from dev.browser.chromium import WIDTHS
from dev.demo import people
from dev.demo.story import xmlsec1
from dev.stack.keys import PORTAL_ISSUER, Keys
from dev.stack.mail import letters
from dev.stack.parts import Kit
from licensing_client import ApiToken, Client, Problem, TokenRefused
from portal.adapters.issuer import TokenIssuer
from portal.domain.one_time_codes import STEP_SECONDS, code_of
from portal.entrypoints.web.forms import FORM_TOKEN
from simulator.box import Box
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import AUDIENCE
from tests.support.portal import CUSTOMER, REPAIRER, RESELLER, Portal, admin, flaws, press, token_of
from tests.support.runbooks import commands

FIRST, SECOND = "a quiet hotel by the sea", "the sea by a quiet hotel"
LETTER_SECONDS = 20.0
FIRST_FILE = "5-the-first-license-file"


def link_of(kit: Kit, email: str, place: str) -> str:
    """The link of a letter to an address, once it has come."""
    deadline = time.monotonic() + LETTER_SECONDS
    while time.monotonic() < deadline:
        texts = "".join(one.get_content() for one in letters(kit.state) if one["To"] == email)
        if found := re.search(rf"https?://\S+{place}\S+", texts):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no letter came to {email}")


def test_an_account_is_made_by_mail_gets_a_second_factor_and_another_password(portal: Portal, kit: Kit) -> None:
    email = f"mia.{secrets.token_hex(4)}@example.net"
    page = portal.visitor(width=WIDTHS["narrow"], scheme="dark")
    make_account(page, kit, email)
    register_company(page, email)
    secret, recovery = turn_second_factor_on(page)
    page.goto("/")
    press(page, "Sign out")
    sign_in_with_second_factor(page, email, secret, recovery)
    change_forgotten_password(portal.visitor(), kit, email, recovery)
    page.goto("/settings")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def make_account(page: Page, kit: Kit, email: str) -> None:
    """By the link of a letter, which works once."""
    page.goto("/sign-in")
    page.get_by_role("link", name="Make an account").click()
    assert flaws(page) == []
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send me a link")
    expect(page.get_by_text("Look into your mail")).to_be_visible()
    link = link_of(kit, email, "/register/")
    page.goto(link)
    assert flaws(page) == []
    page.get_by_label("Name").fill("Mia Marin <b>")
    page.get_by_label("New password").fill("mia.mia.mia.mia")
    press(page, "Make the account")
    expect(page.get_by_role("alert")).to_contain_text("easy to guess")
    page.get_by_label("New password").fill(FIRST)
    press(page, "Make the account")
    expect(page.get_by_text("The account is made")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    assert flaws(page) == []


def register_company(page: Page, email: str) -> None:
    """Its own, as an end customer."""
    type_password(page, email, FIRST)
    expect(page.get_by_text("No company yet")).to_be_visible()
    assert flaws(page) == []
    page.get_by_label("Name of your company").fill("Pension Marin")
    press(page, "Register the company")
    expect(page.get_by_role("banner")).to_contain_text("Pension Marin")


def turn_second_factor_on(page: Page) -> tuple[bytes, str]:
    """The secret that an app would have read, and a recovery code."""
    page.goto("/settings/second-factor")
    assert flaws(page) == []
    secret = base64.b32decode(page.locator(".sheet .code").inner_text().split()[0])
    page.get_by_label("Code").fill("000000")
    press(page, "Turn it on")
    expect(page.get_by_text("It is not on yet")).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret, int(time.time()) // STEP_SECONDS))
    press(page, "Turn it on")
    recovery = page.locator(".codes li").first.inner_text()
    assert flaws(page) == []
    return secret, recovery


def sign_in_with_second_factor(page: Page, email: str, secret: bytes, recovery: str) -> None:
    """The password alone opens nothing, an old code does not count, and a recovery code does."""
    type_password(page, email, FIRST)
    expect(page.get_by_role("heading", name="Your code, please")).to_be_visible()
    assert flaws(page) == []
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    type_password(page, email, FIRST)
    page.get_by_label("Code").fill(code_of(secret, int(time.time()) // STEP_SECONDS - 1))
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code").fill(recovery)
    press(page, "Sign in")
    expect(page.get_by_role("banner")).to_contain_text("Pension Marin")


def change_forgotten_password(page: Page, kit: Kit, email: str, used: str) -> None:
    """By a letter; the second factor stays, and a recovery code counts once."""
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot the password?").click()
    page.get_by_label("E-mail address").fill(email.upper())
    press(page, "Send me a link")
    page.goto(link_of(kit, email, "/password/"))
    page.get_by_label("New password").fill(SECOND)
    press(page, "Change the password")
    type_password(page, email, FIRST)
    expect(page.get_by_role("alert")).to_be_visible()
    type_password(page, email, SECOND)
    expect(page.get_by_role("heading", name="Your code, please")).to_be_visible()
    page.get_by_label("Code").fill(used)
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()


def type_password(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")


@pytest.mark.parametrize("path", ["/register", "/password"])
def test_a_letter_that_is_asked_for_tells_nothing_about_the_account(portal: Portal, path: str) -> None:
    said = []
    for email in (RESELLER, "nobody@example.net"):
        with portal.client() as client:
            form = {FORM_TOKEN: token_of(client.get(path)), "email": email}
            answer = client.post(path, data=form)
            said.append((answer.status_code, re.sub(r"[0-9a-f]{32,}", "", answer.text.replace(email, ""))))
    assert said[0] == said[1]


@pytest.mark.parametrize("path", ["/register", "/password"])
def test_nobody_lets_the_portal_write_to_a_list_of_people(portal: Portal, kit: Kit, path: str) -> None:
    everybody = "first@example.net, second@example.net"
    with portal.client() as client:
        answer = client.post(path, data={FORM_TOKEN: token_of(client.get(path)), "email": everybody})
    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.text
    assert not [one for one in letters(kit.state) if "second@example.net" in str(one["To"])]


def signed_in(client: httpx.Client) -> bool:
    """Whether the password is taken."""
    form = {"email": CUSTOMER, "password": people.PASSWORD, FORM_TOKEN: token_of(client.get("/sign-in"))}
    taken = client.post("/sign-in", data=form).status_code == 303
    client.get("/company")  # which is chosen where there is one
    return taken


def test_an_account_that_is_locked_has_no_session_and_gets_none(portal: Portal, kit: Kit) -> None:
    with portal.client() as before, portal.client() as during, portal.client() as after:
        assert signed_in(before)
        assert before.get("/settings").status_code == 200

        assert admin(kit, "lock", CUSTOMER.upper()).returncode == 0
        assert before.get("/settings").headers["location"] == "/sign-in?next=/settings"
        assert not signed_in(during)

        assert admin(kit, "unlock", CUSTOMER).returncode == 0
        assert before.get("/settings").status_code == 303, "a session that was ended stays ended"
        assert signed_in(after)
    unknown = admin(kit, "lock", "nobody@example.net")
    assert (unknown.returncode, unknown.stderr) == (1, "There is no account nobody@example.net.\n")


def replaced(file: Path, content: bytes) -> None:
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)


def test_the_key_of_tokens_is_rotated_while_people_read_and_write(portal: Portal, kit: Kit) -> None:
    keys, new = Keys(kit.state), Ed25519PrivateKey.generate()
    first = keys.portal_token_key.read_bytes()
    second = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with portal.client() as client:
        assert signed_in(client)
        for content, published in ((first + second, 2), (second + first, 2), (second, 1)):
            replaced(keys.portal_token_key, content)
            answer = client.get("/.well-known/jwks.json")
            assert (len(answer.json()["keys"]), answer.headers["cache-control"]) == (published, "public, max-age=60")
            assert client.get("/projects").status_code == 200
            keys.publish_token_keys()
            assert client.get("/projects").status_code == 200
        printed = admin(kit, "jwks", str(keys.portal_token_key), "--issuer", PORTAL_ISSUER)
        assert json.loads(printed.stdout) == answer.json()

    assert [asked_with(kit, pem) for pem in (first, second)] == [401, 201]


def asked_with(kit: Kit, pem: bytes) -> int:
    """How ledger-api and ledger-writer take a token that this key signs for the portal."""
    file = kit.state / "keys" / "tried.pem"
    replaced(file, pem)
    issuer = TokenIssuer(file, issuer=PORTAL_ISSUER, audience=AUDIENCE, clock=lambda: datetime.now(UTC))
    head = {"Authorization": f"Bearer {issuer.token(ADMINISTRATOR, PARTNER)}", "Idempotency-Key": secrets.token_hex(8)}
    url = f"http://127.0.0.1:{kit.ports.port('ledger-api')}/v1/projects"
    return httpx.post(url, json={"project_name": secrets.token_hex(8)}, headers=head, timeout=30).status_code


def an_api_token(page: Page, name: str, scopes: str) -> tuple[str, str]:
    """Client id and secret of one for licenses."""
    page.goto("/settings/api-tokens")
    assert flaws(page) == []
    page.get_by_label("Name").fill(name)
    page.get_by_label("Licenses, devices and projects").select_option(scopes)
    press(page, "Make the API token")
    expect(page.get_by_text("The secret is shown once")).to_be_visible()
    assert flaws(page) == []
    return page.locator("#client-id").inner_text(), page.locator("#secret").inner_text()


def test_a_program_signs_in_with_an_api_token_until_its_owner_ends_it(portal: Portal, kit: Kit) -> None:
    page, name = portal.reseller(), f"Report {secrets.token_hex(4)}"
    shown = an_api_token(page, name, "read")

    ledger = f"http://127.0.0.1:{kit.ports.port('ledger-api')}"
    with ApiToken(portal.address, *shown) as token, Client(ledger, token) as program:
        assert portal.project in {one["project"] for one in program.everything(program.list_projects)}
        with pytest.raises(Problem) as no:
            program.create_project(project_name="Nobody's")
        assert (no.value.code, no.value.status) == ("scope_missing", 403)
        assert 'scope="licenses:write"' in no.value.headers["WWW-Authenticate"]

    page.goto("/settings/api-tokens")
    assert flaws(page) == []
    assert shown[1] not in page.content()
    page.get_by_role("button", name=f"End {name}").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("Ended")
    with ApiToken(portal.address, *shown) as token, pytest.raises(TokenRefused, match="invalid_client"):
        token()


def test_the_page_for_operators_takes_a_license_to_a_device(portal: Portal, kit: Kit, tmp_path: Path) -> None:
    """By its commands as they stand there, with hosts, secrets and names put in."""
    client_id, secret = an_api_token(portal.person(REPAIRER), f"First file {secrets.token_hex(4)}", "read and write")
    keys = Keys(kit.state)
    box = Box.make(tmp_path / "box", f"009033{secrets.token_hex(3)}", pki=keys.pki, license_keys=[])
    words = {
        "tok_0123456789abcdef": client_id,
        "lic_0123456789abcdef": secret,
        "https://PORTAL_HOST": portal.address,
        "https://LEDGER_HOST": f"http://127.0.0.1:{kit.ports.port('ledger-api')}",
        "https://DEVICE_HOST": portal.sync_address,
        "SERIAL": box.state.serial,
        "device.pem": "box/certificate-1.pem",
        "device.key": "box/device.key.pem",
        "Idempotency-Key: first": f"Idempotency-Key: {box.state.serial}",
    }
    found = [
        one for one in commands(f"docs/operations.md#{FIRST_FILE}") if "kubectl" not in one and "localhost" not in one
    ]
    definitions, steps, answer = found[:3], found[3:], ""
    for step in steps:
        for word, member in (("KEY", "activation_key"), ("PROJECT", "project")):
            if named := re.search(f'"{member}":"([^"]+)"', answer):
                words[word] = named[1]
        script = "\n".join((*definitions, step))
        for word, value in words.items():
            script = script.replace(word, value)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=os.environ | {"CURL_CA_BUNDLE": str(box.folder / "server-ca.pem")},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"
        answer = done.stdout
    file = tmp_path / "license-file.xml"
    file.write_text(answer)
    assert 'count="1"' in answer
    assert xmlsec1(file, keys.license_certificate)
