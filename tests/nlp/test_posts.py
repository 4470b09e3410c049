from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from factdesk.evaluation.claims import Labels, evaluate_claims
from factdesk.records import CaptureKind
from nlp.checkworthiness import are_posts, load_checkworthiness, read_wordings, without_links
from nlp.claims import load_claim_finder
from nlp.encoders import load_encoder
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
    "ar": ("توفي 300 جندي بعد اللقاح الجديد والوزارة تخفي ذلك", "صباح الخير! الليلة في بث مباشر الساعة الثامنة"),
}


@pytest.mark.parametrize("code", sorted(POSTS))
def test_a_rumour_is_more_worth_checking_than_an_idle_post(code: str) -> None:
    model, texts = load_checkworthiness(), list(POSTS[code])
    rumour, idle = model.score_posts(model.features(read_wordings(texts, code), code), load_encoder()(texts))
    assert rumour >= model.post_threshold
    assert rumour > idle + 0.1


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
