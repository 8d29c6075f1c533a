"""What an operator sees of the running stack by `licensingctl`."""

import json
import os
import secrets
import subprocess
import time
from typing import Any

from contracts.topics import COMMANDS, topic_name
from dev.stack.cli import Stack
from dev.stack.kafka import ADMINISTRATOR
from dev.stack.parts import Kit
from dev.stack.service import SCRIPTS
from dev.stack.settings import kafka, settings
from runtime.kafka import Producer

PATIENCE_SECONDS = 30.0


def licensingctl(kit: Kit, *arguments: str, said: str = "", exits: int = 0, of: str = "") -> Any:
    """As the user `operator`, or with the settings of a process."""
    done = subprocess.run(
        [SCRIPTS / "licensingctl", "--output", "json", *arguments],
        env=os.environ | (settings(of, kit.stack()) if of else kafka("operator", kit.stack())),
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == exits, done.stdout + done.stderr
    return json.loads(done.stdout) if exits == 0 else done.stderr


READERS = {
    "audio-projector",
    "device-sync",
    "ledger-projector",
    "ledger-writer",
    "rma-api",
    "rma-process-manager",
    "rma-projector",
    "rma-writer",
    "signer",
}


def test_the_status_names_every_process_and_how_far_it_has_come(kit: Kit) -> None:
    pods, deadline = "\n".join(Stack(kit.state).processes()), time.monotonic() + PATIENCE_SECONDS
    found = licensingctl(kit, "status", "-", said=pods)["processes"]
    while {one["process"] for one in found if one["lag_records"] == 0} != READERS:
        assert time.monotonic() < deadline, found
        found = licensingctl(kit, "status", "-", said=pods)["processes"]

    assert {one["state"] for one in found} == {"ready"}
    assert {"ledger-writer", "signer", "portal", "rma-process-manager"} < {one["process"] for one in found}


def letter_with(kit: Kit, mark: str) -> dict[str, Any]:
    """The writer's newest dead letter, once its content has this in it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for letter in licensingctl(kit, "dead-letters", "list", "ledger-writer", "--newest", "1")["dead_letters"]:
            shown: dict[str, Any] = licensingctl(kit, "dead-letters", "show", "ledger-writer", str(letter["offset"]))
            if mark in shown["value"]:
                return shown
    raise AssertionError("nothing was set aside")


async def test_a_record_that_was_set_aside_is_found_with_its_reason_and_its_content(kit: Kit) -> None:
    mark = secrets.token_hex(8)
    async with Producer(kit.broker().connection(ADMINISTRATOR), client_id="test") as producer:
        await producer.send(topic_name(COMMANDS), b"0", f"{mark}\x1b[31m".encode(), partition=0, headers=())

    shown = letter_with(kit, mark)

    assert (shown["topic"], shown["partition"]) == (topic_name(COMMANDS), "0")
    assert shown["reason"] == "it has no proof of who sends it"
    why = ("ledger-writer", str(shown["offset"]), "--by", "INC-7", "--reason", "a test")
    licensingctl(kit, "dead-letters", "discard", *why)
    (listed,) = [
        one
        for one in licensingctl(kit, "dead-letters", "list", "ledger-writer")["dead_letters"]
        if one["offset"] == shown["offset"]
    ]
    assert listed["settled"] == "discarded by INC-7"
    assert "is settled: discarded by INC-7" in licensingctl(kit, "dead-letters", "discard", *why, exits=4)
    gone = licensingctl(kit, "dead-letters", "show", "signer", "999999999", exits=2)
    assert gone.startswith("licensingctl: licensing.signer.dead-letters has no record at 999999999; its offsets")


def test_each_read_side_is_made_anew_beside_the_live_one(kit: Kit) -> None:
    """The ledger's also back again; the stack goes on with the others where they are."""
    planned = licensingctl(kit, "rebuild", "ledger", "--dry-run", of="ledger-projector")
    assert (planned["live"], planned["would_make"]) == ("ledger", "ledger_2")
    for live in ("ledger_2", "ledger", "rma_2", "audio_2"):
        name = live.removesuffix("_2")
        made = licensingctl(kit, "rebuild", name, "--drop-old", of=f"{name}-projector")
        assert (made["live"], made["dropped"], made["differences"] or []) == (live, True, [])
    refused = licensingctl(kit, "rebuild", "ledger", "--only-drop-old", of="ledger-projector", exits=4)
    assert refused == "ledger-projector: there is no generation of ledger but the live one\n"
