"""Invented entries for the tests of the index: a flood in an invented country, told in several languages."""

import hashlib
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Passage, PassageKind
from index.base import Entry, EntryKind, Probe

DIM = 16
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def meaning(*topics: str) -> NDArray[np.float32]:
    """A unit vector that is the same for the same topics and far from other topics."""
    total = np.zeros(DIM, dtype=np.float32)
    for topic in topics:
        seed = int.from_bytes(hashlib.sha256(topic.encode()).digest()[:4])
        vector = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
        total += vector / np.linalg.norm(vector)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def document(
    id: str,  # noqa: A002 - the field's name
    text: str,
    *,
    title: str = "",
    language: str = "en",
    source: str = "Marrow Gazette",
    role: str = "press",
    day: int = 0,
    event: str | None = None,
    findings: tuple[str, ...] = (),
    narrative: str | None = None,
) -> Entry:
    """A document seen on a day of the flood."""
    when = START + timedelta(days=day)
    return Entry(
        *(id, EntryKind.DOCUMENT, title, text, language, when),
        published_at=when,
        source=source,
        role=role,
        event=event,
        findings=findings,
        narrative=narrative,
    )


def claim(id: str, text: str, *topics: str) -> Entry:  # noqa: A002 - the field's name
    """A claim with a vector of its topics."""
    vector = meaning(*topics) if topics else None
    return Entry(
        id, EntryKind.CLAIM, "", text, "en", START, source="Marrow Gazette", role="press", vector=vector, document_id="d1"
    )


def factcheck(id: str, text: str, *topics: str, detail: str = "", title: str = "", kind: str = "factcheck") -> Entry:  # noqa: A002
    """A fact-check (or a piece of evidence) with a vector of its topics."""
    passage = Passage(
        *(id, PassageKind(kind), text, f"https://check.example/{id}", "Tallow Check", "en"),
        title=title,
        detail=detail,
        rating="False",
        rating_value=0.0,
        published_at=START,
    )
    vector = meaning(*topics) if topics else None
    return Entry(
        *(id, EntryKind(kind), title or text, text, "en", START),
        source="Tallow Check",
        role=kind,
        passage=passage,
        vector=vector,
    )


def probe(text: str, *topics: str) -> Probe:
    """A claim as the index is asked about it."""
    return Probe(text, "en", meaning(*topics) if topics else None)


DOCUMENTS = (
    document(
        "d01", "The Orlen dam broke on Monday and the lower town was flooded.", title="Dam breaks above Lissow", event="flood"
    ),
    document("d02", "The river authority says the Orlen dam holds.", title="Authority: the dam holds", day=1, event="flood"),
    document(
        "d03",
        "Nước lũ dâng cao, đập thủy điện Orlen vẫn an toàn.",
        title="Đập vẫn an toàn",
        language="vi",
        source="Báo Sông",
        day=1,
    ),
    document(
        "d04",
        "İstanbul'da ISPARTA ve ısı: baraj kapakları açıldı.",
        title="Baraj haberi",
        language="tr",
        source="Nehir Postası",
        day=2,
    ),
    document("d05", "قالت السُّلطات إنّ السدّ في المدينة سليم", title="أخبار المدينة", language="ar", source="صوت النهر", day=2),
    document(
        "d06",
        "Die Straße nach Lissow ist überflutet, sagt die Behörde.",
        title="Überflutung",
        language="de",
        source="Flussblatt",
        day=3,
    ),
    document(
        "d07",
        "L'œuvre des pompiers a été saluée à l'école.",
        title="Les pompiers à l'œuvre",
        language="fr",
        source="Le Gué",
        day=3,
    ),
    document("d08", "東京都の洪水警報が解除された。", title="洪水警報", language="ja", source="川新聞", day=4),
    document(
        "d09",
        "The dam was opened on purpose, a post says. The dam!",
        title="Opened on purpose",
        source="pond.example",
        role="social",
        day=5,
        findings=("repeats", "unchecked"),
        narrative="aa11",
        event="flood",
    ),
    document(
        "d10", "Opening hours of the museum of bread.", title="Museum of bread", day=6, source="Le Gué", findings=("supported",)
    ),
)
