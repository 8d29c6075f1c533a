"""Letters by SMTP."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from runtime.settings import read_secret
from runtime.trouble import Trouble

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPost:
    """Implements Post. With a user it speaks TLS first; without one it is a relay that this host may use."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password_file: Path | None = None

    async def send(self, to: str, subject: str, text: str) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, to, subject
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        try:
            await asyncio.to_thread(self._deliver, letter)
        except (OSError, smtplib.SMTPException) as error:
            raise Trouble(f"no letter can be sent ({type(error).__name__})") from error

    def _deliver(self, letter: EmailMessage) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=ANSWER_SECONDS) as server:
            if self.user is not None and self.password_file is not None:
                server.starttls(context=ssl.create_default_context())
                server.login(self.user, read_secret(self.password_file).decode().strip())
            server.send_message(letter)
