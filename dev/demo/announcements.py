"""Announcement audio on the running stack, as the story tells it."""

import csv
import io
import subprocess
import time
from pathlib import Path

from dev.stack.error import StackError
from licensing_client.audio_api import BatchView, ConversionView
from simulator.cast import ADMINISTRATOR, PARTNER
from simulator.issuer import Issuer
from simulator.partner import AudioClient

CONVERSION_SECONDS = 60.0
LOOK_SECONDS = 0.1
SENTENCE = "Welcome to Hotel Adria. Please hold the line."


class Announcements:
    """A partner who needs files for a box."""

    def __init__(self, address: str, issuer: Issuer) -> None:
        self.partner = AudioClient(address, issuer, ADMINISTRATOR, PARTNER)

    def close(self) -> None:
        self.partner.close()

    def spoken(self) -> ConversionView:
        """A sentence in the formats that boxes use most."""
        asked = self.partner.speak_announcement(name="welcome", text=SENTENCE, voice="espeak-ng/en-us")
        return self.ended(asked["job"])

    def batch(self, sentences: dict[str, str]) -> BatchView:
        """Sentences by name, as a table goes in."""
        with io.StringIO() as text:
            csv.writer(text).writerows([("name", "sentence"), *sentences.items()])
            table = text.getvalue().encode()
        asked = self.partner.convert_batch(table, voice="flite/slt", formats="g711a,g722")
        for one in asked["items"]:
            self.ended(one["job"])
        return self.partner.get_batch(asked["batch"])

    def repeated(self, job: str, name: str, *, pause_milliseconds: int) -> ConversionView:
        """The same sentence with a pause at its end."""
        formats = ["g711a"]
        asked = self.partner.repeat_conversion(job, name=name, formats=formats, pause_milliseconds=pause_milliseconds)
        return self.ended(asked["job"])

    def ended(self, job: str) -> ConversionView:
        """The conversion once it has its outcome."""
        deadline = time.monotonic() + CONVERSION_SECONDS
        while (found := self.partner.get_conversion(job))["state"] in {"waiting", "running"}:
            if time.monotonic() > deadline:
                raise StackError(f"The conversion {job} still waits after {CONVERSION_SECONDS:.0f} s.")
            time.sleep(LOOK_SECONDS)
        if found["state"] != "done":
            raise StackError(f"The story went wrong: the conversion {job} is {found['state']}: {found['failure']}")
        return found

    def taken(self, job: str, format_code: str, path: Path) -> Path:
        """One of its files."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.partner.get_converted_file(job, format_code))
        return path


def heard_seconds(file: Path) -> float:
    """How long ffmpeg hears an A-law file: a decoder that is not ours."""
    command = ("ffmpeg", "-v", "error", "-f", "alaw", "-ar", "8000", "-i", str(file), "-f", "s16le", "-")
    return len(subprocess.run(command, capture_output=True, check=True).stdout) / 2 / 8000
