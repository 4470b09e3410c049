"""The gate of fairness: sentences that play with a debunked claim's words and assert nothing; ceilings only go down.

``fairness`` is measured on the half that nothing learned from, ``fairness_fresh`` is a later batch, with sentences that do
assert the claims beside them. Both are harder than what people write: nearly every sentence holds a whole claim.
"""

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.eval.judgement import Judged, cases, judge, passages_of

HELD, FRESH, FOUND, APART = 0.032, 0.076, 0.66, 0.1
LANGUAGES = ("en", "es", "fr", "de", "vi")


@pytest.fixture(scope="module", params=["fairness", "fairness_fresh"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Sequence[Judged]]:
    name = str(request.param)
    return name, judge(cases(name), folder=tmp_path_factory.mktemp(name), passages=passages_of(f"{name}_library"))


def test_the_sets_are_large_and_in_five_languages(told: tuple[str, Sequence[Judged]]) -> None:
    name, judged = told
    listed = Counter(one.case.document.language for one in judged if one.case.type == "never")
    assert listed.total() >= (250 if name == "fairness" else 200)
    assert min(listed[code] for code in LANGUAGES) >= 35


def test_what_asserts_nothing_is_seldom_flagged(told: tuple[str, Sequence[Judged]]) -> None:
    name, judged = told
    shares = {code: share([one for one in never(judged) if one.case.document.language == code]) for code in LANGUAGES}
    print(name, share(never(judged)), shares)
    assert share(never(judged)) <= (HELD if name == "fairness" else FRESH)
    assert max(shares.values()) - min(shares.values()) <= APART


def test_what_asserts_a_claim_is_still_flagged(told: tuple[str, Sequence[Judged]]) -> None:
    asserted = [one for one in told[1] if one.case.type == "asserted"]
    assert not asserted or share(asserted) >= FOUND


def never(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.case.type == "never"]


def share(judged: Sequence[Judged]) -> float:
    return sum(bool(one.flags) for one in judged) / len(judged)
