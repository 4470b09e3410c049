"""Lines of a page that are not its article: read-also links, newsletters, sharing, picture credits, rights, counters.

Extraction keeps what stands inside the article's markup, and press systems put such lines there. They are told by how they
begin or by what they are as a whole; a long line is prose and stays, whatever its first words are. Only words, no layout:
the text is all that is left here.
"""

import re
from collections.abc import Sequence

_MOST_WORDS = 30
_HEADLINE_WORDS = 22
_SIGN_WORDS = 4
_CREDIT_WORDS = 16
_CONSENT_WORDS = 90
_EDGE_LINES = 4
_TAIL_SHARE = 0.6

# how a line begins that leads elsewhere; the rest of the line is a headline or a list of them
_LEADS = (
    "read more|read also|also read|read next|read this next|see also|related stories|related articles|related:|more on this"
    "|more stories|recommended stories|recommended for you|you may also like|you might also like|don't miss|"
    "must read|most read|most popular|trending now|up next|watch more|watch also|listen to our|keep reading|continue reading|"
    "click here|previous article|next article|further reading:|in pictures:|in case you missed|"
    "lesen sie auch|lesen sie hier|lesen sie dazu|lesen sie mehr|mehr lesen|mehr zum thema|mehr dazu|"
    "auch interessant|das könnte sie auch|das könnte dich auch|das thema könnte|könnte sie auch interessieren|"
    "diese artikel könnten|das könnte ihnen|lies auch|lesetipp|mehr aus dem ressort|empfohlene beiträge|empfohlene artikel|"
    "empfohlener redaktioneller inhalt|weitere themen|weitere artikel|"
    "weitere beiträge|weitere informationen zum|ähnliche beiträge|ähnliche artikel|verwandte artikel|verwandte themen|"
    "zum thema:|siehe auch:|weiterlesen|hier geht es zu|nächster artikel|vorheriger artikel|vorschau auf|"
    "meistgelesen|"
    "à lire aussi|a lire aussi|lire aussi|lire également|à lire également|voir aussi|à voir aussi|pour lire la suite|"
    "pour aller plus loin|sur le même sujet|dans la même rubrique|les plus lus|cliquez ici|articles liés|à découvrir|"
    "lea también|lee también|leer también|lea además|le puede interesar|te puede interesar|puede interesarte|"
    "también te puede|más información:|más noticias|noticias relacionadas|artículos relacionados|ver también|"
    "haz clic aquí|haga clic aquí|puede escribirnos|sigue leyendo|"
    "leia também|leia mais|veja também|saiba mais|matérias relacionadas|clique aqui|"
    "leggi anche|leggi di più|potrebbe interessarti|potrebbe interessarti anche|articoli correlati|vedi anche|clicca qui|"
    "lees ook|lees meer|lees verder|bekijk ook|gerelateerde artikelen|klik hier|"
    "läs också|läs även|läs mer|les også|les mer|læs også|læs mere|lue myös|czytaj także|czytaj też|zobacz także|"
    "zobacz też|čtěte také|olvassa el|citește și|vezi și|читайте также|читать далее|читайте також|прочетете още|"
    "ayrıca okuyun|ilginizi çekebilir|haberin devamı|baca juga|lihat juga|simak juga|"
    "xem thêm|đọc thêm|tin liên quan|bài liên quan|mời độc giả|mời bạn đọc|có thể bạn quan tâm|"
    "اقرأ أيضا|اقرأ أيضاً|إقرأ أيضا|شاهد أيضا|مواضيع ذات صلة|もっと読む|関連記事|相关新闻|相关阅读|延伸阅读|推荐阅读"
)
# how a line begins that asks something of the reader, or speaks of the page itself
_ASKS = (
    "sign up|subscribe (?:to|now|today|for|here)|share this|share on|share via|share article|follow us|join our|get the latest|"
    "get our|stay up to date with|stay informed|interested in learning more|then sign up|help us improve|download our app|"
    "download the app|log in to|login to|register now|already a subscriber|support our|"
    "support independent|we want to hear|do you want to be informed|if you enjoyed|if you liked|would you like to receive|"
    "enter your email|please enable|your browser|view comments|leave a comment|post a comment|join the conversation|"
    "this post contains|this article contains affiliate|our standards:|jump to|skip to|back to top|print this|email this|"
    "jetzt anmelden|melden sie sich|hier anmelden|abonnieren sie|jetzt abonnieren|newsletter abonnieren|folgen sie uns|"
    "folge uns|teilen mit|teilen:|artikel teilen|diesen artikel (?:teilen|drucken|empfehlen)|mit unserem newsletter|"
    "mit der registrierung|mit der anmeldung|mit dem klick|du musst eingeloggt|kommentar schreiben|kommentare werden|"
    "bleib auf dem laufenden|bleiben sie auf dem laufenden|möchtest du uns|helfen sie mit, unseren|unterstützen sie unser|"
    "sofern nicht anders|letzte änderung|zuletzt aktualisiert|video verfügbar|bild anzeigen|bitte aktivieren|"
    "bitte laden sie|kein bild, kein ton|mit diesem button|klicken sie (?:hier|auf den (?:unteren|folgenden))|"
    "abonnez-vous|inscrivez-vous|suivez-nous|partager sur|partager cet|pour accéder en|recevez notre|recevez gratuitement|"
    "laisser un commentaire|article réservé|suscríbete|suscríbase|síguenos|síganos|compartir en|recibe nuestra|regístrate|"
    "deja un comentario|inscreva-se|assine|siga-nos|compartilhe|iscriviti|seguici|condividi|schrijf je in|volg ons|"
    "đăng ký nhận|theo dõi chúng tôi|chia sẻ bài|подписывайтесь|поделиться|abone ol|paylaş|bagikan|分享到|シェア|شارك|تابعنا"
)
# what a whole line is when nothing but a few words stand beside it
_SIGNS = (
    "advertisement|advertising|sponsored|promoted|newsletter|comments|loading|copyright|all rights reserved|privacy policy|"
    "terms and conditions|cookie settings|anzeige|werbung|kommentare|wird geladen|bewerten|alle rechte vorbehalten|publicité|"
    "commentaires|tous droits réservés|publicidad|comentarios|todos los derechos|publicidade|todos os direitos|pubblicità|"
    "commenti|tutti i diritti|advertentie|reacties|alle rechten|bình luận|quảng cáo|реклама|комментарии|iklan|广告|広告|إعلان"
)
# how the line of a picture's maker or caption mark begins; a colon or a sign of rights follows within it
_CREDITS = (
    "photo|photos|photo credit|photo by|photo source|header image|featured image|picture|pictures|image|images|image credit|"
    "image source|file photo|credit|"
    "foto|fotos|fotocredit|fotoquelle|symbolbild|symbolfoto|rubriklistenbild|aufmacherbild|bild|bilder|titelbild|"
    "beitragsbild|bildquelle|bildnachweis|crédit|crédits|crédit photo|"
    "crédits photos|image illustrative|imagen|crédito|créditos|immagine|beeld|kuva|zdjęcie|фото|fotoğraf|ảnh"
)
# a line that offers letters, and the consent beside its button
_OFFER = re.compile(
    r"\b(?:sign(?:ing)? up|subscrib\w+|register|anmeld\w*|abonnier\w*|bestell\w*|inscri\w+|abonn\w+|suscr\w+|iscri\w+|"
    r"assin\w+)\b"
    r".{0,120}\b(?:news ?letters?|inbox|daily edition|briefing)\b"
    r"|\b(?:news ?letters?|inbox|daily edition|briefing)\b.{0,120}"
    r"\b(?:sign up|subscribe|register|anmelden|abonnieren|bestellen|inscri\w+|abonnez|suscr\w+|iscri\w+|assine)\b",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"^(?:by (?:signing|clicking|subscribing|submitting|registering|entering)|you (?:may|can) unsubscribe|"
    r"mit der (?:registrierung|anmeldung|"
    r"bestellung)|durch (?:klick|das klicken|ihre anmeldung)|en (?:vous inscrivant|cliquant)|al (?:suscribir|registrar))"
    r".{0,200}(?:privacy|terms|unsubscribe|datenschutz|nutzungsbedingungen|agb|conditions|confidentialité|privacidad|términos)",
    re.IGNORECASE,
)
_FILED = re.compile(
    r"(?:tags?|tagged|topics?|categor(?:y|ies)|filed under|posted in|schlagw(?:ort|örter)|schlagworte|kategorien?|"
    r"kategorisiert unter|themen|"
    r"mots[- ]clés|étiquettes|catégories?|etiquetas|categorías?|categorie|tag)\s*:",
    re.IGNORECASE,
)
_CUT = ("[…]", "[...]", "[..]")  # how a teaser ends
_DATED = re.compile(r"[-–|·]\s*[^\W\d_]{3,12}\.? \d{1,2},? \d{4}$|[-–|·]\s*\d{1,2}[./ ](?:\d{1,2}|[^\W\d_]{3,12})[./ ]\d{4}$")
_OPENING = re.compile(r"^[\s\-–—•·*»>▶►→|+]+")
_LEADING = re.compile(rf"(?:{_LEADS})(?!\w)", re.IGNORECASE)
_ASKING = re.compile(rf"(?:{_ASKS})(?!\w)", re.IGNORECASE)
_SIGN = re.compile(rf"(?:{_SIGNS})(?!\w)", re.IGNORECASE)
_CREDITING = re.compile(rf"(?:{_CREDITS})s?\s*(?:[:©|/]|\([cC]\))", re.IGNORECASE)
_RIGHTS = re.compile(
    r"^(?:©|\([cC]\)\s*(?:19|20)\d\d|&copy;)|(?:all rights reserved|alle rechte vorbehalten)\W*$", re.IGNORECASE
)
_STAMP = re.compile(
    r"(?:(?:published|updated|posted|last (?:updated|modified)|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|"
    r"actualizado|pubblicato|aggiornato|gepubliceerd|cập nhật)\W+)?(?:(?:le|am|on|vom|el|il|den|op)\s+)?"
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|"
    r"\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}|"
    r"[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
    r"(?:\W{0,3}(?:at|um|à|a las|alle|om|-|–|\||,)?\s*\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?|uhr|[A-Z]{2,4})?)?"
    r"(?:\s*\|.*)?",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", "।", "؟", '."', ".”", ".«", "!”", "?”", ".'", ".’")


def without_furniture(lines: Sequence[str]) -> list[str]:
    """Return ``lines`` without those that are furniture, and without a list of other headlines at the end.

    Nothing is dropped when less than half of the characters would stay: then the page is made of such lines.
    """
    kept = [line for place, line in enumerate(lines) if not _is_furniture(line, place=place, last=len(lines) - 1)]
    kept = kept[: _end(lines, kept)]
    while len(kept) > 1 and _is_teaser(kept[-1]):
        kept.pop()
    whole, left = sum(map(len, lines)), sum(map(len, kept))
    return kept if left * 2 >= whole else list(lines)


def _is_furniture(line: str, *, place: int, last: int) -> bool:
    bare = _OPENING.sub("", line).strip()
    words = len(bare.split())
    if words <= _CONSENT_WORDS and _CONSENT.match(bare):
        return True
    if not bare or words > _MOST_WORDS or len(bare) > 240:
        return False
    if _is_invitation(bare) or _RIGHTS.search(bare):
        return True
    if _SIGN.match(bare) or _CREDITING.match(bare):
        return words <= (_SIGN_WORDS if _SIGN.match(bare) else _CREDIT_WORDS) and not bare.endswith((".", "!", "?"))
    if place > last - _EDGE_LINES and _FILED.match(bare):
        return True
    return (place < _EDGE_LINES or place > last - 2) and bool(_STAMP.fullmatch(bare))


def _is_invitation(bare: str) -> bool:
    """Whether a line leads elsewhere or asks something of the reader."""
    leads = _LEADING.match(bare) and not bare[0].islower()
    return bool(leads or _ASKING.match(bare) or _OFFER.search(bare))


def _is_teaser(line: str) -> bool:
    """The beginning of another article, or its headline with its day."""
    bare = line.strip()
    return bare.endswith(_CUT) or (bare.startswith("- ") and bool(_DATED.search(bare)))


def _end(lines: Sequence[str], kept: Sequence[str]) -> int:
    """Return how many of the ``kept`` lines are article: after a lead in the last part, a tail of mere headlines is cut."""
    leads = [place for place, line in enumerate(lines) if place > len(lines) * _TAIL_SHARE and _is_lead(line)]
    for place in leads:
        tail = lines[place + 1 :]
        if tail and all(_is_headline(line) for line in tail):
            rest = sum(line in set(tail) for line in kept[-len(tail) :])
            return len(kept) - rest
    return len(kept)


def _is_lead(line: str) -> bool:
    bare = _OPENING.sub("", line).strip()
    return bool(_LEADING.match(bare)) and len(bare.split()) <= 8


def _is_headline(line: str) -> bool:
    bare = line.strip()
    return len(bare.split()) <= _HEADLINE_WORDS and not bare.endswith(_SENTENCE_END)
