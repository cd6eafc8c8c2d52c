"""A result beside the same result under permuted labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import sem, t

from psp_core.errors import UndefinedMetricError


@dataclass(frozen=True)
class PermutationNull:
    """What permuted labels give, and how far the observed result lies in it.

    Attributes
    ----------
    n_permutations : int
        m.
    n_as_large : int
        b, permutations whose result is the observed one or larger.
    p_value : float
        (b + 1) / (m + 1).
    mean, lower, upper : float
        Mean over permutations, with Student's interval of it; NaN bounds for one permutation.
    low, high : float
        Between them lies the central share of the permutations, the confidence level's.
    """

    n_permutations: int
    n_as_large: int
    p_value: float
    mean: float
    lower: float
    upper: float
    low: float
    high: float

    def is_centred(self, at: float = 0.5) -> bool:
        """Whether the interval of the mean holds a value, for an AUC that of chance."""
        return self.lower <= at <= self.upper


def permutation_null(
    observed: float, permuted: npt.ArrayLike, *, confidence_level: float = 0.95
) -> PermutationNull:
    """Count how many permutations give a result as large as the observed one.

    Parameters
    ----------
    observed : float
        With the labels as they are.
    permuted : array-like of float, shape (m,)
        With permuted labels; NaN where there was none.
    confidence_level : float, default 0.95

    Raises
    ------
    UndefinedMetricError
        If there is no observed result, or none under permuted labels.

    References
    ----------
    Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39, on the two ones.
    """
    values = np.asarray(permuted, dtype=np.float64)
    values = values[~np.isnan(values)]
    if np.isnan(observed) or not len(values):
        raise UndefinedMetricError(
            f"{len(values)} permutations have a result and the labels as they are "
            f"{'have none' if np.isnan(observed) else 'have one'}; look at the fits' notes"
        )
    as_large = int((values >= observed).sum())
    half = float("nan")
    if len(values) > 1:
        half = float(t.ppf(0.5 + confidence_level / 2, len(values) - 1) * sem(values))
    low, high = np.quantile(values, [(1 - confidence_level) / 2, (1 + confidence_level) / 2])
    mean = float(values.mean())
    return PermutationNull(
        n_permutations=len(values),
        n_as_large=as_large,
        p_value=(as_large + 1) / (len(values) + 1),
        mean=mean,
        lower=mean - half,
        upper=mean + half,
        low=float(low),
        high=float(high),
    )
