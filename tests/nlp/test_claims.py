import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from typer.testing import CliRunner

from factdesk.errors import UnreadableError
from factdesk.evaluation.claims import Labels, evaluate_claims, evaluate_language
from factdesk.records import digest_id
from nlp.base import Encoder
from nlp.checkability import is_satire, why_not_checkable
from nlp.checkworthiness import load_checkworthiness, read_wordings
from nlp.claims import load_claim_finder
from nlp.encoders import BundledEncoder, CachedEncoder, load_encoder
from tests.nlp._documents import document

FACTS = {
    "en": "About 1,200 people were moved out of Lower Teyn on 12 March.",
    "vi": "Khoảng 1.200 người đã được sơ tán khỏi Lower Teyn hôm 12 tháng 3.",
    "es": "Unas 1.200 personas fueron evacuadas de Lower Teyn el 12 de marzo.",
    "fr": "Environ 1 200 personnes ont été évacuées de Lower Teyn le 12 mars.",
    "ar": "تم إجلاء نحو 1200 شخص من تين السفلى في 12 مارس.",
    "de": "Rund 1.200 Menschen wurden am 12. März aus Lower Teyn gebracht.",
    "pt": "Cerca de 1.200 pessoas foram retiradas de Lower Teyn em 12 de março.",
    "it": "Circa 1.200 persone sono state evacuate da Lower Teyn il 12 marzo.",
    "nl": "Ongeveer 1.200 mensen zijn op 12 maart uit Lower Teyn geëvacueerd.",
    "pl": "Około 1200 osób ewakuowano z Lower Teyn 12 marca.",
    "tr": "Yaklaşık 1.200 kişi 12 Mart'ta Lower Teyn'den tahliye edildi.",
    "id": "Sekitar 1.200 orang dievakuasi dari Lower Teyn pada 12 Maret.",
    "ru": "Около 1200 человек эвакуировали из Нижнего Тейна 12 марта.",
}
IDLE = {
    "en": "Good evening and welcome to all of you.",
    "vi": "Xin chào tất cả mọi người.",
    "es": "Buenas noches a todos ustedes.",
    "fr": "Bonsoir à toutes et à tous.",
    "ar": "مرحبا بكم جميعا.",
    "de": "Guten Abend und herzlich willkommen.",
}
NOT_CHECKABLE = [
    ("en", "question", "Has the Haldrin dam cracked, and who knew about it?"),
    ("en", "question", "Did you know the dam was opened at night on purpose"),
    ("en", "opinion", "I think the mayor of Kestrow handled the flood badly."),
    ("en", "opinion", "The delay was shameful and the council must resign at once."),
    ("en", "prediction", "The whole valley will be under water by Friday evening."),
    ("en", "wish", "Please pray for the families of the low town tonight."),
    ("en", "too short", "What a night."),
    ("vi", "question", "Có phải đập Haldrin đã bị nứt từ tuần trước không?"),
    ("vi", "opinion", "Theo tôi, chính quyền đã phản ứng quá chậm trước trận lũ."),
    ("vi", "prediction", "Cả thung lũng sẽ chìm trong nước vào tối thứ sáu."),
    ("vi", "wish", "Xin hãy cầu nguyện cho các gia đình vùng hạ lưu."),
    ("es", "question", "¿Es cierto que la presa de Haldrin se ha agrietado?"),
    ("es", "opinion", "En mi opinión, la alcaldesa gestionó muy mal la crecida."),
    ("es", "opinion", "Es vergonzoso que el ayuntamiento no avisara a los vecinos."),
    ("es", "prediction", "Todo el valle va a quedar bajo el agua el viernes."),
    ("fr", "question", "Le barrage de Haldrin est-il vraiment fissuré ?"),
    ("fr", "opinion", "À mon avis, la mairie a trahi les habitants de la ville basse."),
    ("fr", "opinion", "L’incompétence de ce gouvernement est inacceptable pour les sinistrés."),
    ("fr", "prediction", "Toute la vallée sera sous l'eau vendredi soir."),
    ("ar", "question", "هل تشقق سد هالدرين فعلا؟"),
    ("ar", "opinion", "في رأيي فشلت البلدية في حماية السكان."),
    ("ar", "prediction", "سوف يغرق الوادي كله مساء الجمعة."),
    ("ar", "wish", "اللهم احفظ أهل الوادي من الفيضان."),
    ("de", "opinion", "Ich finde, die Bürgermeisterin hat völlig versagt."),
    ("pt", "opinion", "É uma vergonha que a prefeitura não tenha avisado ninguém."),
    ("it", "prediction", "Tutta la valle sarà sott'acqua entro venerdì sera."),
    ("nl", "opinion", "Volgens mij heeft de gemeente de bewoners verraden."),
    ("pl", "prediction", "Cała dolina będzie pod wodą w piątek wieczorem."),
    ("tr", "opinion", "Bence belediye halkı korumakta sınıfta kaldı."),
    ("id", "prediction", "Seluruh lembah akan terendam air pada Jumat malam."),
    ("ru", "opinion", "По-моему, мэрия предала жителей нижнего города."),
]


class CountingEncoder:
    name, dim = BundledEncoder.name, BundledEncoder.dim

    def __init__(self, inner: Encoder) -> None:
        self.inner = inner
        self.calls: list[int] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        return self.inner(texts)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return CachedEncoder(load_encoder(threads=1))


@pytest.mark.parametrize(("code", "text"), FACTS.items())
def test_a_fact_with_figures_is_a_claim_in_every_language(encoder: Encoder, code: str, text: str) -> None:
    found = load_claim_finder(encoder)([document(text, language=code)])[0]
    assert [claim.text for claim in found] == [text]
    assert found[0].language == code
    assert found[0].checkworthiness > 0.2


@pytest.mark.parametrize(("code", "reason", "text"), NOT_CHECKABLE)
def test_what_is_not_checkable_is_no_claim(encoder: Encoder, *, code: str, reason: str, text: str) -> None:
    assert why_not_checkable(text, code) == reason
    assert load_claim_finder(encoder, threshold=0)([document(text, language=code)]) == [[]]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "It was the worst flood since 1951, with 12 dead."),
        ("en", "The river stays below 3 metres and will return to its bed by 15 March, according to the authority."),
        ("fr", "Le maire affirme que l'eau sera coupée le 25 mars."),
    ],
)
def test_a_figure_or_an_announcement_stays_checkable(code: str, text: str) -> None:
    assert why_not_checkable(text, code) is None


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("Satire: the river asks for a holiday", FACTS["en"], "en"),
        ("The river asks for a holiday", f"{FACTS['en']} #satire", "vi"),
        ("El puente se va", f"{FACTS['es']} Esta sección es una sátira.", "es"),
        ("Le pont", f"Parodie. {FACTS['fr']}", "fr"),
        ("النهر", f"{FACTS['ar']} مقال ساخر.", "ar"),
    ],
)
def test_satire_gives_no_claim(encoder: Encoder, *, title: str, text: str, code: str) -> None:
    assert is_satire(title, text, code)
    assert load_claim_finder(encoder)([document(text, title=title, language=code)]) == [[]]


def test_a_satire_folder_of_an_outlet_gives_no_claim(encoder: Encoder) -> None:
    finder, article = load_claim_finder(encoder), document(FACTS["en"])
    assert finder([replace(article, url="https://courier.example/satire/1-river")]) == [[]]
    assert finder([replace(article, url="https://courier.example/news/satire-festival")])[0]


def test_satire_mentioned_in_the_middle_of_a_report_is_no_satire() -> None:
    filler = "The council met on Monday and spoke of many other things for an hour. " * 4
    assert not is_satire("A report", f"{filler} A satirical play opened. {filler}", "en")


def test_a_claim_knows_its_place_its_context_and_its_identity(encoder: Encoder) -> None:
    text = f"The morning was grey over the valley.\n{FACTS['en']} The fair was put off."
    article = document(text, title="Quiet day")
    claim = load_claim_finder(encoder)([article])[0][0]
    assert (claim.text, text[claim.start : claim.end]) == (FACTS["en"], FACTS["en"])
    assert claim.context == text
    assert claim.id == digest_id("claim", article.id, claim.text)
    assert claim.document_id == article.id


def test_the_best_come_first_and_are_capped(encoder: Encoder) -> None:
    text = " ".join(f"In {1990 + n} the dam at gauge {n} released {n}50 cubic metres of water a second." for n in range(30))
    found = load_claim_finder(encoder, limit=5)([document(text)])[0]
    assert len(found) == 5
    assert [claim.checkworthiness for claim in found] == sorted((claim.checkworthiness for claim in found), reverse=True)


def test_an_assertive_title_is_a_claim_unless_the_text_repeats_it(encoder: Encoder) -> None:
    finder = load_claim_finder(encoder)
    title = "Army opened the Haldrin dam and drowned 300 people"
    alone = finder([document("The town was quiet when the reporter came by.", title=title)])[0]
    repeated = finder([document(f"The {title[0].lower()}{title[1:]} at night.", title=title)])[0]
    assert [(claim.text, claim.start, claim.end) for claim in alone if claim.start == -1] == [(title, -1, -1)]
    assert repeated
    assert all(claim.start >= 0 for claim in repeated)


def test_a_post_whose_title_is_its_opening_gives_each_claim_once(encoder: Encoder) -> None:
    found = load_claim_finder(encoder)([document(FACTS["en"], title=FACTS["en"][:30] + "…")])[0]
    assert [claim.text for claim in found] == [FACTS["en"]]


def test_all_documents_are_encoded_in_one_call_of_few_sentences(encoder: Encoder) -> None:
    counting = CountingEncoder(encoder)
    text = " ".join(f"In {1990 + n} some {n}00 boats passed the lock of Ambrel." for n in range(40))
    found = load_claim_finder(counting, limit=6)([document(text), document(FACTS["en"]), document("")])
    assert counting.calls == [7]
    assert [len(claims) for claims in found] == [6, 1, 0]


def test_another_encoder_leaves_it_to_words_and_surface() -> None:
    class Other:
        name, dim = "other", 3

        def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
            pytest.fail(f"encoded {texts}")

    assert load_claim_finder(Other())([document(FACTS["en"])])[0][0].text == FACTS["en"]


def test_no_documents_and_hostile_ones_give_no_error(encoder: Encoder) -> None:
    finder = load_claim_finder(encoder)
    assert finder([]) == []
    for text in ("", "\x00" * 10, "\ud800 " * 50, "a" * 100_000, "😀" * 500):
        assert finder([document(text, language="xx")]) in ([[]], finder([document(text, language="xx")]))


def test_the_same_documents_give_the_same_claims(encoder: Encoder) -> None:
    articles = [document(text, language=code) for code, text in FACTS.items()]
    assert load_claim_finder(encoder)(articles) == load_claim_finder(encoder)(articles[::-1])[::-1]


def test_check_worthy_sentences_score_above_idle_ones(encoder: Encoder) -> None:
    model = load_checkworthiness()
    for code, idle_text in IDLE.items():
        texts = [FACTS[code], idle_text]
        fact_score, idle = model.score(model.features(read_wordings(texts, code), code), code, encoder(texts))
        assert fact_score > idle + 0.1


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.tsv"
    rows = [
        (FACTS["en"], "Yes"),
        ("We spent 4 million crowns on the bridge in 2019.", "Yes"),
        ("Good evening to you all.", "No"),
    ]
    rows += [('Let me say this: "thank you', "No"), ("I think we can do better than that, my friends.", "No")]
    path.write_text("Text\tclass_label\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")
    return path


def test_claims_are_measured_at_the_shipped_threshold(labelled: Path, tmp_path: Path) -> None:
    report = evaluate_claims(labelled, labels=Labels("Text", "class_label", "Yes"), out=tmp_path / "out.jsonl")
    assert (report.f1, report.average_precision, report.texts, report.positives) == (1.0, 1.0, 5, 2)
    assert report.threshold == pytest.approx(load_checkworthiness().threshold)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["said"] for row in rows] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("labels", "message"),
    [(Labels("text", "class_label", "Yes"), "lacks the column"), (Labels("Text", "class_label", "1"), "--positive")],
)
def test_a_wrong_column_or_label_is_named(labelled: Path, labels: Labels, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        evaluate_claims(labelled, labels=labels)


@pytest.mark.parametrize("content", ["[1]\n", "{broken\n", '{"text": "x"}\n', None])
def test_a_file_that_is_not_labelled_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "l.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"l\.jsonl"):
        evaluate_language(path)


def test_the_commands_print_one_json_object_last(labelled: Path, tmp_path: Path) -> None:
    from factdesk.cli import eval_claims  # noqa: PLC0415 # the other tests need no command line

    app = typer.Typer()
    eval_claims.register(app)
    options = ["--text", "Text", "--label", "class_label", "--positive", "Yes"]
    ran = CliRunner().invoke(app, ["claims", "--labelled", str(labelled), *options])
    assert json.loads(ran.stdout.splitlines()[-1])["f1"] == 1.0
    assert "scored 5 of 5" in ran.stderr
    lines = tmp_path / "l.jsonl"
    lines.write_text("".join(json.dumps({"text": t, "language": c}) + "\n" for c, t in FACTS.items()), encoding="utf-8")
    ran = CliRunner().invoke(app, ["language", "--labelled", str(lines)])
    assert json.loads(ran.stdout.splitlines()[-1])["accuracy"] == 1.0
