"""The commands with kubectl that a page tells an operator to run: those of its code blocks, and those in backticks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CODE = "    "
_TALK = re.compile(r"`(kubectl [^`]+)`")
_OBJECT = re.compile(r"\s(-n \S|-A\b|--all-namespaces\b|-f \S|-k \S)")
_HEADING = re.compile(r"#+ (.*)")
_STANDS_FOR = re.compile(r"(?<![\w$-])[A-Z][A-Z_]*[A-Z](?![\w\"])|(?<=-)N\b")


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, or one loop, of a page."""

    page: str
    line: int
    heading: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"

    def placeholders(self) -> set[str]:
        """The words in capitals for which an operator puts in something of their own."""
        return set(_STANDS_FOR.findall(self.text))

    def filled(self, words: Mapping[str, str]) -> str:
        """The text with something in their places."""
        return _STANDS_FOR.sub(lambda found: words[found[0]], self.text)


def commands(page: str, text: str) -> list[Command]:
    """In the order of the page. A mention in backticks that names neither a namespace nor a file is only talk."""
    return [one for one in _all(page, text) if re.search(r"\bkubectl ", one.text)]


def of_section(found: Sequence[Command], heading: str) -> list[Command]:
    """Those below one heading, up to the next one of any level."""
    return [one for one in found if one.heading == heading]


def _all(page: str, text: str) -> Iterator[Command]:
    heading, in_code, pending = "", False, ""
    blank_before, began = True, 0
    for number, line in enumerate(text.splitlines(), start=1):
        in_code = bool(line.strip()) and line.startswith(CODE) and (in_code or blank_before)
        blank_before = not line.strip()
        if in_code:
            began = began if pending else number
            pending = _joined(pending, line.strip())
            if _is_whole(pending):
                yield Command(page, began, heading, _without_comment(pending))
                pending = ""
            continue
        title = _HEADING.match(line)
        heading = title[1] if title else heading
        for mention in _TALK.findall(line):
            if _OBJECT.search(mention):
                yield Command(page, number, heading, mention)


def _joined(pending: str, line: str) -> str:
    if pending.endswith("\\"):
        return pending.removesuffix("\\") + line
    return f"{pending}\n{line}" if pending else line


def _is_whole(text: str) -> bool:
    return not text.endswith("\\") and not (text.startswith("for ") and not text.endswith("done"))


def _without_comment(text: str) -> str:
    return re.sub(r"\s+#.*$", "", text)
