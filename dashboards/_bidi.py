"""Direction controls of strangers end where their text ends: one that is never closed would turn round what stands after it."""

_CLOSERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)


def closed(value: object) -> object:
    """Return a text with every embedding, override and isolate in it ended; anything else, and nearly every text, as it is."""
    if not isinstance(value, str) or value.isascii() or not any(control in value for control in _CLOSERS):
        return value
    return value + "".join(reversed(_open(value)))


def _open(text: str) -> list[str]:
    """Return what has to be closed at the end of a text (UAX 9: a closer without its opener does nothing)."""
    found: list[str] = []
    for char in text:
        if char in _CLOSERS:
            found.append(_CLOSERS[char])
        elif found and char == "\u202c" == found[-1]:
            found.pop()
        elif char == "\u2069" in found:
            while found.pop() != "\u2069":
                pass
    return found
