"""Whether probabilities mean what they say, and what is gained by not answering where the model is unsure."""

import numpy as np
from numpy.typing import NDArray

_BINS = 10
_COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def calibration_error(probabilities: NDArray[np.floating], happened: NDArray[np.bool_]) -> float:
    """Return the expected calibration error (0 … 1) over ten bins of equal width (Naeini et al., 2015); 0 without items."""
    said = np.asarray(probabilities, np.float64)
    places = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float((said - happened)[places == place].sum())) for place in range(_BINS)]
    return sum(gaps) / max(1, len(said))


def risk_coverage(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> list[list[float]]:
    """Return ``[share answered, share of those wrong]`` where the surest tenth, two tenths … and all are answered."""
    ordered = ~right[np.argsort(-np.asarray(confidence), kind="stable")]
    counts = sorted({max(1, round(share * len(ordered))) for share in _COVERAGES}) if len(ordered) else []
    return [[round(count / len(ordered), 3), round(float(ordered[:count].mean()), 4)] for count in counts]
