"""`ledger-orders`: issues the activation keys of an order file, and writes them out as they come.

Every key has an idempotency key that follows from its row and its place in the file, and answers are written in the
order of the file: so the same command, run again after whatever went wrong, goes on behind the last key written, and
even without that file it gives the same keys again.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

import httpx

from licensing_client.api import CommandAnswer
from licensing_client.client import Client
from licensing_client.key_file import KeyFile
from licensing_client.order_file import Key, OrderFileWrong, keys_of, read_text
from licensing_client.transport import Problem

BATCH_KEYS = 500
"""Keys of one request: so many are at stake when a connection breaks, and are asked for again."""
ATTEMPTS, FIRST_PAUSE_SECONDS = 8, 0.5
"""A batch is tried again while the service is away, with a doubled pause each time: two minutes in all."""
UNAVAILABLE = 503


def issue(client: Client, orders: Path, keys_path: Path, say: TextIO) -> int:
    """Issue what is not issued yet; how many keys the file has at the end. Raises OrderFileWrong or Problem."""
    text, done = read_text(orders), KeyFile(keys_path)
    total = sum(1 for _ in keys_of(text))
    keys = done.begin(keys_of(text))
    start, began = done.count, time.monotonic()
    while batch := list(islice(keys, BATCH_KEYS)):
        for rows in _issued(client, batch):
            done.add(rows)
            rate = (done.count - start) / max(time.monotonic() - began, 0.001)
            say.write(f"\r{done.count} of {total} keys, {rate:.0f} a second")
            say.flush()
    say.write("\n" if total else "")
    return done.count


def _issued(client: Client, batch: Sequence[Key]) -> Iterator[list[tuple[str, ...]]]:
    """The rows of a batch, in portions as they come; asked again for what is missing while the service is away."""
    waiting, pause = list(batch), FIRST_PAUSE_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        rows: list[tuple[str, ...]] = []
        try:
            for key, answer in zip(waiting, client.send_commands([key.command() for key in waiting]), strict=False):
                if answer["status"] == UNAVAILABLE:
                    break
                rows.append((*key.place(), *_told(key, answer)))
        except (httpx.TransportError, Problem) as error:
            if attempt == ATTEMPTS or (isinstance(error, Problem) and not error.is_passing):
                raise
        finally:
            if rows:
                yield rows
        waiting = waiting[len(rows) :]
        if not waiting:
            return
        time.sleep(pause)
        pause *= 2
    raise Problem(
        UNAVAILABLE, {"code": "service_unavailable", "detail": "The service stays away; run this again later."}
    )


def _told(key: Key, answer: CommandAnswer) -> tuple[str, str]:
    if "answer" not in answer:
        problem = answer.get("problem", {})
        raise OrderFileWrong(f"line {key.line} of the order file: {problem.get('code')}: {problem.get('detail')}")
    return str(answer["answer"]["activation_key"]), str(answer["answer"]["sequence"])


def main() -> int:
    """Console script."""
    parser = argparse.ArgumentParser(prog="ledger-orders", description="Issue the activation keys of an order file.")
    parser.add_argument("orders", type=Path, help="CSV: order_number, customer_reference, licenses, quantity")
    parser.add_argument("--keys", type=Path, required=True, help="where the keys go; the same file again to go on")
    parser.add_argument("--api", required=True, help="address of the API")
    parser.add_argument("--token-file", type=Path, required=True, help="has the bearer token; read for each request")
    said = parser.parse_args()
    try:
        with Client(said.api, lambda: str(said.token_file.read_text().strip())) as client:
            count = issue(client, said.orders, said.keys, sys.stderr)
    except (OrderFileWrong, Problem, httpx.TransportError, OSError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    sys.stdout.write(f"{count} keys in {said.keys}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
