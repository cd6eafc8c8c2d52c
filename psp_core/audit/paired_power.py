"""Whether two models on the same patients can be told apart, by the correlation of their scores."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm

from psp_core.audit.binormal import covariance_of_areas, draw_wins
from psp_core.audit.power import Simulated, simulated_share
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import SMALLEST_ERROR
from psp_core.evaluation.intervals import normal_quantile

MOST_PATIENTS = 10_000_000


def paired_error(
    first: float, second: float, *, correlation: float, n_positive: int, n_negative: int
) -> float:
    """Standard error of the difference of two empirical AUCs on the same patients.

    Parameters
    ----------
    first, second : float
        True AUCs, between 0 and 1.
    correlation : float
        Of the two scores of a patient within the class, 0 to 1.
    n_positive, n_negative : int
        Patients of each class.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.

    References
    ----------
    Hanley and McNeil, Radiology 1983;148:839-843: SE1² + SE2² − 2 r SE1 SE2. The three terms are
    taken from the binormal model (`binormal.covariance_of_areas`) in place of its table of r.
    """
    counts = {"n_positive": n_positive, "n_negative": n_negative}
    variance = (
        covariance_of_areas(first, first, correlation=1.0, **counts)
        + covariance_of_areas(second, second, correlation=1.0, **counts)
        - 2 * covariance_of_areas(first, second, correlation=correlation, **counts)
    )
    return math.sqrt(max(0.0, variance))


def area_correlation(
    first: float, second: float, *, correlation: float, n_positive: int, n_negative: int
) -> float:
    """Correlation of two empirical AUCs on the same patients, by that of the scores."""
    counts = {"n_positive": n_positive, "n_negative": n_negative}
    variances = [
        covariance_of_areas(one, one, correlation=1.0, **counts) for one in (first, second)
    ]
    together = covariance_of_areas(first, second, correlation=correlation, **counts)
    return together / math.sqrt(math.prod(variances))


def paired_power(
    first: float,
    second: float,
    *,
    correlation: float,
    n_positive: int,
    n_negative: int,
    alpha: float = 0.05,
) -> float:
    """Power of the two-sided normal test of the difference of two AUCs on the same patients.

    Takes and raises what `paired_error` does. Where the difference has no spread (equal
    scores) there is nothing to test and the power is 0.
    """
    error = paired_error(
        first, second, correlation=correlation, n_positive=n_positive, n_negative=n_negative
    )
    quantile = normal_quantile(1 - alpha)
    if error <= SMALLEST_ERROR:
        return 0.0
    shift = abs(first - second) / error
    return float(norm.sf(quantile - shift) + norm.cdf(-quantile - shift))


def patients_needed(
    first: float,
    second: float,
    *,
    correlation: float,
    share_positive: float,
    power: float = 0.8,
    alpha: float = 0.05,
) -> int:
    """Smallest number of patients with at least this power; classes by share, rounded.

    Raises
    ------
    UndefinedMetricError
        If the AUCs are equal, the share or the power is not between 0 and 1, or more than
        `MOST_PATIENTS` are needed.
    """
    if first == second or not 0 < share_positive < 1 or not alpha < power < 1:
        raise UndefinedMetricError(
            f"AUCs {first} and {second}, share of positives {share_positive}, power {power}; "
            f"expected two different AUCs, a share between 0 and 1 and a power above {alpha}"
        )

    def reaches(n: int) -> bool:
        n_positive = min(n - 1, max(1, round(n * share_positive)))
        counts = {"n_positive": n_positive, "n_negative": n - n_positive}
        return paired_power(first, second, correlation=correlation, alpha=alpha, **counts) >= power

    high = 2
    while not reaches(high):
        high *= 2
        if high > MOST_PATIENTS:
            raise UndefinedMetricError(
                f"more than {MOST_PATIENTS} patients are needed to tell {first} from {second}; "
                "expected AUCs further apart"
            )
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def simulated_paired_power(
    first: float,
    second: float,
    *,
    correlation: float,
    n_positive: int,
    n_negative: int,
    repetitions: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> Simulated:
    """Share of drawn sets of patients in which the paired DeLong test tells the models apart.

    A set on which both models order all patients alike has no test and counts as not told apart.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range, or a class has fewer than two patients.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845.
    """
    if min(n_positive, n_negative) < 2:
        raise UndefinedMetricError(
            f"{n_positive} positive and {n_negative} negative patients; a class of one has no "
            "spread: at least two of each are needed"
        )
    wins = draw_wins(
        [first, second],
        correlation=correlation,
        n_positive=n_positive,
        n_negative=n_negative,
        repetitions=repetitions,
        rng=rng,
    )
    apart = wins[:, 0].astype(np.int8) - wins[:, 1]
    of_positive, of_negative = apart.mean(axis=2), apart.mean(axis=1)
    variance = of_positive.var(axis=1, ddof=1) / n_positive
    variance += of_negative.var(axis=1, ddof=1) / n_negative
    error = np.sqrt(variance)
    told = np.abs(of_positive.mean(axis=1)) > normal_quantile(1 - alpha) * error
    return simulated_share(int((told & (error > SMALLEST_ERROR)).sum()), repetitions)
