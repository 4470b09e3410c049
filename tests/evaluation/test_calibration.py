import numpy as np
import pytest

from factdesk.evaluation.calibration import calibration_error, risk_coverage


def test_the_error_is_the_gap_between_said_and_happened() -> None:
    assert calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])) == pytest.approx(0)
    assert calibration_error(np.full(10, 0.9), np.zeros(10, bool)) == pytest.approx(0.9)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


def test_gaps_of_two_bins_do_not_cancel_each_other() -> None:
    assert calibration_error(np.array([0.3, 0.7]), np.array([True, False])) == pytest.approx(0.7)


def test_the_curve_answers_the_surest_first() -> None:
    curve = risk_coverage(np.arange(10.0), np.array([False] * 3 + [True] * 7))
    assert curve[0] == [0.1, 0.0]
    assert curve[6] == [0.7, 0.0]
    assert curve[-1] == [1.0, 0.3]
    assert risk_coverage(np.zeros(0), np.zeros(0, bool)) == []


def test_few_items_give_each_share_once() -> None:
    assert risk_coverage(np.array([0.2, 0.9]), np.array([False, True])) == [[0.5, 0.0], [1.0, 0.5]]
