"""Cases of the help desk for the local portal: `python -m dev.demo.support_cases [FILE]`.

Each goes both ways, as the help desk's own system does it: a record on Kafka without a word that people wrote, and a
signed webhook with title and messages. Told again, it changes nothing. FILE has other cases, as JSON: a list of bodies
of the webhook (docs/guides/operators/support-cases.md).
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from contracts.topics import SUPPORT_CASES, topic_name
from dev.stack import places
from dev.stack.error import StackError
from dev.stack.keys import Keys
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from runtime.kafka import Producer
from simulator.cast import HOTEL, PARTNER
from simulator.help_desk import HelpDesk, record

Side = Literal["vendor", "company"]
Said = tuple[Side, float, str]
"""Who wrote a message, how many hours after the case was opened, and what."""


class Case(NamedTuple):
    """A case as somebody might have opened it, `days` ago."""

    number: str
    company: str
    state: str
    title: str
    days: float
    said: tuple[Said, ...]
    kind: str = "support"
    serial: str | None = None
    product: str | None = None

    def notice(self, now: datetime) -> dict[str, Any]:
        """It as the body of a webhook; each message was a revision."""
        opened = now - timedelta(days=self.days)
        times = [(opened + timedelta(hours=hours)).isoformat() for _, hours, _ in self.said]
        messages = [
            {"time": at, "side": side, "text": text} for at, (side, _, text) in zip(times, self.said, strict=True)
        ]
        facts = {"number": self.number, "revision": len(self.said), "kind": self.kind, "state": self.state}
        facts |= {"company": self.company, "opened": opened.isoformat(), "changed": times[-1]}
        optional = {"serial": self.serial, "product": self.product}
        facts |= {name: value for name, value in optional.items() if value is not None}
        return facts | {"title": self.title, "messages": messages}


CASES = (
    Case(
        "CAS-104211",
        PARTNER,
        "waiting_customer",
        "No dial tone after the update to 13r3",
        4,
        (
            (
                "company",
                0,
                "Since the update on Monday, the telephones of two wards have no dial tone. All others work.",
            ),
            ("vendor", 5, "Thank you. Please send us the trace of one of these telephones while you lift the handset."),
            ("company", 26, "The trace is attached to our mail. It happens with both models."),
            (
                "vendor",
                30,
                "The telephones register with the standby.\n\nWhich gatekeeper does the DHCP server give out to them?",
            ),
        ),
        serial="00903304a1c7",
        product="IP811",
    ),
    Case(
        "CAS-104236",
        PARTNER,
        "open",
        "Voicemail greets in English only",
        2,
        (
            ("company", 0, "The announcement of the voicemail is in English, although German is set."),
            ("vendor", 3, "We can repeat this with your configuration. A correction is in preparation."),
        ),
        serial="00903304a1d2",
        product="IP6010",
    ),
    Case(
        "CAS-104250",
        PARTNER,
        "new",
        "Device does not fetch its license file",
        0.2,
        (
            (
                "company",
                0,
                "The box is installed since noon and still shows no licenses. The way to the internet is open.",
            ),
        ),
        serial="00903304a20e",
    ),
    Case(
        "CAS-103987",
        PARTNER,
        "solved",
        "Echo on calls over the BRI line",
        21,
        (
            ("company", 0, "Callers hear themselves, on outgoing calls only."),
            ("vendor", 4, "Please set the echo canceller of the interface to 64 ms."),
            ("company", 28, "That helped. Thank you!"),
        ),
        serial="0090330b7f10",
    ),
    Case(
        "PRE-2207",
        PARTNER,
        "open",
        "Quote for a clinic with 400 extensions",
        6,
        (
            ("company", 0, "Which gateways do you recommend for 400 extensions on two sites, with one standby each?"),
            ("vendor", 20, "Two IP6010 a site. We calculate the ports with you by telephone, on Thursday at 10."),
        ),
        kind="presales",
        product="IP6010",
    ),
    Case(
        "PRE-2188",
        PARTNER,
        "closed",
        "Are softphones part of the port license?",
        40,
        (
            ("company", 0, "A customer wants softphones on notebooks only. Which licenses are needed?"),
            ("vendor", 7, "A port for each person, and a softphone license beside it."),
        ),
        kind="presales",
    ),
    Case(
        "CAS-104219",
        HOTEL,
        "waiting_customer",
        "The night bell does not ring",
        3,
        (
            ("company", 0, "At night nobody hears the bell of the back entrance on the telephone of the reception."),
            ("vendor", 6, "Please tell us from when to when the night switch of the reception is on."),
        ),
        product="IP811",
    ),
)


def the_made_up_ones() -> list[dict[str, Any]]:
    """The cases above, as of now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return [case.notice(now) for case in CASES]


async def tell(kit: Kit, notices: Sequence[dict[str, Any]]) -> None:
    """Send each case both ways; raises StackError for one that is refused."""
    desk = HelpDesk(f"http://{HOST}:{kit.ports.port('ledger-api')}", Keys(kit.state).support_webhook_keys_file)
    async with Producer(kit.broker().connection("help-desk"), client_id="help-desk") as producer:
        for one in notices:
            await producer.send(topic_name(SUPPORT_CASES), *record(one))
            answer = await asyncio.to_thread(desk.tell, one)
            if answer.is_error and answer.json()["code"] != "webhook_replayed":
                raise StackError(f"{one['number']} was refused: {answer.json()['detail']}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.demo.support_cases", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="cases as JSON, instead of the made-up ones")
    file = parser.parse_args().file
    notices = json.loads(file.read_text(encoding="utf-8")) if file else the_made_up_ones()
    try:
        asyncio.run(tell(Kit(places.STATE), notices))
    except StackError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"{len(notices)} cases of the help desk sent")
    return 0


if __name__ == "__main__":
    sys.exit(main())
