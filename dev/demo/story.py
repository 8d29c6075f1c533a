"""The main job end to end on the running stack, with the real answer to each step: `python -m dev.demo.story`.

Each telling has a fresh key, a fresh device and a project of its own; what earlier tellings left stays.
"""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import asyncpg

from contracts.accounts import UNHELD, device_account, held_account, project_account
from contracts.documents import return_document
from contracts.documents.device_certificate import fingerprint
from contracts.documents.return_document import ReturnStatement
from contracts.documents.xmldsig import signer
from dev.demo.announcements import Announcements, heard_seconds
from dev.demo.cases import Cases
from dev.demo.replay import replay
from dev.stack import places
from dev.stack.error import StackError
from dev.stack.keys import Keys
from dev.stack.parts import Kit
from licensing_client.api import WantedLicenses
from simulator.box import Box
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.device import Answer, Firmware
from simulator.issuer import Issuer
from simulator.partner import PartnerClient, Refused
from simulator.pki import read_certificate, read_key

FIRST_SERIAL = 0x009033010203
KEY_CONTENTS = {"Port11": 50, "Voicemail11": 2, "Channel": 4}
ALLOCATED = {"Port11": 20, "Channel": 4}
CATCH_UP_SECONDS = 20
LOOK_SECONDS = 0.05


def wanted(licenses: dict[str, int]) -> list[WantedLicenses]:
    """Licenses as the API takes them."""
    return [{"license_type": name, "count": count} for name, count in licenses.items()]


def counted(lines: Iterable[Any]) -> dict[str, int]:
    """License lines of a document as counts."""
    return {line.license_type: line.count for line in lines}


def told(licenses: dict[str, int]) -> str:
    """Licenses as a person reads them."""
    return ", ".join(f"{count} {name}" for name, count in sorted(licenses.items())) or "nothing"


def require(holds: bool, what: str) -> None:  # noqa: FBT001
    """End the telling if the system did not do what the story says."""
    if not holds:
        raise StackError(f"The story went wrong: {what}")


@dataclass
class Story:
    """One telling; the steps are in order and each needs the ones before it."""

    state: Path = places.STATE
    say: Any = print
    activation_key: str = ""
    project: str = ""
    serial: str = ""
    sequence: int = 0
    _kit: Kit = field(init=False)

    def __post_init__(self) -> None:
        self._kit = Kit(self.state)
        self.keys = Keys(self.state)
        self._issuer = Issuer(self.state)
        self._api = f"http://127.0.0.1:{self._kit.ports.port('ledger-api')}"
        self.sync_address = f"https://127.0.0.1:{self._kit.ports.port('device-sync')}"
        self.cases = Cases(f"http://127.0.0.1:{self._kit.ports.port('rma-api')}", self._issuer)
        self.announcements = Announcements(f"http://127.0.0.1:{self._kit.ports.port('audio-api')}", self._issuer)
        self.clerk = self.acting_for(CLERK, VENDOR)
        self.partner = self.acting_for(ADMINISTRATOR, PARTNER)

    def acting_for(self, account: str, company: str) -> PartnerClient:
        """A client with an account's token for a company."""
        return PartnerClient(self._api, self._issuer, account, company)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cases.close()
        self.announcements.close()
        self.clerk.close()
        self.partner.close()

    def a_key_is_issued(self) -> None:
        answer = self.clerk.issue_activation_key(
            licenses=wanted(KEY_CONTENTS), order_number=f"PO-{secrets.token_hex(3)}"
        )
        self.activation_key = answer["activation_key"]
        self.say(f"The order system issues the key {self.activation_key} for {told(KEY_CONTENTS)}.")

    def a_partner_redeems_it(self) -> None:
        registered = self.clerk.register_company(
            kind="reseller",
            administrator=ADMINISTRATOR,
            company=PARTNER,
            idempotency_key="story-registers-the-partner",
        )
        telling, name = self._a_new_project(registered["sequence"])
        typed = self.activation_key.lower().replace("-", " ")
        redeemed = self.partner.redeem_activation_key(activation_key=typed, project=self.project)
        self.sequence = redeemed["sequence"]
        self.serial = f"{FIRST_SERIAL + telling - 1:012x}"
        balance = self.balance()
        require(balance == KEY_CONTENTS, f"the balance is {told(balance)}")
        self.say(f"The partner redeems it into the project «{name}». Free there: {told(balance)}.")

    def licenses_are_allocated(self) -> None:
        self.partner.add_device(self.project, serial=self.serial)
        allocated = self.partner.allocate_licenses(
            self.project, serial=self.serial, licenses=wanted(ALLOCATED), confirm_final=True
        )
        self.sequence = allocated["sequence"]
        self.say(f"It allocates {told(ALLOCATED)} to the device {self.serial}. Free now: {told(self.balance())}.")

    def the_device_fetches_its_file(self) -> None:
        file = self.firmware().sync()
        require(file is not None and counted(file.licenses) == ALLOCATED, "the file does not hold what was allocated")
        assert file is not None
        path = self.box().license_file_path
        self.say(
            f"The device fetches its license file over mutual TLS and verifies it offline: generation"
            f" {file.generation}, issue {file.issue}, entry {file.sequence}, {told(counted(file.licenses))}."
        )
        self.say(f"xmlsec1 says: {xmlsec1(path, self.keys.license_certificate)}.")

    def a_second_fetch_has_nothing_new(self) -> None:
        etag = (self.box().folder / "etag").read_text()
        answer = self.firmware().ask("GET", "license-file", headers={"If-None-Match": etag})
        require(answer.status == 304, f"the second GET was answered {answer.status}")
        self.say("A second GET is answered 304: the device has the newest file.")

    def the_device_gives_its_licenses_back(self) -> None:
        receipt = self.firmware().give_back()
        self.sequence = receipt.sequence
        self.say(
            f"The device invalidates its certificate and PUTs its signed return document. The receipt credits"
            f" {told(counted(receipt.credited))}; {told(counted(receipt.remaining))} stay on it; it is entry"
            f" {receipt.sequence}."
        )

    def the_balance_shows_it(self) -> None:
        balance = self.balance()
        require(balance == {"Port11": 50, "Voicemail11": 2}, f"the balance is {told(balance)}")
        file = self.firmware().sync()
        assert file is not None
        require(counted(file.licenses) == {"Channel": 4}, f"the next file holds {told(counted(file.licenses))}")
        self.say(
            f"The balance is {told(balance)} again. The next license file (generation {file.generation}) says"
            f" {told(counted(file.licenses))}."
        )

    def forged_and_late_documents_are_refused(self) -> None:
        box = self.box()
        document = (box.folder / "return-1.xml").read_bytes()
        again = self._hand_in(document)
        receipt = (box.folder / "receipt-1.xml").read_bytes()
        require(again.status == 200 and again.body == receipt, "the same document got another receipt")
        require(self.balance() == {"Port11": 50, "Voicemail11": 2}, "the same document moved something")
        self.say("The same return document again gets the same receipt, byte for byte, and moves nothing.")
        changed = document.replace(b'count="20"', b'count="29"')
        for what, raw in (
            ("One with a changed byte", changed),
            ("One of another device", self._of_another_device()),
            ("A second one of the old generation", self._second_of_generation_1()),
        ):
            answer = self._hand_in(raw)
            require(answer.status >= 400, f"{what.lower()} was accepted")
            self.say(f"{what} is refused: {answer.status} {answer.code}. {answer.detail}")

    def too_much_is_refused(self) -> None:
        before = self.balance()
        try:
            self.partner.allocate_licenses(self.project, serial=self.serial, licenses=wanted({"Port11": 51}))
        except Refused as refused:
            require(refused.code == "insufficient_balance", f"it was refused as {refused.code}")
            self.say(f"Allocating 51 ports is refused: {refused}")
        else:
            raise StackError("The story went wrong: 51 of 50 ports were allocated")
        require(self.balance() == before, "the refused allocation moved something")

    def a_broken_device_is_repaired(self) -> None:
        case = self.cases.file(self.serial)
        slip = self.cases.slip(case["rma"], self.state / "slips")
        self.say(
            f"The device breaks. The partner files a case, gets the number {case['rma']} at once, and prints the slip"
            f" for the parcel: {slip}."
        )
        ended = self.cases.repair(case)
        require(ended["state"] == "closed", f"the case is {ended['state']}")
        steps = [step["step"] for step in self.cases.partner.get_case_history(case["rma"])["items"]]
        self.say(f"The clerk works it to its end: {', '.join(steps)}. The licenses stay where they are.")

    def a_sentence_becomes_an_announcement(self) -> None:
        done = self.announcements.spoken()
        files = ", ".join(f"{one['name']} ({one['size']} bytes)" for one in done["files"])
        self.say(f"The partner types a sentence and takes the announcement for the box: {files}.")
        file = self.announcements.taken(done["job"], "g711a", self.state / "announcements" / "welcome.g711a")
        made, heard = done["files"][0]["seconds"], heard_seconds(file)
        require(abs(made - heard) < 0.001, f"ffmpeg hears {heard} s of {made} s")
        self.say(f"ffmpeg hears {heard:.1f} s in {file}, as long as was said.")

    def a_replay_gives_the_same_balances(self) -> None:
        entries, units = asyncio.run(self._compare())
        self.say(
            f"All {entries} entries, read back from Kafka and replayed from zero, give the {units} balances that"
            " PostgreSQL has, and they sum to zero."
        )

    def balance(self) -> dict[str, int]:
        """What is free in the project, as new as the story."""
        answer = self.partner.get_balance(self.project, at_least=self.sequence)
        return {line["license_type"]: line["count"] for line in answer["free"] if line["count"]}

    def settled_balance(self) -> dict[str, int]:
        """What is free when all that is on the log by now has been projected."""
        chain, _ = asyncio.run(replay(self._kit.broker().connection("auditor")))
        self.sequence = chain.sequence
        return self.balance()

    def box(self, serial: str | None = None) -> Box:
        """The simulated device, or that with another serial, fresh from the factory the first time."""
        serial = serial or self.serial
        folder = self.state / "boxes" / serial
        if not (folder / "box.json").exists():
            Box.make(folder, serial, pki=self.keys.pki, license_keys=[self.keys.license_key])
        return Box(folder)

    def firmware(self) -> Firmware:
        """The device's side of the protocol."""
        return Firmware(self.box(), self.sync_address)

    def _a_new_project(self, sequence: int) -> tuple[int, str]:
        """How often the story was told by now, and the project's name; one that is told beside it takes names, too."""
        telling = self._tellings(sequence) + 1
        while True:
            name = "Hotel Adria" if telling == 1 else f"Hotel Adria {telling}"
            try:
                self.project = self.partner.create_project(project_name=name)["project"]
            except Refused as refused:
                if refused.code != "project_name_taken":
                    raise
                telling += 1
            else:
                return telling, name

    def _tellings(self, sequence: int) -> int:
        projects = self.partner.everything(self.partner.list_projects, at_least=sequence)
        return sum(project["project_name"].startswith("Hotel Adria") for project in projects)

    def _hand_in(self, document: bytes) -> Answer:
        return self.firmware().ask("PUT", "return", body=document)

    def _of_another_device(self) -> bytes:
        return self.box(f"{int(self.serial, 16) + 0x1000:012x}").invalidate()

    def _second_of_generation_1(self) -> bytes:
        box = self.box()
        certificate = read_certificate(box.folder / "certificate-1.pem")
        statement = ReturnStatement(
            serial=self.serial,
            generation=1,
            certificate_sha256=fingerprint(certificate),
            created=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            nonce=secrets.token_hex(16),
            firmware=box.state.firmware,
            licenses=(),
        )
        return return_document.build(statement, certificate=certificate, sign=signer(read_key(box.key_file)))

    async def _compare(self) -> tuple[int, int]:
        chain, accounts = await replay(self._kit.broker().connection("auditor"))
        connection = await asyncpg.connect(self._kit.cluster().url())
        try:
            await connection.execute("SELECT set_config('search_path', schema, false) FROM ledger_live.generation")
            await _reached(connection, chain.sequence)
            free = await connection.fetch("SELECT project, license_type, free FROM balances WHERE ledger = 0")
            held = await connection.fetch("SELECT serial, license_type, count FROM device_licenses WHERE ledger = 0")
            held_back = "SELECT project, license_type, held FROM held_licenses WHERE ledger = 0"
            waiting = await connection.fetch(held_back)
        finally:
            await connection.close()
        rows = {(project_account(owner), name): units for owner, name, units in free if units}
        rows |= {(device_account(owner), name): units for owner, name, units in held}
        rows |= {(held_account(owner), name): units for owner, name, units in waiting if units}
        replayed = {place: units for place, units in accounts.items() if units and place[0] not in UNHELD}
        require(rows == replayed, "PostgreSQL and the replay differ")
        require(sum(accounts.values()) == 0, "the accounts do not sum to zero")
        return chain.sequence, len(rows)


STEPS = (
    Story.a_key_is_issued,
    Story.a_partner_redeems_it,
    Story.licenses_are_allocated,
    Story.the_device_fetches_its_file,
    Story.a_second_fetch_has_nothing_new,
    Story.the_device_gives_its_licenses_back,
    Story.the_balance_shows_it,
    Story.forged_and_late_documents_are_refused,
    Story.too_much_is_refused,
    Story.a_broken_device_is_repaired,
    Story.a_sentence_becomes_an_announcement,
    Story.a_replay_gives_the_same_balances,
)


async def _reached(connection: asyncpg.Connection, sequence: int) -> None:
    """Wait, bounded, until the projection has this entry."""
    for _ in range(int(CATCH_UP_SECONDS / LOOK_SECONDS)):
        reached: int | None = await connection.fetchval("SELECT sequence FROM position WHERE ledger = 0")
        if reached is not None and reached >= sequence:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise StackError(f"PostgreSQL does not have entry {sequence} after {CATCH_UP_SECONDS} s.")


def xmlsec1(document: Path, certificate: Path) -> str:
    """What the standard tool says of a document's signature; raises StackError if it does not hold."""
    command = (
        "xmlsec1",
        "--verify",
        "--enabled-reference-uris",
        "empty",
        "--pubkey-cert-pem",
        str(certificate),
        str(document),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    lines = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode != 0:
        raise StackError(f"xmlsec1 does not verify {document.name}: {' / '.join(lines)[-300:]}")
    return next((line for line in lines if line.strip() in ("OK", "Verification status: OK")), "OK")


def main() -> int:
    try:
        with Story() as story:
            for number, step in enumerate(STEPS, 1):
                story.say = lambda sentence, number=number: print(f"{number:>3}. {sentence}", flush=True)
                step(story)
    except (StackError, Refused) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
