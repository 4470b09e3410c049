"""Some hundred invented entries in eleven languages, always the same, and more than three hundred queries for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from index.base import Entry
from tests.index.samples import claim, document, factcheck

SIZE = 220
NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
_WORDS = {
    "en": "the a dam dams dammed gate gates river rivers flood floods flooded flooding water waters opened opening open on"
    " purpose authority authorities town said says holds weir weirs bridge evacuated evacuation evacuate siren rumour rumours"
    " museum bread level levels centimetres covid-19 don't receive recieve pump pumps night of in and",
    "de": "der die Hochwasser Hochwasserschutz Hochwasserwarnung Überflutung überflutet Straße Strasse Damm Dammbruch Behörde"
    " und Flusspegel Pegelstand Gemeinde größer Größe Maß",
    "vi": "đập Đập nước lũ thủy điện vẫn an toàn người dân sơ tán dân đường đẹp dâng cao không phải tin đồn",
    "tr": "İstanbul ısı IŞIK ışık baraj barajı kapakları açıldı nehir değil İzmir ılık",
    "ar": "السد السُّلطات المدينة مدينة سليم إنّ أخبار النهر مستوى على فى في آخر ٱلماء",
    "fa": "کتاب رودخانه سیل می‌شود شهر آب",
    "ja": "東京都の洪水警報が解除された 川の水位 ダムが開いた 避難",
    "zh": "洪水警报解除 大坝没有打开 河水上涨 避难所",
    "th": "น้ำท่วม เขื่อนเปิด แม่น้ำสูงขึ้น ข่าวลือ",
    "ru": "плотина Плотины ёлка река наводнение открыта не ещё",
    "fr": "l'œuvre école barrage d'eau crue évacué évacuée où cœur naïve",
}
_SOURCES = ("Marrow Gazette", "Le Gué", "Báo Sông", "pond.example", "川新聞", "Flussblatt", "Nehir Postası", "صوت النهر")
_FINDINGS = ("repeats", "distorts", "disputed", "unchecked", "supported", "debunks")


def entries() -> list[Entry]:
    """Return the entries: documents, and some claims, fact-checks and pieces of evidence."""
    dice = Random(20260320)  # noqa: S311 - invented text
    return [_entry(dice, number) for number in range(SIZE)]


def _entry(dice: Random, number: int) -> Entry:
    language = dice.choices([*_WORDS], weights=[9, *(2 for _ in range(len(_WORDS) - 1))])[0]
    text, title = _text(dice, language, dice.randint(3, 60)), _text(dice, language, dice.randint(1, 7))
    seen = NOW - timedelta(minutes=dice.randint(1, 60 * 24 * 60))
    if number % 9 == 8:
        made = [claim(f"c{number:03}", text), factcheck(f"f{number:03}", text, title=title)][number % 2]
        return replace(made, seen_at=seen, published_at=seen, language=language, reach=dice.randint(0, 50))
    made = document(f"d{number:03}", text, title=title, language=language, source=dice.choice(_SOURCES))
    return replace(
        made,
        role=dice.choice(("press", "press", "social")),
        event=dice.choice((None, None, "flood", "flood-2026")),
        narrative=dice.choice((None, None, None, "aa11", "ab22")),
        findings=tuple(dice.sample(_FINDINGS, dice.choice((0, 0, 1, 2)))),
        reach=int(10 ** dice.uniform(0, 5)),
        seen_at=seen,
        published_at=dice.choice((None, seen - timedelta(hours=dice.randint(0, 100)))),
    )


def _text(dice: Random, language: str, length: int) -> str:
    words = _WORDS[language].split()
    chosen = dice.choices(words, weights=[1 / (place + 3) for place in range(len(words))], k=length)
    return "".join(word + dice.choice((" ", " ", " ", ", ", ". ", " – ")) for word in chosen).strip()


def queries() -> list[str]:
    """Return the queries, each once."""
    return (Path(__file__).parents[1] / "data" / "queries.txt").read_text("utf-8").removesuffix("\n").split("\n")
