"""The words of the pages: English stands in the templates, other languages in one file each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "de": "Deutsch"}
DEFAULT = "en"


class Words:
    """Says a sentence in a language; what has no translation stays English, which a test refuses."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self._known = catalog(self.language)

    def __call__(self, text: str, /, **values: object) -> str:
        said = self._known.get(text, text)
        return said.format(**values) if values else said


@cache
def catalog(language: str) -> Mapping[str, str]:
    """The sentences of a language by their English ones."""
    if language == DEFAULT:
        return {}
    text = (files("portal.entrypoints.web") / "words" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def language_of(accepted: str) -> str:
    """The first language of an Accept-Language header that there is."""
    wanted = (one.split(";")[0].strip()[:2].lower() for one in accepted.split(","))
    return next((one for one in wanted if one in LANGUAGES), DEFAULT)
