"""What an index looks like from outside, in words that are the same for every engine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A file or an index on a server: how many entries it holds and how large it is (bytes)."""

    name: str
    entries: int
    size: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """The engine, the ``parts`` that serve, those of an ``unfinished`` rebuild, and what is wrong, a sentence each."""

    engine: str
    parts: tuple[IndexPart, ...]
    unfinished: tuple[IndexPart, ...] = ()
    complaints: tuple[str, ...] = ()
