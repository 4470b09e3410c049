"""The gate of judgement: documents that nothing was tuned on, in five languages, against two libraries.

The floors are what was reached, minus a little; they only go up.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from factdesk.records import Finding, FindingKind
from tests.eval.judgement import FLAGS, Case, Judged, Score, cases, fits, judge, score

PRECISION = 0.95
RECALL = {"seen": {"repeats": 0.88, "distorts": 0.76}, "held": {"repeats": 0.67, "distorts": 0.72}}
CITED = 0.95
SLY = 3  # of 121 that pass a claim on, doubt or mock it in words that no list foresaw; a ceiling, which only goes down
HALVES = ("seen", "held")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    return judge(cases(), folder=tmp_path_factory.mktemp("unseen"))


@pytest.fixture(scope="module")
def halves(judged: list[Judged]) -> dict[str, Score]:
    """Return the figures of both halves; what went wrong is listed for ``seen`` alone."""
    return {
        "seen": score(one for one in judged if not one.case.is_held),
        "held": score(one for one in judged if one.case.is_held),
    }


def test_the_set_is_large_and_balanced() -> None:
    listed = cases()
    assert len(listed) >= 250
    assert len({case.document.id for case in listed}) == len(listed)
    for code in ("en", "vi", "es", "fr", "ar"):
        mine = [case for case in listed if case.document.language == code]
        assert len(mine) >= 50
        assert sum(case.is_never_flagged for case in mine) >= 0.4 * len(mine)


@pytest.mark.parametrize("half", HALVES)
def test_nothing_that_must_never_be_flagged_is(half: str, *, halves: dict[str, Score]) -> None:
    found = halves[half]
    assert not found.never, found.never if half == "seen" else f"{len(found.never)} of the held documents"


def test_sly_wordings_are_not_flagged(tmp_path: Path) -> None:
    found = score(judge(cases("never"), folder=tmp_path)).never
    print("\n".join(found))
    assert len(found) <= SLY


def test_ordinary_opinion_criticism_question_prediction_prayer_and_denial_are_not_flagged(tmp_path: Path) -> None:
    assert score(judge(cases("ordinary"), folder=tmp_path)).never == []


@pytest.mark.parametrize("half", HALVES)
def test_flags_are_right_and_found(half: str, *, halves: dict[str, Score]) -> None:
    found = halves[half]
    print(f"{half}\n{found.table()}\n{found.reliability()}")
    if half == "seen":
        print("\n".join(found.mistakes))
    assert found.precision() >= PRECISION
    for kind in FLAGS:
        assert found.recall([kind]) >= RECALL[half][kind], kind
    assert found.cited >= CITED * found.right.total()


@pytest.mark.parametrize("half", HALVES)
def test_a_flag_states_at_least_an_even_chance_and_no_more_than_it_holds(half: str, *, halves: dict[str, Score]) -> None:
    stated = halves[half].sure
    assert min(probability for probability, _ in stated) >= 0.5
    mean = sum(probability for probability, _ in stated) / len(stated)
    assert sum(right for _, right in stated) / len(stated) >= mean


def test_every_flag_has_a_citation(judged: list[Judged]) -> None:
    assert all(finding.citation is not None and finding.reasons for one in judged for _, finding in one.flags)


def test_a_flag_on_a_debunk_is_counted_as_one_that_must_never_be(judged: list[Judged]) -> None:
    one = next(one for one in judged if one.case.type == "debunk" and one.found)
    claim, finding = one.found[0]
    forged = replace(finding, kind=FindingKind.REPEATS)
    counted = score([Judged(one.case, ((claim, forged),))])
    assert len(counted.never) == 1
    assert counted.precision() == 0.0


def test_a_missed_and_a_found_repeat_are_counted(judged: list[Judged]) -> None:
    one = next(one for one in judged if one.case.type == "repeats" and one.flags)
    assert score([one]).recall() == 1.0
    assert score([Judged(one.case, ())]).recall() == 0.0
    assert fits(one.flags[0], _gold(one.case))
    assert not fits((one.flags[0][0], _as(one.flags[0][1], FindingKind.DISTORTS)), _gold(one.case))


def _gold(case: Case) -> dict[str, str]:
    return dict(case.gold[0])


def _as(finding: Finding, kind: FindingKind) -> Finding:
    return replace(finding, kind=kind)
