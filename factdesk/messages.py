"""Sentences that the program makes up while it runs: English wherever they are kept, the reader's language where they are read.

A ``Message`` is its English text: stored, digested, logged and sent as that. It also knows the template and the values it was
made of, so that ``factdesk.tongues.said`` can tell it in another language. What comes back from the store is plain text; there
the catalogue's templates recognise it again, also what was stored before there were messages.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self


class Message(str):
    """An English sentence with the template it came from; a counted one has a second form (``many``) and its ``number``."""

    __slots__ = ("many", "number", "template", "values")
    template: str
    many: str
    number: int
    values: Mapping[str, str]

    def __new__(cls, template: str, values: Mapping[str, object], *, many: str = "", number: int = 1) -> Self:
        """Return the sentence; ``%(name)s`` in a template stands for a value of that name."""
        told = {name: value if isinstance(value, Message) else str(value) for name, value in values.items()}
        made = super().__new__(cls, (many if many and number != 1 else template) % told)
        made.template, made.many, made.number, made.values = template, many, number, MappingProxyType(told)
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Let it be sent to another process as what it is."""
        return _made, (self.template, dict(self.values), self.many, self.number)


def _made(template: str, values: Mapping[str, object], many: str, number: int) -> Message:  # noqa: PLR0917 # pickle gives them in order
    return Message(template, values, many=many, number=number)


def tell(template: str, /, **values: object) -> Message:
    """Return a sentence of ``values``; the template is a literal, which ``scripts/catalogue.py`` collects."""
    return Message(template, values)


def tell_number(number: int, one: str, many: str, /, **values: object) -> Message:  # gettext's own order
    """Return the form that fits ``number``, which both templates call ``%(number)s``."""
    return Message(one, {"number": number, **values}, many=many, number=number)
