"""A publisher's verdict on one scale: 0 false … 1 true, ``None`` when it says neither (satire, unproven, no bounds).

Words go before numbers: publishers number their scales in both directions, and their words are what they publish.
"""

import re

from crawlers._dates import fold

_MAX_WORDS = 60
_VERDICT_WORDS = 6  # in a longer sentence "real" or "true" may be said of something else, "false" hardly ever
_FALSE, _MOSTLY_FALSE, _MIXED, _MOSTLY_TRUE, _TRUE = 0.0, 0.25, 0.5, 0.75, 1.0

_PHRASES: tuple[tuple[float | None, str], ...] = (
    (
        _FALSE,
        """
        false, fake, not true, untrue, incorrect, not correct, wrong, pants on fire, pants fire, four pinocchios,
        4 pinocchios, hoax, fabricated, made up, debunked, inaccurate, not accurate, scam, altered, doctored,
        manipulated, manipulated photo, altered photo, altered video, fiction, misattributed,
        incorrect attribution, baseless, refuted, disproved, bogus, totally false, falso, falsa, bulo,
        no es cierto, no es verdad, enganoso y falso, incorrecto, mentira, inventado, manipulado, desmentido,
        fake news, boato, nao e verdade, falsidade, fraude, montagem, bufala, falsi, non e vero, sbagliato,
        notizia falsa, faux, fausse, c est faux, faux et archifaux, infonde, intox, canular, invente, truque,
        pas vrai, falsch, unwahr, frei erfunden, erfunden, gefalscht, manipuliert, nicht wahr, stimmt nicht,
        unbelegt und falsch, sai, sai su that, sai lech, tin gia, gia mao, khong dung, khong dung su that, bia dat,
        khong chinh xac, tin sai, خطا, خاطئ, كاذب, كذب, زائف, مزيف, مفبرك, غير صحيح, ملفق, زائفه, شائعه, اشاعه,
        salah, hoaks, tidak benar, falszywe, falsz, nieprawda, onjuist, onwaar, nepwaar, ложь, неправда, фейк,
        фальшивка, yanlis, sahte,
        """,
    ),
    (
        _MOSTLY_FALSE,
        """
        mostly false, misleading, misrepresented, missing context, lacks context, out of context, distorts,
        distorted, exaggerated, three pinocchios, 3 pinocchios, barely true, partly false, partially false,
        no evidence, unsupported, unfounded, flawed reasoning, cherry picked, cherry picks, mislabelled,
        miscaptioned, miscaption, spins the facts, misleads, enganoso, enganosa, fuera de contexto, sin contexto,
        falta contexto, mayormente falso, sin evidencia, sin pruebas, exagerado, fora de contexto, sem contexto,
        exagerada, distorcido, insustentavel, sem provas, parcialmente falso, fuorviante, ingannevole,
        decontestualizzato, fuori contesto, manca il contesto, prevalentemente falso, trompeur, trompeuse,
        hors contexte, sorti de son contexte, manque de contexte, plutot faux, partiellement faux, exagere,
        detourne, irrefuhrend, fehlender kontext, aus dem kontext, grosstenteils falsch, weitgehend falsch,
        teilweise falsch, unbelegt, gay hieu lam, gay hieu nham, sai lech ngu canh, thieu ngu canh, phan lon sai,
        sai mot phan, khong co can cu, khong co bang chung, مضلل, مضلله, خارج السياق, خاطئ جزييا, زائف جزييا,
        غير دقيق, بلا دليل, menyesatkan, misleidend, вводит в заблуждение, yaniltici, wprowadza w blad,
        manipulacja,
        """,
    ),
    (
        _MIXED,
        """
        half true, mixture, mixed, two pinocchios, 2 pinocchios, partly true, partially true, half right,
        in between, it s complicated, verdad a medias, media verdad, cierto a medias, parcialmente cierto,
        parcialmente verdadero, verdadero pero, verdadeiro mas, meia verdade, parzialmente vero, mezza verita,
        vero in parte, partiellement vrai, a moitie vrai, mi vrai mi faux, vrai mais, vrai ou presque,
        teilweise richtig, halbwahr, halb wahr, teils teils, teilweise wahr, dung mot phan, mot nua su that,
        صحيح جزييا, نصف الحقيقه, sebagian benar, полуправда, deels waar, czesciowo prawda,
        """,
    ),
    (
        _MOSTLY_TRUE,
        """
        mostly true, mostly correct, largely true, one pinocchio, 1 pinocchio, mostly accurate, mayormente cierto,
        casi cierto, mayormente verdadero, quase verdade, em grande parte verdadeiro, in gran parte vero,
        quasi vero, plutot vrai, presque vrai, grosstenteils richtig, weitgehend richtig, grosstenteils wahr,
        phan lon dung, gan dung, صحيح في معظمه, صحيح غالبا, sebagian besar benar,
        """,
    ),
    (
        _TRUE,
        """
        true, correct, accurate, geppetto checkmark, correct attribution, confirmed, not false, legit, real,
        authentic, verdadero, verdadera, cierto, correcto, verdadeiro, verdade, comprovado, confirmado, vero,
        corretto, verificato, vrai, exact, avere, wahr, richtig, stimmt, korrekt, dung, dung su that, chinh xac,
        su that, tin that, صحيح, صحيحه, حقيقي, صادق, benar, fakta, prawda, waar, juist, правда, верно, dogru,
        """,
    ),
    (
        None,
        """
        unproven, unverified, unconfirmed, undetermined, not enough evidence, insufficient evidence,
        cannot be verified, can t be verified, research in progress, developing, satire, parody, labeled satire,
        originated as satire, opinion, outdated, unknown, unclear, legend, no verificable, inverificable,
        no se puede verificar, satira, satirico, en desarrollo, nao verificavel, impossivel provar,
        ainda nao verificado, non verificabile, non verificato, inverifiable, non verifie, parodie, satirique,
        nicht belegt, unklar, nicht uberprufbar, chua xac minh, chua duoc kiem chung, cham biem, trao phung,
        غير مثبت, غير موكد, ساخر, سخريه, لا يمكن التحقق, belum terbukti,
        """,
    ),
)
_NOT_A_LETTER = re.compile(r"[\W_]+")


def _fold(text: str) -> str:
    """Fold further than dates need: Arabic ``ة`` is written ``ه``, punctuation and underscores are spaces."""
    return _NOT_A_LETTER.sub(" ", fold(text).replace("ة", "ه").replace("ى", "ي").replace("ß", "ss")).strip()


_VALUES: dict[tuple[str, ...], float | None] = {
    tuple(_fold(phrase).split()): value for value, phrases in _PHRASES for phrase in phrases.split(",") if phrase.strip()
}
_LONGEST = max(map(len, _VALUES))


def rating_value(word: str, *, value: str = "", best: str = "", worst: str = "") -> float | None:
    """Return a verdict on the scale 0 false … 1 true, or ``None`` when it names neither.

    ``word`` is the publisher's own verdict in any of a dozen languages; ``value``, ``best`` and ``worst`` are the numbers
    of a schema.org Rating, used when the word tells nothing (bounds default to 1 … 5, as schema.org has it).
    """
    found, known = _in_words(word)
    if known:
        return found
    return _in_numbers(value, best or "5", worst or "1")


def _in_words(word: str) -> tuple[float | None, bool]:
    """The value of the first known phrase, the longest where several begin, and whether there is one."""
    words = _fold(word[:1000]).split()[:_MAX_WORDS]
    for start in range(len(words)):
        for length in range(min(_LONGEST, len(words) - start), 0, -1):
            phrase = tuple(words[start : start + length])
            if phrase in _VALUES and (len(words) <= _VERDICT_WORDS or _VALUES[phrase] in {_FALSE, _MOSTLY_FALSE}):
                return (_VALUES[phrase], True)
    return (None, False)


def _in_numbers(value: str, best: str, worst: str) -> float | None:
    try:
        given, top, bottom = float(value), float(best), float(worst)
    except ValueError:
        return None
    if not top > bottom or not bottom <= given <= top:
        return None
    return (given - bottom) / (top - bottom)
