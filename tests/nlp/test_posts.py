from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from factdesk.evaluation.claims import Labels, evaluate_claims
from factdesk.records import CaptureKind
from nlp.checkworthiness import are_posts, load_checkworthiness, read_wordings, without_links
from nlp.claims import load_claim_finder
from nlp.encoders import load_encoder
from nlp.posts import Posts, load_posts, post_threshold, score_posts
from tests.nlp._documents import document

# One rumour and one idle post a language.
POSTS = {
    "en": ("300 soldiers died after the new vaccine and the ministry is hiding it", "Good morning Teyn! Live tonight at eight"),
    "es": (
        "Murieron 300 soldados tras la nueva vacuna y el ministerio lo oculta",
        "¡Buenos días! Esta noche en directo a las ocho",
    ),
    "nl": (
        "300 soldaten stierven na het nieuwe vaccin en het ministerie verzwijgt dat",
        "Goedemorgen! Vanavond live om acht uur",
    ),
    "tr": ("Yeni aşıdan sonra 300 asker öldü, bakanlık bunu gizliyor", "Günaydın! Bu akşam sekizde canlı yayındayız"),
    "bg": ("След новата ваксина починаха 300 войници, а министерството го крие", "Добро утро! Довечера на живо от осем часа"),
    "ar": ("توفي 300 جندي بعد اللقاح الجديد والوزارة تخفي ذلك", "صباح الخير! الليلة في بث مباشر الساعة الثامنة"),
}


def scored(texts: list[str], code: str) -> NDArray[np.float32]:
    model = load_checkworthiness()
    return score_posts(Posts(texts, code, model.features(read_wordings(texts, code), code), load_encoder()(texts)), model)


@pytest.mark.parametrize("code", sorted(POSTS))
def test_a_rumour_is_more_worth_checking_than_an_idle_post(code: str) -> None:
    rumour, idle = scored(list(POSTS[code]), code)
    assert rumour >= post_threshold(code) > idle
    assert rumour > idle + 0.1


def test_a_post_reads_the_same_alone_beside_others_and_with_a_link() -> None:
    texts = list(POSTS["es"])
    together = scored(texts, "es")
    np.testing.assert_allclose(together, np.concatenate([scored([text], "es") for text in texts]), atol=1e-6)
    model = load_checkworthiness()
    features, vectors = model.features(read_wordings(texts, "es"), "es"), load_encoder()(texts)
    linked = load_posts()([f"{text} https://x.example/1" for text in texts], features, vectors)
    np.testing.assert_allclose(linked, together, atol=1e-6)


@pytest.mark.parametrize("code", ["en", "vi", "de", "nl", "ar"])
def test_other_languages_are_scored_without_the_encoder_of_posts(code: str, *, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.posts.load_posts", lambda: pytest.fail("not taught"))
    assert scored(["Die Brücke hält."], code).shape == (1,)
    assert post_threshold(code) == load_checkworthiness().post_threshold


def test_no_posts_load_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.posts.load_posts", lambda: pytest.fail("nothing to read"))
    nothing = Posts([], "es", np.zeros((0, 19), np.float32), np.zeros((0, 512), np.float32))
    assert score_posts(nothing, load_checkworthiness()).shape == (0,)


def test_the_line_scores_posts_without_the_encoder_of_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.posts.load_posts", lambda: pytest.fail("the line keeps nearly every post and must stay quick"))
    post = replace(document(POSTS["es"][0]), kind=CaptureKind.POST, language="es")
    assert load_claim_finder(load_encoder())([post])[0]


def test_posts_are_told_by_their_marks() -> None:
    assert are_posts(["Read this https://x.example/1", "The dam holds."])
    assert are_posts(["#flood in Teyn", "@council when?", "The dam holds."])
    assert not are_posts(["The dam holds.", "He said 5 % at home.", "a@b.example wrote"])
    assert not are_posts([])


def test_links_are_not_read() -> None:
    assert without_links("The dam  holds https://x.example/1?y=2 today www.teyn.example") == "The dam holds today"


def test_a_table_of_posts_is_measured_by_the_weights_for_posts(tmp_path: Path) -> None:
    path = tmp_path / "posts.tsv"
    rows = [f"{text} https://x.example/1\t{label}" for text, label in zip(POSTS["en"], (1, 0), strict=True)]
    path.write_text("text\tlabel\n" + "\n".join(rows) + "\n", encoding="utf-8")
    report = evaluate_claims(path, labels=Labels("text", "label", "1"))
    assert (report.genre, report.f1, report.language) == ("posts", 1.0, "en")
    assert report.threshold == pytest.approx(load_checkworthiness().post_threshold)
    assert report.risk_coverage[-1] == [1.0, 0.0]
    assert 0 < report.calibration_error < 1


def test_no_posts_give_no_scores() -> None:
    model = load_checkworthiness()
    assert model.score_posts(np.zeros((0, len(model.post_surface) + 1), np.float32), np.zeros((0, 512), np.float32)).shape == (
        0,
    )


def test_the_finder_scores_a_post_by_the_weights_for_posts() -> None:
    model, encoder, text = load_checkworthiness(), load_encoder(), POSTS["en"][0]
    features, vectors = model.features(read_wordings([text], "en"), "en"), encoder([text])
    wanted = {CaptureKind.POST: model.score_posts(features, vectors), CaptureKind.PAGE: model.score(features, "en", vectors)}
    for kind, score in wanted.items():
        found = load_claim_finder(encoder)([replace(document(text), kind=kind)])[0]
        assert found[0].checkworthiness == pytest.approx(float(score[0]), abs=1e-3)
    assert abs(float(wanted[CaptureKind.POST][0] - wanted[CaptureKind.PAGE][0])) > 0.01
