"""Letters by SMTP."""

import asyncio
import smtplib
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from portal.application.letters import Message, PostAway
from runtime.settings import read_secret

ANSWER_SECONDS = 10.0
GREETING_SECONDS = 3.0
"""So long may somebody who asks for a letter wait for the server's greeting."""
BELIEVED_SECONDS = 5.0
"""So long holds what was seen of the server: many who ask for letters are one connection more for it."""
MOST_GREETING_BYTES = 4096


@dataclass(slots=True, kw_only=True)
class SmtpPost:
    """Implements Post. With a user it speaks TLS first; without one it is a relay that this host may use."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password_file: Path | None = None
    _seen: tuple[float, str | None] | None = field(default=None, init=False)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def check(self) -> None:
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen[0] > BELIEVED_SECONDS:
                why = await self._greeting()
                self._seen = time.monotonic(), why
            why = self._seen[1]
        if why is not None:
            raise PostAway(f"no letter can be sent ({why})")

    async def send(self, to: str, message: Message, *, letter: str) -> None:
        try:
            await asyncio.to_thread(self._deliver, self._mail(to, message, letter))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise PostAway(f"no letter can be sent ({type(error).__name__})") from error

    async def _greeting(self) -> str | None:
        """Why the server takes no letters; None if it greets (RFC 5321, 4.3.1)."""
        try:
            async with asyncio.timeout(GREETING_SECONDS):
                reader, writer = await asyncio.open_connection(self.host, self.port, limit=MOST_GREETING_BYTES)
                try:
                    greeting = await reader.readline()
                finally:
                    writer.close()
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: a line without an end
            return type(error).__name__
        return None if greeting.startswith(b"220") else greeting[:3].decode(errors="replace")

    def _mail(self, to: str, message: Message, letter: str) -> EmailMessage:
        """Raises ValueError for what no header can hold."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, to, message.subject
        mail["Date"], mail["Message-ID"] = formatdate(), f"<{letter}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _deliver(self, mail: EmailMessage) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=ANSWER_SECONDS) as server:
            if self.user is not None and self.password_file is not None:
                server.starttls(context=ssl.create_default_context())
                server.login(self.user, read_secret(self.password_file).decode().strip())
            server.send_message(mail)
