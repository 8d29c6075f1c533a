"""A mail server that delivers nowhere: letters become files in a folder and a page to read them."""

import argparse
import email
import signal
import sys
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from dev.stack import places
from dev.stack.ports import HOST
from dev.stack.process import Process, Program
from dev.stack.service import START_SECONDS, STOP_SECONDS, answers

NAME = "mail"
MOST_SHOWN = 50


def folder(state: Path) -> Path:
    """Where letters lie, the newest last."""
    return state / "mail"


def letters(state: Path) -> list[EmailMessage]:
    """All letters, oldest first."""
    return [email.message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder(state).glob("*.eml"))]


class MailSink:
    """The sink as a part of the stack."""

    name = NAME

    def __init__(self, state: Path, *, port: int, page_port: int) -> None:
        self._state, self._port, self._page_port = state, port, page_port
        self.address = f"http://{HOST}:{page_port}"
        self.process = Process(NAME, state, stop_seconds=STOP_SECONDS)

    def is_ready(self) -> bool:
        return self.process.is_alive() and answers(self.address)

    def launch(self) -> None:
        ports = ("--port", str(self._port), "--page-port", str(self._page_port))
        command = (sys.executable, "-m", "dev.stack.mail", str(self._state), *ports)
        self.process.spawn(Program(command, {"PYTHONPATH": str(places.ROOT)}))

    def wait(self, progress: Callable[[str], None] = print) -> None:
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)

    def stop(self) -> None:
        self.process.stop()


class _Keeper:
    """Keeps what comes by SMTP."""

    def __init__(self, state: Path) -> None:
        self._folder = folder(state)
        self._folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        number = len(list(self._folder.glob("*.eml"))) + 1
        unfinished = self._folder / f"{number:06}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(unfinished.with_suffix(".eml"))
        return "250 kept"


def _page(state: Path) -> str:
    shown = letters(state)[-MOST_SHOWN:][::-1]
    articles = "".join(
        f"<article><h2>{escape(str(one['Subject']))}</h2><p>{escape(str(one['To']))}, {escape(str(one['Date']))}</p>"
        f"<pre>{escape(one.get_content())}</pre></article>"
        for one in shown
    )
    return f"<!doctype html><html lang=en><title>Mail</title><h1>Mail</h1>{articles or '<p>No letter yet.</p>'}</html>"


def _reader(state: Path) -> type[BaseHTTPRequestHandler]:
    class Reader(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _page(state).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Nobody reads who read."""

    return Reader


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.stack.mail", description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    arguments = parser.parse_args()
    controller = Controller(_Keeper(arguments.state), hostname=HOST, port=arguments.port)
    controller.start()
    server = ThreadingHTTPServer((HOST, arguments.page_port), _reader(arguments.state))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    controller.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
