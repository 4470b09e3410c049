"""The interface's words in the reader's language: one gettext catalogue a language under ``locales/``, English the source text.

A catalogue is one ``.po`` file; it is read when the desk starts, so that a further language is that one file. The language of a
request is held in a context variable: templates, filters and word lists ask here and pass nothing along.
"""

import gettext as _gettext
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from factdesk.messages import Message

FOLDER = Path(__file__).parent / "locales"
COOKIE = "factdesk_language"
_PLACE = re.compile(r"%\((\w+)\)s")
_COUNTS = frozenset({"number", "revision"})  # values that are digits
_FEWEST = 8  # letters of its own that a template needs to be recognised by


@dataclass(frozen=True, slots=True)
class Form:
    """A template by which a stored sentence is known again: its pattern, and the longest piece that has to stand in it."""

    template: str
    many: str
    pattern: re.Pattern[str]
    piece: str

    def of(self, text: str) -> Message | None:
        """Return the sentence as the message that it was, if it was one of this form."""
        if self.piece not in text:
            return None
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        number = found.groupdict().get("number", "")
        many = self.many if number.isascii() and number.isdigit() else ""
        return Message(self.template, found.groupdict(), many=many, number=int(number) if many else 1)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the interface speaks: its code (ISO 639-1), what it calls itself, its catalogue, and known forms."""

    code: str
    name: str
    locale: Locale
    catalogue: _gettext.NullTranslations
    forms: tuple[Form, ...] = ()


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


def _named(code: str, catalogue: _gettext.NullTranslations, forms: tuple[Form, ...] = ()) -> Tongue:
    locale = Locale.parse(code)
    name = locale.get_language_name(code) or code
    return Tongue(code, name[:1].upper() + name[1:], locale, catalogue, forms)


def _read(path: Path) -> Tongue:
    packed = BytesIO()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    write_mo(packed, catalogue)
    packed.seek(0)
    return _named(path.stem, _gettext.GNUTranslations(packed), _forms(catalogue))


def _forms(catalogue: Catalog) -> tuple[Form, ...]:
    """Return the templates of what is stored and told later, those first that hold most words of their own."""
    found = [form for entry in catalogue if _is_stored(entry) for form in _forms_of(entry)]
    return tuple(sorted(found, key=lambda form: -len(_PLACE.sub("", form.pattern.pattern))))


def _is_stored(entry: Entry) -> bool:
    return any(not name.startswith("dashboards/") for name, _ in entry.locations)


def _forms_of(entry: Entry) -> Iterator[Form]:
    one, many = (entry.id, "") if isinstance(entry.id, str) else (entry.id[0], entry.id[1])
    for template in filter(None, (one, many)):
        pieces = [piece.replace("%%", "%") for piece in _PLACE.split(template)[::2]]
        names = _PLACE.findall(template)
        if names and sum(map(str.isalpha, "".join(pieces))) >= _FEWEST:
            yield Form(one, many, _pattern(pieces, names), max(pieces, key=len))


def _pattern(pieces: list[str], names: list[str]) -> re.Pattern[str]:
    made = re.escape(pieces[0])
    for at, (name, piece) in enumerate(zip(names, pieces[1:], strict=True)):
        value = r"[\d.,]+" if name in _COUNTS else ".+?"
        made += (f"(?P={name})" if name in names[:at] else f"(?P<{name}>{value})") + re.escape(piece)
    return re.compile(made, re.DOTALL)


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


def said(text: str) -> str:
    """Return a sentence that the program made, fresh or from the store, in the language of this request."""
    tongue = spoken()
    if isinstance(text, Message):
        return _filled(tongue, text)
    known = tongue.catalogue.gettext(text) if text else text
    return known if known != text or not tongue.forms else _recognised(tongue.code, text)


@lru_cache(maxsize=4096)
def _recognised(code: str, text: str) -> str:
    tongue = tongues()[code]
    found = next((message for form in tongue.forms if (message := form.of(text)) is not None), None)
    return text if found is None else _filled(tongue, found)


def _filled(tongue: Tongue, message: Message) -> str:
    many, told = message.many, tongue.catalogue
    template = told.ngettext(message.template, many, message.number) if many else told.gettext(message.template)
    return template % {name: _filled(tongue, v) if isinstance(v, Message) else v for name, v in message.values.items()}


def gettext(text: str) -> str:
    """Return ``text`` in the language of this request."""
    return spoken().catalogue.gettext(text) if text else text


def ngettext(one: str, many: str, number: int) -> str:  # gettext's own order
    """Return the form of a text that fits ``number``, in the language of this request."""
    return spoken().catalogue.ngettext(one, many, number)


def N_(text: str) -> str:  # noqa: N802 # gettext's own name
    """Return ``text`` as it is: it is collected for the catalogues here and put into a language where it is shown."""
    return text
