"""The interface's words in the reader's language: one gettext catalogue a language under ``locales/``, English the source text.

A catalogue is one ``.po`` file; it is read when the desk starts, so that a further language is that one file. The language of a
request is held in a context variable: templates, filters and word lists ask here and pass nothing along.
"""

import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locales"
COOKIE = "factdesk_language"


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the interface speaks: its code (ISO 639-1), what it calls itself, and its catalogue."""

    code: str
    name: str
    locale: Locale
    catalogue: _gettext.NullTranslations


class Words(Mapping[str, str]):
    """Words by key, given in the language of the request; ``source`` holds the English ones."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self.source = MappingProxyType(dict(source))

    def __getitem__(self, key: str) -> str:
        return gettext(self.source[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.source)

    def __len__(self) -> int:
        return len(self.source)


def _named(code: str, catalogue: _gettext.NullTranslations) -> Tongue:
    locale = Locale.parse(code)
    name = locale.get_language_name(code) or code
    return Tongue(code, name[:1].upper() + name[1:], locale, catalogue)


def _read(path: Path) -> Tongue:
    packed = BytesIO()
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=path.stem))
    packed.seek(0)
    return _named(path.stem, _gettext.GNUTranslations(packed))


@cache
def tongues() -> Mapping[str, Tongue]:
    """Return the interface's languages by code, English first."""
    english = _named("en", _gettext.NullTranslations())
    return MappingProxyType({"en": english, **{path.stem: _read(path) for path in sorted(FOLDER.glob("*.po"))}})


_spoken: ContextVar[Tongue | None] = ContextVar("spoken", default=None)


def spoken() -> Tongue:
    """Return the language of this request."""
    return _spoken.get() or tongues()["en"]


@contextmanager
def speaking(tongue: Tongue) -> Iterator[None]:
    """Speak ``tongue`` inside the block."""
    before = _spoken.set(tongue)
    try:
        yield
    finally:
        _spoken.reset(before)


def choose(cookie: str, accepted: str, *, default: str) -> Tongue:
    """Return the language a person chose, else the first one that the browser accepts (RFC 9110, 12.5.4), else the desk's."""
    known = tongues()
    if cookie in known:
        return known[cookie]
    wanted = sorted(_weighted(accepted), key=lambda one: -one[1])
    return next((known[code] for code, weight in wanted if weight > 0 and code in known), known.get(default, known["en"]))


def _weighted(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted.split(",")[:20]:
        code, _, weight = part.partition(";")
        try:
            yield code.strip().split("-")[0].lower(), float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue


def gettext(text: str) -> str:
    """Return ``text`` in the language of this request."""
    return spoken().catalogue.gettext(text) if text else text


def ngettext(one: str, many: str, number: int) -> str:  # gettext's own order
    """Return the form of a text that fits ``number``, in the language of this request."""
    return spoken().catalogue.ngettext(one, many, number)


def N_(text: str) -> str:  # noqa: N802 # gettext's own name
    """Return ``text`` as it is: it is collected for the catalogues here and put into a language where it is shown."""
    return text
