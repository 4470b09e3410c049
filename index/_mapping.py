"""What an entry looks like in Elasticsearch: an explicit, strict mapping, and the document made of an `Entry`.

The engine gets our folded words and only splits them at blanks, so that it finds what SQLite finds. Fields that are only
searched are kept out of ``_source``; fields that are only shown are not indexed.
"""

from base64 import b64encode

from index._fields import instant, keys_of
from index._folding import FOLDING_VERSION, clean, fold, gram_hashes, spaced_tokens, tokens, word_hashes
from index._passages import PASSAGE_KINDS, dump_passage, is_comparable, long_text, short_text, unit_vector
from index.base import Entry, EntryKind

VERSION = 4
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
_KEYWORDS = ("key", "kind", "language", "source", "role", "event", "narrative", "findings", "keys", "document_id")
_SHOWN = ("title", "text", "short", "passage")
_SEARCHED = ("title_words", "text_words", "passage_short", "passage_long", "claim_short")
_GRAMS = ("passage_grams", "claim_grams")


def entry_format(dim: int) -> str:
    """Return what an index made by this version says about itself."""
    return f"{VERSION};{FOLDING_VERSION};dim={dim}"


def mappings(dim: int) -> dict[str, Json]:
    """Return the strict mapping for vectors of ``dim`` numbers."""
    words: dict[str, Json] = {"type": "text", "analyzer": "whitespace"}
    shown: dict[str, Json] = {"type": "keyword", "index": False, "doc_values": False}
    properties: dict[str, Json] = {
        **{name: {"type": "keyword"} for name in _KEYWORDS},
        **{name: {"type": "long"} for name in ("instant", "published", "seen", "reach")},
        "at": {"type": "date", "format": "epoch_millis"},
        **dict.fromkeys(_SHOWN, shown),
        "sequence": {"type": "binary"},
        **dict.fromkeys(_SEARCHED, words),
        **{name: {**words, "index_options": "docs"} for name in _GRAMS},
        "vector": {
            "type": "dense_vector",
            "dims": dim,
            "index": True,
            "similarity": "cosine",
            "index_options": {"type": "int8_hnsw", "m": 16, "ef_construction": 100},
        },
    }
    hidden: list[Json] = [*_SEARCHED, *_GRAMS, "vector"]
    return {
        "dynamic": "strict",
        "_meta": {"format": entry_format(dim)},
        "_source": {"excludes": hidden},
        "properties": properties,
    }


def settings() -> dict[str, Json]:
    """Return what an index is made with: one shard, so that word frequencies are exact."""
    return {"number_of_shards": 1, "refresh_interval": "30s", "max_result_window": 10_000}


def replication(replicas: int | None) -> dict[str, Json]:
    """Return the settings of so many copies; ``None`` is one as soon as there are two nodes."""
    if replicas is None:
        return {"auto_expand_replicas": "0-1"}
    return {"auto_expand_replicas": False, "number_of_replicas": replicas}


def to_document(entry: Entry) -> dict[str, Json]:
    """Return ``entry`` as the engine holds it."""
    when = entry.published_at or entry.seen_at
    title, text = clean(entry.title), clean(entry.text)
    findings: list[Json] = [*sorted(set(entry.findings))]
    keys: list[Json] = [f"{name}:{value}" for name, value in keys_of(entry)]
    return {
        "key": entry.id,
        "kind": entry.kind.value,
        "language": clean(entry.language),
        "source": clean(entry.source),
        "role": clean(entry.role),
        "event": entry.event,
        "narrative": entry.narrative,
        "document_id": entry.document_id,
        "findings": findings,
        "keys": keys,
        "instant": instant(when),
        "at": instant(when) // 1000,
        "reach": max(0, entry.reach),
        "published": None if entry.published_at is None else instant(entry.published_at),
        "seen": instant(entry.seen_at),
        "title": title,
        "text": text,
        "title_words": _words(title),
        "text_words": _words(text),
        **(_compared(entry) if is_comparable(entry) else {}),
    }


def space_of(kinds: tuple[EntryKind, ...]) -> str:
    """Return the prefix of the fields by which entries of ``kinds`` are compared."""
    return "passage" if kinds == PASSAGE_KINDS else "claim"


def gram_words(folded: str) -> str:
    """Return the 4-grams of a folded text as words."""
    return " ".join(map(str, gram_hashes(folded).tolist()))


def _words(text: str) -> str:
    return spaced_tokens(text)[0].decode()


def _compared(entry: Entry) -> dict[str, Json]:
    short = clean(short_text(entry))
    space = "claim" if entry.kind is EntryKind.CLAIM else "passage"
    vector = unit_vector(entry.vector)
    fields: dict[str, Json] = {
        "short": short,
        f"{space}_short": " ".join(tokens(short)),
        f"{space}_grams": gram_words(fold(short)),
    }
    if space == "passage":
        article = tokens(clean(long_text(entry)))
        sequence = b64encode(word_hashes(article).tobytes()).decode("ascii")
        fields |= {"passage_long": " ".join(article), "sequence": sequence, "passage": dump_passage(entry.passage)}
    return fields if vector is None else {**fields, "vector": vector.tolist()}


__all__ = ["entry_format", "gram_words", "mappings", "replication", "settings", "space_of", "to_document"]
