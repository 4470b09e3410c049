"""The gate of fairness: sentences that play with a debunked claim's words and assert nothing; ceilings only go down.

``fairness`` is measured on the half that nothing learned from; ``fairness_fresh`` and ``fairness_second`` are later batches,
with sentences that do assert the claims beside them. All are harder than what people write: nearly every sentence holds a whole
claim. The second batch was written after the model and its bounds were fixed, and measured once.
"""

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.eval.judgement import Judged, cases, judge, passages_of

MOST = {"fairness": 0.024, "fairness_fresh": 0.048, "fairness_second": 0.012}
FOUND = {"fairness": 0.0, "fairness_fresh": 0.66, "fairness_second": 0.81}
APART = 0.03
LANGUAGES = ("en", "es", "fr", "de", "vi")


@pytest.fixture(scope="module", params=sorted(MOST))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Sequence[Judged]]:
    name = str(request.param)
    return name, judge(cases(name), folder=tmp_path_factory.mktemp(name), passages=passages_of(f"{name}_library"))


def test_the_sets_are_large_and_in_five_languages(told: tuple[str, Sequence[Judged]]) -> None:
    name, judged = told
    listed = Counter(one.case.document.language for one in judged if one.case.type == "never")
    assert listed.total() >= (200 if name == "fairness_fresh" else 250)
    assert min(listed[code] for code in LANGUAGES) >= 35


def test_what_asserts_nothing_is_seldom_flagged(told: tuple[str, Sequence[Judged]]) -> None:
    name, judged = told
    shares = {code: share([one for one in never(judged) if one.case.document.language == code]) for code in LANGUAGES}
    print(name, share(never(judged)), shares)
    assert share(never(judged)) <= MOST[name]
    assert max(shares.values()) - min(shares.values()) <= APART


def test_what_asserts_a_claim_is_still_flagged(told: tuple[str, Sequence[Judged]]) -> None:
    name, judged = told
    asserted = [one for one in judged if one.case.type == "asserted"]
    assert len(asserted) == (0 if name == "fairness" else 60)
    assert not asserted or share(asserted) >= FOUND[name]


def never(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.case.type == "never"]


def share(judged: Sequence[Judged]) -> float:
    return sum(bool(one.flags) for one in judged) / len(judged)
