"""Bytes to text: pages lie about their encoding, and a page read in the wrong one makes claims nobody wrote.

Order: byte-order mark; valid UTF-8; the declared encoding (header, then ``<meta>``) when what it gives looks like language;
the encoding usual for the page's language (the fallback table of the HTML standard); detection by charset-normalizer;
and at last windows-1252, which accepts every byte.
"""

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import resolve_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<(?:meta\b[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_LANG = re.compile(rb"<html\b[^>]{0,300}?\blang\s*=\s*[\"']?([a-z]{2})", re.IGNORECASE)
_TAG = re.compile(rb"<(?:script|style)\b.*?(?:</(?:script|style)>|\Z)|<[^<>]*>|[\s\x00-\x1f]+", re.IGNORECASE | re.DOTALL)
_BY_LANGUAGE = {
    "ar": "cp1256",
    "fa": "cp1256",
    "ur": "cp1256",
    "vi": "cp1258",
    "ru": "cp1251",
    "uk": "cp1251",
    "bg": "cp1251",
    "sr": "cp1251",
    "el": "cp1253",
    "he": "cp1255",
    "tr": "cp1254",
    "pl": "cp1250",
    "cs": "cp1250",
    "hu": "cp1250",
    "ro": "cp1250",
    "hr": "cp1250",
    "th": "cp874",
    "ja": "cp932",
    "ko": "cp949",
    "zh": "gb18030",
} | dict.fromkeys(("en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "nb", "fi", "ca", "is"), "cp1252")
_WESTERN = frozenset({"cp1252", "latin-1", "iso8859-1", "iso8859-15", "cp1254", "ascii"})
_WESTERN_BYTES = frozenset(range(0x80)) | frozenset(
    "äöüßÄÖÜéèêëàâçîïôûùœÉÈÊÀÂÇÎÔÛáíóúñÁÍÓÚÑ¿¡ãõÃÕåÅæÆøØìò«»–—’‘“”„…€°·§ºª©®\xa0".encode("cp1252")
)
_SAMPLE = 20_000
_FOREIGN_SHARE = 0.4  # western languages write fewer than a fifth of their letters outside ASCII


def decode(body: bytes, *, charset: str | None = None) -> str:
    """Return the text of ``body``. ``charset`` is what the HTTP header declared; never raises."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    declared = _declared(body, charset)
    if (text := _if_utf8(body, declared)) is not None:
        return text
    sample = _TAG.sub(b" ", body[: 20 * _SAMPLE])
    usual = _BY_LANGUAGE.get(_language(body))
    for name in declared:
        lie = usual is not None and usual not in _WESTERN and _codec(name) in _WESTERN
        if not lie and _plausible(sample, name) and (text := _strict(body, name)) is not None:
            return text
    if usual and (text := _strict(body, usual)) is not None:
        return text
    return body.decode(_detect(sample), "replace")


def _declared(body: bytes, charset: str | None) -> list[str]:
    """Codec names that header and markup declare, in that order."""
    found = _META.search(body[:4096])
    labels = [charset, found[1].decode("ascii", "ignore") if found else None]
    names = [resolve_encoding(label) for label in labels if label]
    return list(dict.fromkeys(name for name in names if name))


def _if_utf8(body: bytes, declared: list[str]) -> str | None:
    """Text when ``body`` is UTF-8, or is but for a few damaged characters, or is declared an escape or two-byte encoding."""
    for name in declared:
        if name.startswith(("iso2022", "utf-16", "utf-32")) and (text := _strict(body, name)) is not None:
            return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = (len(text.encode("utf-8", "ignore")) - len(text)) // 2 - damaged
    return text if sound > 20 * damaged else None


def _strict(body: bytes, name: str) -> str | None:
    """Decode or give up: a few undefined bytes (one in a thousand) are forgiven."""
    try:
        text = body.decode(name, "replace")
    except LookupError:
        return None
    return text if text.count("\ufffd") * 1000 <= len(text) else None


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _plausible(sample: bytes, name: str) -> bool:
    """Whether a western declaration gives western letters: Arabic bytes read as Latin-1 are words of accents only."""
    if _codec(name) not in _WESTERN:
        return True
    letters = [letter for letter in sample[:_SAMPLE].decode(name, "ignore") if letter.isalpha()]
    foreign = sum(letter > "\x7f" for letter in letters)
    return foreign <= _FOREIGN_SHARE * len(letters)


def _language(body: bytes) -> str:
    found = _LANG.search(body[:4096])
    return found[1].decode("ascii").lower() if found else ""


def _detect(sample: bytes) -> str:
    """Best guess of charset-normalizer on the text between the tags, else windows-1252."""
    if _plausible(sample, "cp1252") and _WESTERN_BYTES.issuperset(sample):
        return "cp1252"
    words = b" ".join(word for word in sample.split() if not word.isascii())[:_SAMPLE]
    best = from_bytes(words or sample[:_SAMPLE]).best()
    return best.encoding if best and best.encoding != "utf_8" else "cp1252"
