"""The furniture of the invented outlets' pages in the five languages of the demo: what an extractor must leave out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Labels of one language; ``sections`` are news, opinion and satire."""

    sections: tuple[str, str, str]
    by: str
    related: str
    cookies: str
    accept: str
    comments: str
    no_comments: str
    subscribe: str
    rights: str
    corrected: str
    claim: str
    verdict: str

    def section(self, name: str) -> str:
        """Return the label of the section ``news``, ``opinion`` or ``satire``."""
        return self.sections[("news", "opinion", "satire").index(name)]


_ENGLISH = Words(
    ("News", "Opinion", "Satire"), "By", "More from this section",
    "We use cookies to remember your settings and to count visits.", "Accept all", "Comments",
    "Comments on this article are closed.", "Subscribe to our newsletter", "All rights reserved.", "Correction", "Claim",
    "Verdict",
)  # fmt: skip
_VIETNAMESE = Words(
    ("Tin tức", "Ý kiến", "Trào phúng"), "Bài của", "Tin liên quan",
    "Chúng tôi dùng cookie để ghi nhớ cài đặt của bạn và đếm lượt truy cập.", "Đồng ý tất cả", "Bình luận",
    "Bài viết này đã đóng phần bình luận.", "Đăng ký nhận bản tin", "Giữ mọi bản quyền.", "Đính chính", "Tuyên bố",
    "Kết luận",
)  # fmt: skip
_SPANISH = Words(
    ("Noticias", "Opinión", "Sátira"), "Por", "Más en esta sección",
    "Usamos cookies para recordar sus preferencias y contar las visitas.", "Aceptar todo", "Comentarios",
    "Los comentarios de este artículo están cerrados.", "Suscríbase a nuestro boletín", "Todos los derechos reservados.",
    "Corrección", "Afirmación", "Veredicto",
)  # fmt: skip
_FRENCH = Words(
    ("Actualités", "Opinion", "Satire"), "Par", "Dans la même rubrique",
    "Nous utilisons des cookies pour retenir vos réglages et compter les visites.", "Tout accepter", "Commentaires",
    "Les commentaires sont fermés.", "Abonnez-vous à notre lettre", "Tous droits réservés.", "Rectificatif", "Affirmation",
    "Verdict",
)  # fmt: skip
_ARABIC = Words(
    ("أخبار", "رأي", "سخرية"), "بقلم", "المزيد في هذا القسم",
    "نستخدم ملفات تعريف الارتباط لحفظ إعداداتك وإحصاء الزيارات.", "قبول الكل", "التعليقات",
    "التعليقات على هذا المقال مغلقة.", "اشترك في نشرتنا", "جميع الحقوق محفوظة.", "تصحيح", "الادعاء", "الحكم",
)  # fmt: skip


def words(language: str) -> Words:
    """Return the labels of ``language`` (ISO 639-1), English for one that the demo does not speak."""
    return {"vi": _VIETNAMESE, "es": _SPANISH, "fr": _FRENCH, "ar": _ARABIC}.get(language, _ENGLISH)
