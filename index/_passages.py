"""Passages as JSON, for an engine that stores text; and the short text that a claim is compared with."""

import json
from dataclasses import asdict
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Passage, PassageKind
from index._folding import clean
from index.base import Entry, EntryKind

PASSAGE_KINDS = (EntryKind.FACTCHECK, EntryKind.EVIDENCE)
DETAIL_LENGTH = 20_000
SHORT_LENGTH = 2_000


def dump_passage(passage: Passage | None) -> str | None:
    """Return ``passage`` as one line of JSON."""
    if passage is None:
        return None
    values = asdict(passage)
    values["published_at"] = None if passage.published_at is None else passage.published_at.isoformat()
    return clean(json.dumps(values, ensure_ascii=False, separators=(",", ":")))


def load_passage(line: str) -> Passage:
    """Return the passage that `dump_passage` wrote."""
    values = json.loads(line)
    if values["published_at"] is not None:
        values["published_at"] = datetime.fromisoformat(values["published_at"])
    return Passage(**(values | {"kind": PassageKind(values["kind"])}))


def is_comparable(entry: Entry) -> bool:
    """Whether ``entry`` can be proposed: a claim, or a fact-check or evidence entry that carries its passage."""
    return entry.kind is EntryKind.CLAIM or (entry.kind in PASSAGE_KINDS and entry.passage is not None)


def short_text(entry: Entry) -> str:
    """Return what is compared word by word with a claim: the reviewed claim or passage with its title, or the claim itself."""
    if entry.passage is None:
        return entry.text[:SHORT_LENGTH] or entry.title
    text, title = entry.passage.text, entry.passage.title
    return (text if not title or title in text else f"{text}\n{title}")[:SHORT_LENGTH]


def long_text(entry: Entry) -> str:
    """Return everything a claim's words are looked up in: `short_text`, and the article of a fact-check.

    What stands around an evidence passage is the same for all passages of its document: it would bring them all or none.
    """
    detail = entry.passage.detail[:DETAIL_LENGTH] if entry.passage is not None and entry.kind is EntryKind.FACTCHECK else ""
    return f"{short_text(entry)}\n{detail}"


def unit_vector(vector: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """Return ``vector`` with length 1, ``None`` when there is none or it is zero or not finite."""
    if vector is None:
        return None
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length, dtype=np.float32) if np.isfinite(length) and length > 0 else None
