"""What a sentence typed after ``similar:`` means, without a model: a page view loads none.

The claims and passages that were read have vectors in the store. The one whose words are nearest to the sentence lends it its
own, and the page says which one that was. Where the encoder may be loaded, it reads the sentence itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from factdesk.store import documents as stored
from factdesk.store.database import reading
from factdesk.store.passages import vectors_of
from index.base import EntryKind, Meaning, Query, SearchIndex
from index.query import parse, similars
from index.words import words_of

_KINDS = (EntryKind.CLAIM, EntryKind.FACTCHECK, EntryKind.EVIDENCE)
_WORDS = 40
_NEAREST = 5
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences that a query asks for by meaning. Raises ``QueryError``."""
    return tuple(dict.fromkeys(one.text for one in similars(parse(text))))


def with_encoder(query: Query, encode: Encode) -> Query:
    """Return ``query`` with what its sentences mean, read by an encoder. Raises ``QueryError``."""
    asked = sentences(query.text)
    if not asked:
        return query
    vectors = encode(list(asked))
    return replace(query, meanings=tuple(Meaning(text, vector) for text, vector in zip(asked, vectors, strict=True)))


def with_stored(query: Query, engine: Engine, index: SearchIndex) -> Query:
    """Return ``query`` with what its sentences mean, as far as something like them is stored. Raises ``QueryError``."""
    found = (_lent(text, engine, index) for text in sentences(query.text))
    return replace(query, meanings=tuple(meaning for meaning in found if meaning is not None))


def _lent(text: str, engine: Engine, index: SearchIndex) -> Meaning | None:
    words = " OR ".join(f'"{word}"' for word in words_of(text)[:_WORDS])
    hits = index.search(Query(words, kinds=_KINDS, limit=_NEAREST)).hits
    with reading(engine) as connection:
        told = {name: vector for name, (_, vector) in stored.known_claims(connection, [hit.id for hit in hits]).items()}
        told |= vectors_of(connection, [hit.id for hit in hits])
    for hit in hits:
        if hit.id in told and len(told[hit.id]):
            return Meaning(text, told[hit.id], hit.snippet if hit.kind is EntryKind.CLAIM else hit.title or hit.snippet)
    return None
