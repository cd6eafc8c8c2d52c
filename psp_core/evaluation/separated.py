"""Bounds of an AUC of exactly 0 or 1, where no variance can be estimated."""

from __future__ import annotations

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import normal_quantile


def separated_bounds(
    area: float, *, n_positive: int, n_negative: int, confidence_level: float = 0.95
) -> tuple[float, float]:
    """Exact bounds of the AUC where the classes of a sample are fully separated.

    Parameters
    ----------
    area : float
        The AUC found: 0 or 1.
    n_positive, n_negative : int
        Patients of each class.
    confidence_level : float, default 0.95
        Each side has half of what is left, as in a two-sided interval.

    Returns
    -------
    lower, upper : float
        One of them is `area`.

    Raises
    ------
    UndefinedMetricError
        If `area` is neither 0 nor 1, a class is empty, or the level is not in (0, 1).

    Notes
    -----
    With m patients in the smaller class, m pairs of both classes share no patient. Where every
    pair is ordered rightly those m are too, which has at most the probability A**m at a true
    AUC of A. So the bound is (alpha / 2)**(1 / m), that of Clopper and Pearson for m of m; as
    the other pairs are left aside, it covers at least what it promises.
    """
    normal_quantile(confidence_level)
    smaller = min(n_positive, n_negative)
    if area not in (0.0, 1.0) or smaller < 1:
        raise UndefinedMetricError(
            f"area {area} with {n_positive} positive and {n_negative} negative patients; expected "
            "an AUC of exactly 0 or 1 and a patient of each class: else take delong_interval"
        )
    bound = float(((1 - confidence_level) / 2) ** (1 / smaller))
    return (bound, 1.0) if area == 1.0 else (0.0, 1 - bound)
