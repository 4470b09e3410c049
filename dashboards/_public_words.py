"""What a published page says around a statement, in the statement's own language."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PublicWords:
    """The fixed words of a public page."""

    claim: str
    sources: str
    corrections: str
    corrected: str
    published: str
    withdrawn: str
    all: str
    factcheck: str
    evidence: str
    ratings: MappingProxyType[str, str]


def _words(fixed: str, ratings: str) -> PublicWords:
    named = dict(zip(("false", "misleading", "unsupported", "true"), ratings.split("|"), strict=True))
    claim, sources, corrections, corrected, published, withdrawn, every, factcheck, evidence = fixed.split("|")
    return PublicWords(
        *(claim, sources, corrections, corrected, published, withdrawn, every, factcheck, evidence), MappingProxyType(named)
    )


PUBLIC_WORDS = MappingProxyType(
    {
        "en": _words(
            "The claim|Sources|Corrections|Corrected|Published|This statement was withdrawn|All statements|Fact-check|Evidence",
            "False|Misleading|Not supported|True",
        ),
        "es": _words(
            "La afirmación|Fuentes|Correcciones|Corregido|Publicado|Este comunicado fue retirado|Todos los comunicados"
            "|Verificación|Evidencia",
            "Falso|Engañoso|Sin respaldo|Verdadero",
        ),
        "fr": _words(
            "L’affirmation|Sources|Corrections|Corrigé|Publié|Ce communiqué a été retiré|Tous les communiqués"
            "|Vérification|Élément de preuve",
            "Faux|Trompeur|Non étayé|Vrai",
        ),
        "vi": _words(
            "Thông tin được kiểm chứng|Nguồn|Đính chính|Đã đính chính|Đăng|Thông báo này đã được rút lại|Tất cả thông báo"
            "|Kiểm chứng|Bằng chứng",
            "Sai|Gây hiểu lầm|Không có căn cứ|Đúng",
        ),
        "ar": _words(
            "الادعاء|المصادر|التصويبات|صُحِّح|نُشر|سُحب هذا البيان|كل البيانات|تدقيق حقائق|دليل",
            "خطأ|مضلل|غير مدعوم|صحيح",
        ),
    }
)


def public_words(language: str) -> PublicWords:
    """Return the words of a language, or the English ones."""
    return PUBLIC_WORDS.get(language, PUBLIC_WORDS["en"])
